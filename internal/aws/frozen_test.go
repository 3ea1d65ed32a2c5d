package aws

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"
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
		s := newFakeS3(t, pattern(10))
		config := testConfig(s.URL, nil)
		var frozen atomic.Int64 // all in all
		config.Now = func() time.Time { return time.Now().Add(time.Duration(frozen.Load())) }
		dials := 0
		config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials++; dials == 1 {
				defer frozen.Add(int64(c.amid))
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		client := newTestClient(t, config)
		client.Warm(context.Background(), 0, "bucket")
		frozen.Add(int64(c.after))
		if c.hangUp {
			s.accepted(t, 1) // what it has not accepted it can't close
			s.CloseClientConnections()
		}
		if _, err := fetch(client, testRef); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
		if want := map[bool]int{true: 1, false: 2}[c.reused]; dials != want {
			t.Errorf("%+v: %d connections, expected %d", c, dials, want)
		}
	}
}

// accepted waits until the server has accepted n connections.
func (s *fakeS3) accepted(t *testing.T, n int) {
	t.Helper()
	eventually(t, "connections to be accepted", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.conns == n
	})
}
