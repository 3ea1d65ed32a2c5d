package runtime

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// api is a Runtime API that sends the given events one after the other. Then /next waits, as
// Lambda's does. The requests that are posted are kept.
type api struct {
	*httptest.Server
	t      *testing.T
	events chan http.HandlerFunc // each answers one /next
	accept func(*posted) int     // the status of an answer; nil: 202
	posts  chan *posted
	asked  atomic.Int32 // requests to /next
	conns  atomic.Int32
	over   chan struct{}
}

// posted is a request that the runtime sent, its body and trailer included.
type posted struct {
	Method, Path    string
	Header, Trailer http.Header
	Body            []byte
}

func newAPI(t *testing.T, events ...http.HandlerFunc) *api {
	a := &api{t: t, events: make(chan http.HandlerFunc, 1000), posts: make(chan *posted, 1000), over: make(chan struct{})}
	for _, e := range events {
		a.events <- e
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		a.asked.Add(1)
		select {
		case e := <-a.events:
			e(w, r)
		case <-r.Context().Done():
		case <-a.over:
		}
	})
	mux.HandleFunc("POST /", a.post)
	a.Server = httptest.NewUnstartedServer(mux)
	a.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			a.conns.Add(1)
		}
	}
	a.Start()
	t.Cleanup(func() {
		close(a.over)
		a.CloseClientConnections()
		a.Close()
	})
	return a
}

func (a *api) post(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	p := &posted{r.Method, strings.TrimPrefix(r.URL.Path, "/2018-06-01/runtime"), r.Header.Clone(), r.Trailer.Clone(), body}
	status := 202
	if a.accept != nil {
		status = a.accept(p)
	}
	w.WriteHeader(status)
	io.WriteString(w, `{"status":"OK"}`)
	a.posts <- p
}

// env is the environment of a function in Lambda.
func (a *api) env(more ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(more); i += 2 {
			if more[i] == name {
				return more[i+1]
			}
		}
		if name == "AWS_LAMBDA_RUNTIME_API" {
			return a.Listener.Addr().String()
		}
		return ""
	}
}

// client returns a Client whose errors are kept.
func (a *api) client(more ...string) (*Client, *errorLog) {
	c, log := NewClient(a.env(more...)), new(errorLog)
	c.Log = log.add
	return c, log
}

// serve runs a Client in the background, until the test ends or Serve returns.
func (a *api) serve(c *Client, h Handler) (ended <-chan error) {
	return a.run(func(ctx context.Context) error { return c.Serve(ctx, h) })
}

func (a *api) run(serve func(context.Context) error) <-chan error {
	ctx, cancel := context.WithCancel(context.Background())
	ended, gone := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(gone)
		ended <- serve(ctx)
	}()
	a.t.Cleanup(func() { cancel(); <-gone })
	return ended
}

// patience is how long a test waits for what must come, even on a slow machine.
const patience = time.Minute

// posted waits for the next request that the runtime posts.
func (a *api) posted() *posted {
	a.t.Helper()
	select {
	case p := <-a.posts:
		return p
	case <-time.After(patience):
		a.t.Fatal("nothing was posted")
		return nil
	}
}

func wait(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		t.Fatal("Serve goes on")
		return nil
	}
}

type errorLog struct {
	mu   sync.Mutex
	list []error
}

func (l *errorLog) add(_ *Invocation, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, err)
}

func (l *errorLog) errors() []error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.list
}

// event is an answer to /next; fields are pairs.
func event(id, payload string, fields ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(fieldRequestID, id)
		for i := 0; i < len(fields); i += 2 {
			w.Header().Set(fields[i], fields[i+1])
		}
		io.WriteString(w, payload)
	}
}

// raw is an answer byte for byte, after which the connection is closed.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		nc, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		io.WriteString(nc, answer)
		nc.Close()
	}
}

// errorReport is the document that an error is reported as.
type errorReport struct {
	ErrorMessage, ErrorType string
	StackTrace              []struct {
		Path  string
		Line  int
		Label string
	}
}

func (p *posted) report(t *testing.T) errorReport {
	t.Helper()
	var r errorReport
	if err := json.Unmarshal(p.Body, &r); err != nil {
		t.Fatalf("%s: %s: %v", p.Path, p.Body, err)
	}
	return r
}

func echo(ctx context.Context, inv *Invocation) ([]byte, error) { return inv.Payload, nil }
