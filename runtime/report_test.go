package runtime

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// A report of any error arrives, even if the error's methods panic.
func TestEveryErrorIsReported(t *testing.T) {
	long := strings.Repeat("long\x7f", 2<<20) // 10 MB
	for _, test := range []struct {
		name string
		h    Handler
		text string // the beginning of what is reported
	}{
		{"DEL", fails(errors.New("s3://bucket/\x7f")), "s3://bucket/\x7f"},
		{"10 MB", fails(errors.New(long)), "long\x7flong"},
		{"10 MB that are no UTF-8", fails(errors.New(strings.Repeat("\xff", 10<<20))), "\ufffd"},
		{"a type of 10 MB", fails(&namedError{"Function.A" + strings.Repeat("b", 10<<20)}), "no such thing"},
		{"Error panics", fails(panicError{}), "an error that panics"},
		{"Unwrap panics", fails(unwrapPanics{}), "an error that panics"},
		{"ErrorType panics", fails(typePanics{}), "an error that panics"},
		{"a nil pointer", fails((*namedError)(nil)), "an error that panics"},
		{"panic with 10 MB", panicsWith(long), "panic: long\x7flong"},
		{"panic with an error that panics", panicsWith(panicError{}), "an error that panics"},
		{"panic with nil", panicsWith(nil), "panic: panic called with nil argument"},
	} {
		a := newAPI(t, event("1", ""))
		c, log := a.client()
		ended := a.serve(c, test.h)
		p := a.posted()
		if p.Path != "/invocation/1/error" || !strings.HasPrefix(p.report(t).ErrorMessage, test.text) || len(p.Body) > maxReport {
			t.Errorf("%s: %s, %d bytes, %.200s", test.name, p.Path, len(p.Body), p.Body)
		}
		if len(log.errors()) != 1 {
			t.Errorf("%s: logged %d errors", test.name, len(log.errors()))
		}
		if strings.HasPrefix(test.name, "panic") {
			if _, ok := wait(t, ended).(*PanicError); !ok {
				t.Errorf("%s: Serve goes on", test.name)
			}
		}
	}
}

func fails(err error) Handler {
	return func(context.Context, *Invocation) ([]byte, error) { return nil, err }
}

type panicError struct{}

func (panicError) Error() string { panic("in Error") }

type unwrapPanics struct{}

func (unwrapPanics) Error() string { return "unwrap" }
func (unwrapPanics) Unwrap() error { panic("in Unwrap") }

type typePanics struct{}

func (typePanics) Error() string     { return "type" }
func (typePanics) ErrorType() string { panic("in ErrorType") }

// A hook that panics does not keep the report from arriving, and the error is logged.
func TestHookPanics(t *testing.T) {
	a := newAPI(t, event("1", ""), event("2", ""))
	c, _ := a.client()
	var out bytes.Buffer
	c.log.Out = &out
	c.Log = func(*Invocation, error) { panic("in Log") }
	a.serve(c, fails(errors.New("oops")))
	for range 2 {
		if p := a.posted(); p.report(t).ErrorMessage != "oops" {
			t.Errorf("%s", p.Body)
		}
	}
	if !strings.Contains(out.String(), "oops") {
		t.Errorf("logged %s", out.String())
	}
}

// A request ID cannot end the request line, although it comes from Lambda.
func TestStrangeRequestIDs(t *testing.T) {
	for _, id := range []string{"a b", "a/../b", "a?b#c", "é", "a\tb", "%2F"} {
		a := newAPI(t, event(id, "payload"))
		c, _ := a.client()
		a.serve(c, echo)
		if p := a.posted(); p.Path != "/invocation/"+id+"/response" || string(p.Body) != "payload" {
			t.Errorf("%q: %s", id, p.Path)
		}
	}
}

// The cause for X-Ray is left out if the header with it is refused.
func TestHeaderTooLong(t *testing.T) {
	for _, status := range []int{202, 431} { // of the second attempt
		a := newAPI(t, event("1", ""), event("2", ""))
		first := true
		a.accept = func(p *posted) int {
			switch {
			case p.Header.Get(fieldXRayCause) != "" && first:
				first = false
				return 431
			case p.Header.Get(fieldXRayCause) != "":
				return 202
			}
			return status
		}
		c, _ := a.client()
		ended := a.serve(c, fails(errors.New("oops")))
		for _, cause := range []bool{true, false} {
			if p := a.posted(); p.Path != "/invocation/1/error" || (p.Header.Get(fieldXRayCause) != "") != cause || p.report(t).ErrorMessage != "oops" {
				t.Errorf("%s %v", p.Path, p.Header)
			}
		}
		if status == 202 {
			if p := a.posted(); p.Path != "/invocation/2/error" {
				t.Errorf("then %s", p.Path)
			}
		} else if err := wait(t, ended); a.asked.Load() != 1 {
			t.Errorf("asked %d times, %v", a.asked.Load(), err)
		}
	}
}

// An answer that does not arrive ends the process: the same event would come again, without end.
func TestAnswerThatDoesNotArrive(t *testing.T) {
	for _, handlerErr := range []error{nil, errors.New("oops")} {
		for _, answer := range []string{"", "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"} {
			a := newAPI(t)
			for range 100 {
				a.events <- event("1", "")
			}
			plain := a.Config.Handler
			a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == "POST" {
					io.Copy(io.Discard, r.Body)
					raw(answer)(w, r)
					return
				}
				plain.ServeHTTP(w, r)
			})
			c, _ := a.client()
			err := wait(t, a.serve(c, func(context.Context, *Invocation) ([]byte, error) { return nil, handlerErr }))
			if err == nil || a.asked.Load() != 1 {
				t.Errorf("%q: asked %d times, %v", answer, a.asked.Load(), err)
			}
		}
	}
}

