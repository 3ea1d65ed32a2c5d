package lambdatest

import (
	"io"
	"net"
	"testing"
	"time"

	"reduction/runtime/lambdatest/internal/client"
)

// Nothing may be faster than the network. It may be slower: so is a busy machine.
func TestRoundTrips(t *testing.T) {
	const trip = 20 * time.Millisecond
	for _, test := range []struct {
		name   string
		start  func(*Server)
		first  time.Duration // connect, handshake and request
		second time.Duration // request
	}{
		{"HTTP", (*Server).Start, 2 * trip, trip},
		{"TLS 1.3", (*Server).StartTLS, 3 * trip, trip},
	} {
		s := NewUnstartedServer()
		s.Network.RoundTrip = trip
		test.start(s)
		s.S3.CreateBucket("logs")
		c := newClient(t, s)
		for _, least := range []time.Duration{test.first, test.second} {
			begin := time.Now()
			c.Must("GET", "/logs", "")
			if took := time.Since(begin); took < least {
				t.Errorf("%s: %v, want at least %v", test.name, took, least)
			}
		}
	}
}

func TestBandwidth(t *testing.T) {
	data := client.Pattern(400_000)
	for _, network := range []Network{{Bandwidth: 10_000_000}, {TotalBandwidth: 10_000_000}, {Bandwidth: 10_000_000, RoundTrip: time.Millisecond}} {
		s := NewUnstartedServer()
		s.Network = network
		s.Start()
		s.S3.CreateBucket("logs")
		s.S3.Put("logs", "key", data)
		c := newClient(t, s)
		begin := time.Now()
		sameBytes(t, "download", c.Must("GET", "/logs/key", "").Body, data)
		c.Must("PUT", "/logs/up", string(data))
		if took, least := time.Since(begin), 80*time.Millisecond; took < least {
			t.Errorf("%+v: %v, want at least %v", network, took, least)
		}
		got, _ := s.S3.Object("logs", "up")
		sameBytes(t, "upload", string(got), data)
	}
}

// Data that was written before the connection was closed still arrives.
func TestCloseDelivers(t *testing.T) {
	n := &Network{RoundTrip: 10 * time.Millisecond, Bandwidth: 1 << 20}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shaped := n.listen(l)
	defer shaped.kill()
	defer shaped.Close()
	go func() {
		c, err := shaped.Accept()
		if err == nil {
			c.Write(client.Pattern(50_000))
			c.Close()
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got, err := io.ReadAll(c)
	if err != nil {
		t.Error(err)
	}
	sameBytes(t, "stream", string(got), client.Pattern(50_000))
}

func TestPacer(t *testing.T) {
	p := newPacer(1000)
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	for _, test := range []struct{ ready, n, through int }{
		{0, 100, 100},
		{0, 100, 200}, // behind the first
		{150, 100, 300},
		{1000, 100, 1100}, // what was idle is lost
	} {
		if got := p.pass(test.n, at(test.ready)); !got.Equal(at(test.through)) {
			t.Errorf("%d bytes at %d: through at %v, want %d", test.n, test.ready, got.UnixMilli(), test.through)
		}
	}
}
