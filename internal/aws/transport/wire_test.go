package transport

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"reduction/internal/aws/endpoint"
)

// wireServer answers requests with bytes, whatever they say.
type wireServer struct {
	net.Listener
	answer func(conn, request int, r *http.Request) string

	// before is sent on a connection when it has been accepted. Who dials waits for that.
	before func(conn int) string
	sent   chan bool  // one value when before has been sent
	tls    *authority // whose certificate it has; or nil
	auth   tls.ClientAuthType

	mu    sync.Mutex
	conns int
}

func newWireServer(t *testing.T, s *wireServer) *wireServer {
	var err error
	if s.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.sent = make(chan bool, 100)
	config := &tls.Config{ClientAuth: s.auth}
	if s.tls != nil {
		config.Certificates = []tls.Certificate{s.tls.issue(t, "127.0.0.1", time.Now().Add(time.Hour))}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for conn := 0; ; conn++ {
			nc, err := s.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { nc.Close() })
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
			wg.Go(func() { s.serve(conn, nc, config) })
		}
	})
	t.Cleanup(wg.Wait)
	t.Cleanup(func() { s.Close() })
	return s
}

func (s *wireServer) serve(conn int, nc net.Conn, config *tls.Config) {
	defer nc.Close()
	if s.before != nil {
		io.WriteString(nc, s.before(conn))
	}
	s.sent <- true
	if s.tls != nil {
		nc = tls.Server(nc, config)
		defer nc.Close()
	}
	in := bufio.NewReader(nc)
	for request := 0; ; request++ {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		answer, end := strings.CutSuffix(s.answer(conn, request, r), "END")
		io.WriteString(nc, answer)
		s.sent <- true
		if end {
			return
		}
	}
}

func (s *wireServer) wait(t *testing.T) {
	t.Helper()
	select {
	case <-s.sent:
	case <-time.After(patience):
		t.Fatal("nothing was sent")
	}
}

func (s *wireServer) pool(t *testing.T) *Pool {
	o := Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			s.wait(t)
		}
		return nc, err
	}}
	if s.tls != nil {
		o.CABundle = s.tls.file(t)
	}
	return newPool(t, o)
}

func (s *wireServer) url() string {
	if s.tls != nil {
		return "https://" + s.Addr().String()
	}
	return "http://" + s.Addr().String()
}

const timedOut = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\nEND"

func okAnswer(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// TestNobodyAsked holds that what comes on a connection before a request is sent is not taken for
// the request's answer.
func TestNobodyAsked(t *testing.T) {
	long := strings.Repeat("long", 30_000) // which is read past the buffer
	for _, test := range []struct {
		name   string
		answer func(conn, request int) string
		conns  int
	}{
		{"more than announced", func(conn, request int) string { return okAnswer(long) + "more" }, 3},
		{"an answer twice", func(conn, request int) string { return okAnswer(long) + okAnswer("twice") }, 3},
		{"408 while idle", func(conn, request int) string { return okAnswer(long) + timedOut }, 3},
		{"the end while idle", func(conn, request int) string { return okAnswer(long) + "END" }, 3},
		{"408 for an answer", func(conn, request int) string {
			if request > 0 {
				return timedOut
			}
			return okAnswer(long)
		}, 3},
		{"nothing", func(conn, request int) string { return okAnswer(long) }, 1},
	} {
		for _, authority := range []*authority{nil, newAuthority(t)} {
			s := newWireServer(t, &wireServer{tls: authority})
			s.answer = func(conn, request int, r *http.Request) string { return test.answer(conn, request) }
			p := s.pool(t)
			for range 3 {
				got, err := get(t.Context(), p, s.url())
				if err != nil || got != long {
					t.Errorf("%s, TLS %v: %.20q, %v", test.name, authority != nil, got, err)
				}
				s.wait(t)
			}
			s.mu.Lock()
			if s.conns != test.conns {
				t.Errorf("%s, TLS %v: %d connections", test.name, authority != nil, s.conns)
			}
			s.mu.Unlock()
		}
	}
}

// TestEarlyAnswer holds the same of a new connection.
func TestEarlyAnswer(t *testing.T) {
	s := newWireServer(t, &wireServer{
		before: func(conn int) string { return []string{okAnswer("early"), ""}[min(conn, 1)] },
		answer: func(conn, request int, r *http.Request) string { return okAnswer("right") },
	})
	p := s.pool(t)
	if _, err := get(t.Context(), p, s.url()); !errors.Is(err, errEarly) {
		t.Error(err)
	}
	if got, err := get(t.Context(), p, s.url()); err != nil || got != "right" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestTickets holds that a connection opened ahead is used although the server has sent session
// tickets on it.
func TestTickets(t *testing.T) {
	for _, auth := range []tls.ClientAuthType{tls.NoClientCert, tls.RequestClientCert} {
		s := newWireServer(t, &wireServer{tls: newAuthority(t), auth: auth})
		s.answer = func(conn, request int, r *http.Request) string { return okAnswer("right") }
		p := s.pool(t)
		at, err := endpoint.Parse(s.url())
		if err != nil {
			t.Fatal(err)
		}
		p.Add(t.Context(), at)
		for range 2 {
			if got, err := get(t.Context(), p, s.url()); err != nil || got != "right" {
				t.Errorf("%v: %q, %v", auth, got, err)
			}
		}
		s.mu.Lock()
		if s.conns != 1 {
			t.Errorf("%v: %d connections", auth, s.conns)
		}
		s.mu.Unlock()
	}
}
