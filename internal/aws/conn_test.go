package aws

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/http1"
)

// TestFreeze holds that an environment may be frozen between two calls: whatever became of
// the connection meanwhile, the next call succeeds, with no attempt and no pause spent.
func TestFreeze(t *testing.T) {
	data := pattern(100)
	for _, c := range []struct {
		name  string
		gap   time.Duration
		after func(s *fakeS3) // what the server does meanwhile
		conns int
	}{
		{"no gap", 0, nil, 1},
		{"30 s", 30 * time.Second, nil, 1},
		{"30 s, closed by the server", 30 * time.Second, func(s *fakeS3) { s.CloseClientConnections() }, 2},
		{"no gap, closed by the server", 0, func(s *fakeS3) { s.CloseClientConnections() }, 2},
		{"an hour", time.Hour, nil, 2},
		{"an hour, closed by the server", time.Hour, func(s *fakeS3) { s.CloseClientConnections() }, 2},
		{"back in time", -time.Hour, nil, 2},
	} {
		s := newFakeS3(t, data)
		var pauses []time.Duration
		config := testConfig(s.URL, &pauses)
		config.MaxAttempts = 1
		var now atomic.Int64
		now.Store(time.Now().UnixNano())
		config.Now = func() time.Time { return time.Unix(0, now.Load()) }
		client := newTestClient(t, config)
		for range 2 {
			if got, err := fetch(client, testRef); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: %v", c.name, err)
			}
			now.Add(int64(c.gap))
			if c.after != nil {
				c.after(s)
			}
		}
		if s.conns != c.conns || len(pauses) != 0 {
			t.Errorf("%s: %d connections, pauses %v", c.name, s.conns, pauses)
		}
	}
}

// TestFreezeSilent holds the worst case: a connection looks open, and nothing ever arrives.
func TestFreezeSilent(t *testing.T) {
	data := pattern(100)
	s := newFakeS3(t, data)
	config := testConfig(s.URL, nil)
	config.MaxAttempts = 1
	var last *muted
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, address)
		last = &muted{limited: limited{Conn: nc}}
		return last, err
	}
	c := newTestClient(t, config)
	for range 2 {
		if got, err := fetch(c, testRef); err != nil || !bytes.Equal(got, data) {
			t.Fatal(err)
		}
		last.mute.Store(true)
	}
}

// muted, once it is mute, loses what is written to it. A read then meets its deadline, if it has
// one.
type muted struct {
	limited
	mute atomic.Bool
}

func (m *muted) Write(p []byte) (int, error) {
	if m.mute.Load() {
		return len(p), nil
	}
	return m.Conn.Write(p)
}

func (m *muted) Read(p []byte) (int, error) {
	if m.mute.Load() && m.limit.Load() {
		return 0, os.ErrDeadlineExceeded
	}
	return m.Conn.Read(p)
}

// TestStall holds that silence ends by itself: before an answer, within its head and within its
// body.
func TestStall(t *testing.T) {
	for _, says := range []string{"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nETag: \"x\"\r\n\r\nbody"} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		go func() {
			for first := true; ; first = false {
				nc, err := ln.Accept()
				if err != nil {
					return
				}
				defer nc.Close()
				if first { // a second request would be for the rest
					io.WriteString(nc, says)
				}
			}
		}()
		config := testConfig("http://"+ln.Addr().String(), nil)
		config.Stall = 20 * time.Millisecond
		if _, err := fetch(newTestClient(t, config), testRef); !errors.Is(err, ErrStalled) {
			t.Errorf("%q: %v", says, err)
		}
	}
}

func TestPoolBounds(t *testing.T) {
	var p pool
	at := endpoint.URL{Host: "h"}
	now := time.Unix(1e9, 0)
	var conns []*conn
	for range maxIdleConns + 3 {
		a, b := net.Pipe()
		defer b.Close()
		cn := &conn{Conn: http1.NewConn(a), at: at}
		conns = append(conns, cn)
		p.put(cn, now)
	}
	for i := range maxIdleConns {
		if cn := p.take(at, now); cn != conns[len(conns)-1-i] {
			t.Fatalf("take %d", i)
		}
	}
	if p.take(at, now) != nil || p.take(endpoint.URL{Host: "other"}, now) != nil {
		t.Error("a connection too many")
	}
	if _, err := conns[0].NetConn().Write(nil); err == nil {
		t.Error("the oldest is still open")
	}
}

// TestDeadline holds that a deadline ends whatever a call waits for.
func TestDeadline(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, in the kernel, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, scheme := range []string{"http://", "https://"} {
		c := newTestClient(t, testConfig(scheme+silent.Addr().String(), nil))
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		_, err := c.Object(ctx, testRef)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

func TestDialAgain(t *testing.T) {
	s := newFakeS3(t, pattern(10))
	config := testConfig(s.URL, nil)
	dials := 0
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; dials == 1 {
			return nil, errors.New("unreachable")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	if _, err := fetch(newTestClient(t, config), testRef); err != nil || dials != 2 {
		t.Error(dials, err)
	}
}

func TestWarm(t *testing.T) {
	s := newFakeS3(t, pattern(10))
	c := newTestClient(t, testConfig(s.URL, nil))
	c.Warm(context.Background(), 1, "bucket")
	s.accepted(t, 2)
	if _, err := fetch(c, testRef); err != nil || s.conns != 2 {
		t.Error(s.conns, err)
	}
	if len(s.requests()) != 1 {
		t.Error("warming made a request")
	}
}

func TestIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	s := newUnstartedFakeS3(pattern(10))
	s.Listener.Close()
	s.Listener = l
	var host string
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		s.ServeHTTP(w, r)
	})
	s.Start()
	defer s.Close()
	if _, err := fetch(newTestClient(t, testConfig("http://"+l.Addr().String(), nil)), testRef); err != nil || host != l.Addr().String() {
		t.Error(host, err)
	}
}

// TestDialTimeout holds that a dialer's own timeout is a fault like others.
func TestDialTimeout(t *testing.T) {
	s := newFakeS3(t, pattern(10))
	config := testConfig(s.URL, nil)
	dials := 0
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		d := new(net.Dialer)
		if dials++; dials == 1 {
			d.Deadline = time.Now().Add(-time.Second)
		}
		return d.DialContext(ctx, network, address)
	}
	if _, err := fetch(newTestClient(t, config), testRef); err != nil || dials != 2 {
		t.Error(dials, err)
	}
}
