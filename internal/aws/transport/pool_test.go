package transport

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/http1"
)

// TestFreeze holds that an environment may be frozen between two exchanges: whatever became of
// the connection meanwhile, the next exchange succeeds.
func TestFreeze(t *testing.T) {
	for _, c := range []struct {
		name  string
		gap   time.Duration
		after func(s *server) // what the server does meanwhile
		conns int64
	}{
		{"no gap", 0, nil, 1},
		{"30 s", 30 * time.Second, nil, 1},
		{"30 s, closed by the server", 30 * time.Second, func(s *server) { s.CloseClientConnections() }, 2},
		{"no gap, closed by the server", 0, func(s *server) { s.CloseClientConnections() }, 2},
		{"an hour", time.Hour, nil, 2},
		{"an hour, closed by the server", time.Hour, func(s *server) { s.CloseClientConnections() }, 2},
		{"back in time", -time.Hour, nil, 2},
	} {
		s := newServer(t)
		var now atomic.Int64
		now.Store(time.Now().UnixNano())
		p := newPool(t, Options{Now: func() time.Time { return time.Unix(0, now.Load()) }})
		for range 2 {
			if got, err := get(t.Context(), p, s.URL); err != nil || got != body {
				t.Errorf("%s: %v", c.name, err)
			}
			now.Add(int64(c.gap))
			if c.after != nil {
				c.after(s)
			}
		}
		if n := s.conns.Load(); n != c.conns {
			t.Errorf("%s: %d connections", c.name, n)
		}
	}
}

// TestFreezeSilent holds the worst case: a connection looks open, and nothing ever arrives.
func TestFreezeSilent(t *testing.T) {
	s := newServer(t)
	var last *muted
	p := newPool(t, Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, address)
		last = &muted{Conn: nc}
		return last, err
	}})
	for range 2 {
		if got, err := get(t.Context(), p, s.URL); err != nil || got != body {
			t.Fatal(err)
		}
		last.mute.Store(true)
	}
}

// muted, once it is mute, loses what is written to it. A read then meets its deadline, if it has
// one.
type muted struct {
	net.Conn
	limit, mute atomic.Bool
}

func (m *muted) SetDeadline(t time.Time) error {
	m.limit.Store(!t.IsZero())
	return m.Conn.SetDeadline(t)
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
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			defer nc.Close()
			in := bufio.NewReader(nc)
			if _, err := http.ReadRequest(in); err == nil {
				io.WriteString(nc, says)
			}
			in.ReadByte() // until the other end closes
		}()
		p := newPool(t, Options{Stall: 20 * time.Millisecond})
		if _, err := get(t.Context(), p, "http://"+ln.Addr().String()); !errors.Is(err, ErrStalled) {
			t.Errorf("%q: %v", says, err)
		}
	}
}

func TestPoolBounds(t *testing.T) {
	now := time.Unix(1e9, 0)
	p := Pool{options: Options{Now: func() time.Time { return now }}}
	at := endpoint.URL{Host: "h"}
	var conns []*conn
	for range maxIdleConns + 3 {
		a, b := net.Pipe()
		defer b.Close()
		cn := &conn{Conn: http1.NewConn(a), at: at}
		conns = append(conns, cn)
		p.put(cn)
	}
	for i := range maxIdleConns {
		if cn := p.take(at); cn != conns[len(conns)-1-i] {
			t.Fatalf("take %d", i)
		}
	}
	if p.take(at) != nil || p.take(endpoint.URL{Host: "other"}) != nil {
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
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := get(ctx, newPool(t, Options{}), scheme+silent.Addr().String())
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

func TestIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) }))
	s.Listener.Close()
	s.Listener = l
	s.Start()
	defer s.Close()
	if host, err := get(t.Context(), newPool(t, Options{}), "http://"+l.Addr().String()); err != nil || host != l.Addr().String() {
		t.Error(host, err)
	}
}
