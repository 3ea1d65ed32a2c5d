package transport

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"reduction/internal/aws/endpoint"
)

// TestFrozen holds that a connection is whole or not used, whenever an environment was
// frozen and for how long, and whether the other end has hung up meanwhile.
func TestFrozen(t *testing.T) {
	for _, c := range []struct {
		amid, after time.Duration // how long: while connections are opened, and afterwards
		hangUp      bool
		reused      bool
	}{
		{0, 0, false, true},
		{0, 0, true, false},
		{0, 30 * time.Second, false, true},
		{0, 30 * time.Second, true, false},
		{0, 10 * time.Minute, false, false},
		{0, 10 * time.Minute, true, false},
		{30 * time.Second, 0, false, false},
		{30 * time.Second, 0, true, false},
		{10 * time.Minute, 0, false, false},
		{10 * time.Minute, 10 * time.Minute, true, false},
	} {
		s := newServer(t)
		var frozen atomic.Int64 // all in all
		dials := 0
		p := newPool(t, Options{
			Now: func() time.Time { return time.Now().Add(time.Duration(frozen.Load())) },
			Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				if dials++; dials == 1 {
					defer frozen.Add(int64(c.amid))
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			},
		})
		at, err := endpoint.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		p.Add(t.Context(), at)
		frozen.Add(int64(c.after))
		if c.hangUp {
			s.accepted(t, 1) // what it has not accepted it can't close
			s.CloseClientConnections()
		}
		if got, err := get(t.Context(), p, s.URL); err != nil || got != body {
			t.Errorf("%+v: %v", c, err)
		}
		if want := map[bool]int{true: 1, false: 2}[c.reused]; dials != want {
			t.Errorf("%+v: %d connections, expected %d", c, dials, want)
		}
	}
}