type typedStream struct {
	io.Reader
	contentType func() string
}

func (s *typedStream) ContentType() string { return s.contentType() }

type closePanics struct{ io.Reader }

func (closePanics) Close() error { panic("in Close") }

type badCount struct{ n int }

func (b badCount) Read(p []byte) (int, error) { return len(p)*b.n + b.n, nil }

// A stream is answered exactly once, whatever its methods do.
func TestStreamsThatMisbehave(t *testing.T) {
	half := strings.NewReader
	deep := iotest.ErrReader(&PanicError{Value: "deep", stack: make([]frame, maxFrames)})
	for _, test := range []struct {
		name        string
		r           io.Reader
		contentType string
		errorText   string // in the trailer
	}{
		{"a line end in the Content-Type", &typedStream{half("half"), func() string { return "text/html\r\nX: y" }}, contentStream, ""},
		{"DEL in the Content-Type", &typedStream{half("half"), func() string { return "text/\x7f" }}, contentStream, ""},
		{"no Content-Type", &typedStream{half("half"), func() string { return "" }}, contentStream, ""},
		{"ContentType panics", &typedStream{half("half"), func() string { panic("in ContentType") }}, contentStream, "panic: in ContentType"},
		{"Close panics", closePanics{half("half")}, contentStream, ""},
		{"a count below zero", badCount{-1}, contentStream, errBadCount.Error()},
		{"a count beyond the buffer", badCount{1}, contentStream, errBadCount.Error()},
		{"an error of 10 MB", iotest.ErrReader(errors.New(strings.Repeat("\x00", 10<<20))), contentStream, "\x00\x00"},
		{"an error that panics", iotest.ErrReader(panicError{}), contentStream, "an error that panics"},
		{"a deep stack", deep, contentStream, "panic: deep"},
	} {
		a := newAPI(t, event("1", ""))
		c, _ := a.client()
		a.run(func(ctx context.Context) error {
			return c.ServeStream(ctx, func(context.Context, *Invocation) (io.Reader, error) { return test.r, nil })
		})
		p := a.posted()
		if p.Path != "/invocation/1/response" || p.Header.Get("Content-Type") != test.contentType {
			t.Errorf("%s: %s %v", test.name, p.Path, p.Header)
		}
		doc, err := base64.StdEncoding.DecodeString(p.Trailer.Get(fieldErrorBody))
		text := ""
		if len(doc) > 0 {
			text = (&posted{Body: doc}).report(t).ErrorMessage
		}
		if err != nil || !strings.HasPrefix(text, test.errorText) || (text == "") != (test.errorText == "") {
			t.Errorf("%s: %q, %v", test.name, text, err)
		}
	}
}

// FuzzReport: whatever an error, a panic, a stream or an event's header holds, the Runtime API gets
// exactly one answer to an event, which net/http and encoding/json read.
func FuzzReport(f *testing.F) {
	f.Add("s3://bucket/\x7f", "Function.NoSuchKey", "Root=1", "text/html", byte(0))
	f.Add("\xff\x00\u2028\u0085🏥", "Function.\x7f", "\x85", "\r\n", byte(1))
	f.Add(strings.Repeat("\x01", 100), "", "", "\x7f", byte(2))
	f.Add("", "Runtime.A", "\u0085", "", byte(3))
	f.Fuzz(func(t *testing.T, text, kind, trace, contentType string, how byte) {
		a := newAPI(t)
		a.events <- event("1", "{}", fieldTraceID, headerValue(trace), fieldInvocationID, headerValue(trace+contentType))
		a.events <- event("2", "")
		c, _ := a.client()
		err := errors.Join(&namedError{kind}, errors.New(text))
		first := true
		a.run(func(ctx context.Context) error {
			return c.ServeStream(ctx, func(context.Context, *Invocation) (io.Reader, error) {
				if !first {
					return strings.NewReader("second"), nil
				}
				first = false
				switch how % 4 {
				case 0:
					return nil, err
				case 1:
					panic(text)
				case 2:
					return &typedStream{io.MultiReader(strings.NewReader(text), iotest.ErrReader(err)), func() string { return contentType }}, nil
				}
				return &typedStream{strings.NewReader(text), func() string { return contentType }}, nil
			})
		})
		p := a.posted()
		doc := p.Body
		if how%4 == 2 {
			doc, _ = base64.StdEncoding.DecodeString(p.Trailer.Get(fieldErrorBody))
		}
		if how%4 < 3 && (!json.Valid(doc) || utf8.ValidString(text) && !strings.Contains((&posted{Body: doc}).report(t).ErrorMessage, text)) && len(text) < 100 {
			t.Errorf("%s %q", p.Path, doc)
		}
		if want := map[bool]string{true: "/invocation/1/error", false: "/invocation/1/response"}[how%4 < 2]; p.Path != want {
			t.Errorf("%s, want %s", p.Path, want)
		}
		if how%4 != 1 {
			if p := a.posted(); p.Path != "/invocation/2/response" || string(p.Body) != "second" {
				t.Errorf("then %s %s", p.Path, p.Body)
			}
		}
		select {
		case p := <-a.posts:
			t.Errorf("one answer more: %s %s", p.Path, p.Body)
		default:
		}
	})
}

// headerValue makes a text that can be the value of a header field.
func headerValue(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
