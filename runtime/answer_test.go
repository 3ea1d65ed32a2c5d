package runtime

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

type namedError struct{ kind string }

func (e *namedError) Error() string     { return "no such thing" }
func (e *namedError) ErrorType() string { return e.kind }

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		err           error
		kind, message string
	}{
		{errors.New("oops"), "Function.Error", "oops"},
		{errors.New("\"quoted\"\n\x00\xff"), "Function.Error", "\"quoted\"\n\x00\ufffd"},
		{context.DeadlineExceeded, "Function.Error", "context deadline exceeded"},
		{&namedError{"Function.NoSuchThing"}, "Function.NoSuchThing", "no such thing"},
		{fmt.Errorf("wrapped: %w", &namedError{"Runtime.NoSuchThing"}), "Runtime.NoSuchThing", "wrapped: no such thing"},
		{&namedError{"NoSuchThing"}, "Function.Error", "no such thing"},
		{&namedError{"Function.noSuchThing"}, "Function.Error", "no such thing"},
		{&namedError{"Function.N"}, "Function.Error", "no such thing"},
		{&namedError{"Function.No\r\nSuch: thing"}, "Function.Error", "no such thing"},
		{&namedError{"Function.No1"}, "Function.Error", "no such thing"},
		{&namedError{""}, "Function.Error", "no such thing"},
	} {
		a := newAPI(t, event("1", "{}", fieldInvocationID, "nonce"))
		c, log := a.client()
		a.serve(c, func(context.Context, *Invocation) ([]byte, error) { return []byte("ignored"), test.err })
		p := a.posted()
		r := p.report(t)
		if p.Path != "/invocation/1/error" || r.ErrorType != test.kind || r.ErrorMessage != test.message || r.StackTrace != nil {
			t.Errorf("%v: %s %s", test.err, p.Path, p.Body)
		}
		if h := p.Header; h.Get(fieldErrorType) != test.kind || h.Get("Content-Type") != contentError || h.Get(fieldInvocationID) != "nonce" {
			t.Errorf("%v: %v", test.err, h)
		}
		var cause struct {
			WorkingDirectory string `json:"working_directory"`
			Exceptions       []struct{ Type, Message string }
			Paths            []string
		}
		if err := json.Unmarshal([]byte(p.Header.Get(fieldXRayCause)), &cause); err != nil || len(cause.Exceptions) != 1 ||
			cause.Exceptions[0].Type != test.kind || cause.Exceptions[0].Message != test.message || cause.WorkingDirectory == "" || cause.Paths == nil {
			t.Errorf("%v: cause %s: %v", test.err, p.Header.Get(fieldXRayCause), err)
		}
		if logged := log.errors(); len(logged) != 1 || logged[0] != test.err {
			t.Errorf("%v: logged %v", test.err, logged)
		}
	}
}

// Every text fits, however much longer JSON and ASCII make it.
func TestCauseWithinItsLimit(t *testing.T) {
	for _, c := range []string{"x", "\x00", "é", "日", "🏥", "\x7f", "\xff"} {
		r := describe(errors.New(strings.Repeat(c, 1<<20)))
		cause := r.cause().Get(fieldXRayCause)
		if len(cause) > maxCause || !strings.Contains(cause, "[shortened]") || !json.Valid([]byte(cause)) {
			t.Errorf("%q: a cause of %d bytes", c, len(cause))
		}
		for _, most := range []int{maxReport, maxTrailer} {
			doc := r.appendJSON(nil, most)
			if len(doc) > most || !json.Valid(doc) {
				t.Errorf("%q: a report of %d bytes, of at most %d", c, len(doc), most)
			}
		}
	}
}

// The loop goes on after every status that Lambda gives an answer, except 500.
func TestRefusedAnswers(t *testing.T) {
	for _, test := range []struct {
		status int
		exit   bool
	}{{400, false}, {403, false}, {410, false}, {404, false}, {500, true}, {503, true}} {
		for _, handlerErr := range []error{nil, errors.New("oops")} {
			a := newAPI(t, event("1", "first"), event("2", "second"))
			a.accept = func(p *posted) int {
				if strings.Contains(p.Path, "/1/") {
					return test.status
				}
				return 202
			}
			c, log := a.client()
			ended := a.serve(c, func(ctx context.Context, inv *Invocation) ([]byte, error) {
				if inv.RequestID == "1" {
					return inv.Payload, handlerErr
				}
				return inv.Payload, nil
			})
			a.posted()
			if test.exit {
				if err := wait(t, ended); status(err) != test.status {
					t.Errorf("%d: %v", test.status, err)
				}
			} else if p := a.posted(); p.Path != "/invocation/2/response" || string(p.Body) != "second" {
				t.Errorf("%d: %s %s", test.status, p.Path, p.Body)
			}
			logged := log.errors()
			if status(logged[len(logged)-1]) != test.status || len(logged) > 2 {
				t.Errorf("%d: logged %v", test.status, logged)
			}
		}
	}
}

