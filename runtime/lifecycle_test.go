package runtime

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// recorder answers the paths beside the loop's and keeps their order.
type recorder struct {
	mu    sync.Mutex
	calls []string
}

func (r *recorder) add(call string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
}

func (r *recorder) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.calls, ", ")
}

// record puts a recorder before an api's handler. answer reports whether it has answered a request.
func (a *api) record(answer func(path string, r *http.Request, w http.ResponseWriter) bool) *recorder {
	rec, plain := new(recorder), a.Config.Handler
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/2018-06-01/runtime")
		rec.add(path)
		if !answer(path, r, w) {
			plain.ServeHTTP(w, r)
		}
	})
	return rec
}

func TestRestore(t *testing.T) {
	restored := make(chan struct{})
	a := newAPI(t, event("1", "{}"))
	rec := a.record(func(path string, r *http.Request, w http.ResponseWriter) bool {
		if path == "GET /restore/next" {
			<-restored
			return true
		}
		return false
	})
	c, _ := a.client("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
	c.AfterRestore = func() error { rec.add("AfterRestore"); return nil }
	a.serve(c, echo)
	close(restored)
	a.posted()
	if got := rec.all(); !strings.HasPrefix(got, "GET /restore/next, AfterRestore, GET /invocation/next, POST /invocation/1/response") {
		t.Error(got)
	}
	if n := a.conns.Load(); n != 2 {
		t.Errorf("%d connections: the snapshot's is not to be used again", n)
	}
}

func TestRestoreFails(t *testing.T) {
	oops := errors.New("oops")
	a := newAPI(t)
	rec := a.record(func(path string, r *http.Request, w http.ResponseWriter) bool { return path == "GET /restore/next" })
	c, _ := a.client("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
	c.AfterRestore = func() error { return oops }
	if err := wait(t, a.serve(c, echo)); !errors.Is(err, oops) {
		t.Error(err)
	}
	p := a.posted()
	if r := p.report(t); p.Path != "/restore/error" || r.ErrorType != "Runtime.AfterRestoreError" || p.Header.Get(fieldErrorType) != "Runtime.AfterRestoreError" {
		t.Errorf("%s %s", p.Path, p.Body)
	}
	if got := rec.all(); got != "GET /restore/next, POST /restore/error" {
		t.Error(got)
	}
}

func TestNoRestore(t *testing.T) {
	for _, kind := range []string{"", "on-demand", "provisioned-concurrency"} {
		a := newAPI(t, event("1", "{}"))
		rec := a.record(func(string, *http.Request, http.ResponseWriter) bool { return false })
		c, _ := a.client("AWS_LAMBDA_INITIALIZATION_TYPE", kind)
		c.AfterRestore = func() error { t.Error("AfterRestore"); return nil }
		a.serve(c, echo)
		a.posted()
		if got := rec.all(); !strings.HasPrefix(got, "GET /invocation/next") {
			t.Error(got)
		}
	}
	a := newAPI(t)
	a.record(func(_ string, _ *http.Request, w http.ResponseWriter) bool { w.WriteHeader(403); return true })
	c, _ := a.client("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
	if err := wait(t, a.serve(c, echo)); status(err) != 403 {
		t.Error(err)
	}
}

func TestRequestSIGTERM(t *testing.T) {
	a := newAPI(t)
	asked := make(chan string, 1)
	rec := a.record(func(path string, r *http.Request, w http.ResponseWriter) bool {
		switch path {
		case "POST /2020-01-01/extension/register":
			body, _ := io.ReadAll(r.Body)
			if string(body) != `{"events":[]}` || r.Header.Get("Lambda-Extension-Name") != "cleanup" {
				t.Errorf("registered %s, %v", body, r.Header)
			}
			w.Header().Set("Lambda-Extension-Identifier", "its-id")
			return true
		case "GET /2020-01-01/extension/event/next":
			asked <- r.Header.Get("Lambda-Extension-Identifier")
			select {
			case <-a.over:
			case <-r.Context().Done():
			}
			return true
		}
		return false
	})
	c, _ := a.client()
	if err := c.RequestSIGTERM("cleanup"); err != nil {
		t.Fatal(err)
	}
	if id := <-asked; id != "its-id" {
		t.Errorf("asked as %q", id)
	}
	if got := rec.all(); got != "POST /2020-01-01/extension/register, GET /2020-01-01/extension/event/next" {
		t.Error(got)
	}
}

func TestRequestSIGTERMRefused(t *testing.T) {
	a := newAPI(t)
	a.accept = func(*posted) int { return 403 }
	c, _ := a.client()
	if err := c.RequestSIGTERM("cleanup"); status(err) != 403 {
		t.Error(err)
	}
	// The function decides whether the error matters. Serve works all the same.
	a.events <- event("1", "{}")
	a.serve(c, func(context.Context, *Invocation) ([]byte, error) { return nil, nil })
	a.posted()
	if p := a.posted(); p.Path != "/invocation/1/response" {
		t.Error(p.Path)
	}
}
