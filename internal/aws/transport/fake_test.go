package transport

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/http1"
)

// server answers every request with the same body, and counts connections and requests.
type server struct {
	*httptest.Server
	conns, requests atomic.Int64
}

const body = "the answer's body"

func newServer(t *testing.T) *server {
	s := newUnstartedServer(t)
	s.Start()
	return s
}

func newTLSServer(t *testing.T, c *tls.Config) *server {
	s := newUnstartedServer(t)
	s.TLS = c
	s.StartTLS()
	return s
}

func newUnstartedServer(t *testing.T) *server {
	s := new(server)
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		io.WriteString(w, body)
	}))
	s.Config.ErrorLog = quiet
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.conns.Add(1)
		}
	}
	t.Cleanup(func() { s.Server.Close() })
	return s
}

// quiet is for servers whose complaints are what the test wants.
var quiet = log.New(io.Discard, "", 0)

// accepted waits until the server has accepted n connections. What it has not accepted it can't
// close.
func (s *server) accepted(t *testing.T, n int64) {
	t.Helper()
	for end := time.Now().Add(patience); s.conns.Load() != n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %d connections", n)
		}
	}
}

// patience is how long a test waits for what must come, however slow the machine is.
const patience = time.Minute

// newPool returns a pool whose stall timeout passes only if the machine stands still.
func newPool(t *testing.T, o Options) *Pool {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Stall == 0 {
		o.Stall = patience
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// get requests a path, and returns the answer's body.
func get(ctx context.Context, p *Pool, url string) (string, error) {
	at, err := endpoint.Parse(url)
	if err != nil {
		return "", err
	}
	w := NewWatcher(ctx)
	defer w.Stop()
	var x Exchange
	if err := p.Exchange(&x, w, at, &http1.Request{Method: "GET", Target: "/a%20path", Host: at.Host}); err != nil {
		return "", err
	}
	defer x.Close()
	b, err := http1.ReadAll(nil, &x, 1<<20)
	return string(b), err
}