// If the receipt of an answer is cut off or malformed, the answer is not sent again, and Serve goes
// on.
func TestReceiptLost(t *testing.T) {
	for _, receipt := range []string{"HTTP/1.1 202 Acc", "nonsense\r\n\r\n", "HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nOK"} {
		a := newAPI(t, event("1", "first"), event("2", "second"))
		plain := a.Config.Handler
		first := make(chan bool, 1)
		a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/1/response") {
				first <- true // a second one would block
				io.Copy(io.Discard, r.Body)
				raw(receipt)(w, r)
				return
			}
			plain.ServeHTTP(w, r)
		})
		c, log := a.client()
		a.serve(c, echo)
		if p := a.posted(); p.Path != "/invocation/2/response" {
			t.Errorf("%q: %s", receipt, p.Path)
		}
		if accepted := strings.Contains(receipt, "OK"); accepted == (len(log.errors()) == 1) {
			t.Errorf("%q: logged %v", receipt, log.errors())
		}
	}
}

func TestResponseTooLarge(t *testing.T) {
	for _, test := range []struct {
		name string
		size int
		post []string
	}{
		{"just not", MaxResponse, []string{"/response 202"}},
		{"for us", MaxResponse + 1, []string{"/error 202"}},
		{"for Lambda", 1 << 20, []string{"/response 413", "/error 202"}},
		{"for Lambda, which has said so", 2 << 20, []string{"/response 413", "/error 403"}},
	} {
		a := newAPI(t, event("1", "{}"), event("2", "{}"))
		a.accept = func(p *posted) int {
			for _, want := range test.post {
				if path, code, _ := strings.Cut(want, " "); strings.HasSuffix(p.Path, "/1"+path) {
					var n int
					fmt.Sscan(code, &n)
					return n
				}
			}
			return 202
		}
		c, log := a.client()
		body := make([]byte, test.size)
		a.serve(c, func(ctx context.Context, inv *Invocation) ([]byte, error) {
			if inv.RequestID == "1" {
				return body, nil
			}
			return []byte("next"), nil
		})
		for _, want := range test.post {
			path, _, _ := strings.Cut(want, " ")
			p := a.posted()
			if p.Path != "/invocation/1"+path {
				t.Errorf("%s: %s", test.name, p.Path)
			}
			if path == "/error" {
				if r := p.report(t); r.ErrorType != "Function.ResponseSizeTooLarge" || !strings.Contains(r.ErrorMessage, "6291556 bytes") {
					t.Errorf("%s: %s", test.name, p.Body)
				}
			}
		}
		if p := a.posted(); p.Path != "/invocation/2/response" {
			t.Errorf("%s: then %s", test.name, p.Path)
		}
		for _, err := range log.errors() {
			if err != ErrResponseTooLarge {
				t.Errorf("%s: logged %v", test.name, err)
			}
		}
	}
}

type page struct {
	io.Reader
	closed bool
}

func (p *page) Close() error        { p.closed = true; return nil }
func (p *page) ContentType() string { return "text/html" }

func TestStream(t *testing.T) {
	a := newAPI(t, event("1", "", fieldInvocationID, "nonce"), event("2", ""), event("3", ""))
	long := strings.Repeat("0123456789", 1<<20) // longer than MaxResponse
	html := &page{Reader: strings.NewReader("<p>")}
	c, log := a.client()
	a.run(func(ctx context.Context) error {
		return c.ServeStream(ctx, func(ctx context.Context, inv *Invocation) (io.Reader, error) {
			switch inv.RequestID {
			case "1":
				return html, nil
			case "2":
				return strings.NewReader(long), nil
			}
			return nil, nil
		})
	})
	for _, want := range []struct{ contentType, body string }{{"text/html", "<p>"}, {contentStream, long}, {contentStream, ""}} {
		p := a.posted()
		if string(p.Body) != want.body || p.Header.Get("Content-Type") != want.contentType || p.Header.Get(fieldResponseMode) != "streaming" {
			t.Errorf("%s %v %.20s", p.Path, p.Header, p.Body)
		}
		for name, values := range p.Trailer {
			if values != nil {
				t.Errorf("trailer %s: %s", name, values)
			}
		}
		if p.Path == "/invocation/1/response" && (p.Header.Get(fieldInvocationID) != "nonce" || len(p.Trailer) != 2) {
			t.Errorf("%v, announced %v", p.Header, p.Trailer)
		}
	}
	// Each of the streams ends a connection.
	for a.asked.Load() < 4 {
		time.Sleep(time.Millisecond)
	}
	if n := a.conns.Load(); n != 4 {
		t.Errorf("%d connections", n)
	}
	if !html.closed || log.errors() != nil {
		t.Errorf("closed: %v; logged %v", html.closed, log.errors())
	}
}

// The handler's context lasts until its stream has been read.
func TestStreamHasItsContext(t *testing.T) {
	a := newAPI(t, event("1", "the event", fieldDeadline, "32503680000000"))
	c, _ := a.client()
	during := make(chan error, 1)
	var after context.Context
	a.run(func(ctx context.Context) error {
		return c.ServeStream(ctx, func(ctx context.Context, inv *Invocation) (io.Reader, error) {
			after = ctx
			return readerFunc(func(p []byte) (int, error) {
				during <- ctx.Err()
				return copy(p, inv.Payload), io.EOF
			}), nil
		})
	})
	if p := a.posted(); string(p.Body) != "the event" {
		t.Errorf("%s", p.Body)
	}
	if err := <-during; err != nil {
		t.Error(err)
	}
	<-after.Done()
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("while reading") }

// An error in the middle of a stream arrives after the bytes that were sent.
func TestStreamErrors(t *testing.T) {
	for _, test := range []struct {
		r             io.Reader
		kind, message string
	}{
		{iotest.ErrReader(errors.New("oops")), "Function.Error", "oops"},
		{iotest.ErrReader(&namedError{"Function.NoSuchThing"}), "Function.NoSuchThing", "no such thing"},
		{iotest.TimeoutReader(strings.NewReader("rest")), "Function.Error", "timeout"},
		{panicReader{}, "Function.Panic", "panic: while reading"},
	} {
		a := newAPI(t, event("1", ""), event("2", ""))
		c, log := a.client()
		ended := a.run(func(ctx context.Context) error {
			return c.ServeStream(ctx, func(ctx context.Context, inv *Invocation) (io.Reader, error) {
				if inv.RequestID == "1" {
					return io.MultiReader(strings.NewReader("half"), iotest.OneByteReader(test.r)), nil
				}
				return strings.NewReader("next"), nil
			})
		})
		p := a.posted()
		body, err := base64.StdEncoding.DecodeString(p.Trailer.Get(fieldErrorBody))
		r := (&posted{Body: body}).report(t)
		if !strings.HasPrefix(string(p.Body), "half") || err != nil || p.Trailer.Get(fieldErrorType) != test.kind || r.ErrorType != test.kind || r.ErrorMessage != test.message {
			t.Errorf("%s: %s, %v, %s", test.message, p.Body, p.Trailer, body)
		}
		if test.kind == "Function.Panic" {
			panicked, ok := errors.AsType[*PanicError](wait(t, ended))
			if !ok || panicked.Value != "while reading" || len(r.StackTrace) == 0 {
				t.Errorf("%v, %s", panicked, body)
			}
		} else if p := a.posted(); string(p.Body) != "next" {
			t.Errorf("%s: then %s %s", test.message, p.Path, p.Body)
		}
		if len(log.errors()) != 1 {
			t.Errorf("%s: logged %v", test.message, log.errors())
		}
	}
}

// A stream that fails before it begins is an error like any other.
func TestNoStream(t *testing.T) {
	a := newAPI(t, event("1", ""))
	c, _ := a.client()
	a.run(func(ctx context.Context) error {
		return c.ServeStream(ctx, func(context.Context, *Invocation) (io.Reader, error) { return nil, errors.New("oops") })
	})
	if p := a.posted(); p.Path != "/invocation/1/error" || p.report(t).ErrorMessage != "oops" {
		t.Errorf("%s %s", p.Path, p.Body)
	}
}
