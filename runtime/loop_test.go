package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

type text string

func (t text) String() string { return string(t) }

func panicsWith(v any) Handler {
	return func(context.Context, *Invocation) ([]byte, error) { panic(v) }
}

func panicsNil(context.Context, *Invocation) ([]byte, error) {
	var inv *Invocation
	return inv.Payload, nil
}

func TestPanic(t *testing.T) {
	for _, test := range []struct {
		h       Handler
		message string
		top     string // of the stack
	}{
		{panicsWith("oops"), "panic: oops", "panicsWith"},
		{panicsWith(errors.New("oops")), "panic: oops", "panicsWith"},
		{panicsWith(text("oops")), "panic: oops", "panicsWith"},
		{panicsWith(42), "panic", "panicsWith"},
		{panicsNil, "panic: runtime error: invalid memory address or nil pointer dereference", "panicsNil"},
	} {
		a := newAPI(t, event("1", ""), event("2", ""))
		c, log := a.client()
		err := wait(t, a.serve(c, test.h))
		p := a.posted()
		r := p.report(t)
		if p.Path != "/invocation/1/error" || r.ErrorType != "Function.Panic" || r.ErrorMessage != test.message || p.Header.Get(fieldErrorType) != "Function.Panic" {
			t.Errorf("%s %s", p.Path, p.Body)
		}
		if len(r.StackTrace) == 0 || !strings.Contains(r.StackTrace[0].Label, test.top) || r.StackTrace[0].Line == 0 || !strings.HasSuffix(r.StackTrace[0].Path, "loop_test.go") {
			t.Errorf("stack %+v", r.StackTrace)
		}
		if cause := p.Header.Get(fieldXRayCause); !strings.Contains(cause, test.top) {
			t.Errorf("cause %s", cause)
		}
		if _, ok := errors.AsType[*PanicError](err); !ok || len(log.errors()) != 1 || log.errors()[0] != err {
			t.Errorf("%v, logged %v", err, log.errors())
		}
		if n := a.asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	}
}

func TestPanicUnwraps(t *testing.T) {
	cause := &namedError{"Function.NoSuchThing"}
	err := &PanicError{Value: cause}
	if !errors.Is(err, cause) || errorType(err) != "Function.Panic" {
		t.Error(errorType(err))
	}
	if (&PanicError{Value: 1}).Unwrap() != nil {
		t.Error("unwraps to a number")
	}
}

// Sixty-four invocations are in their handlers at the same time, and each gets its answer.
func TestConcurrency(t *testing.T) {
	t.Setenv("_X_AMZN_TRACE_ID", "untouched")
	const loops, rounds = 64, 4
	a := newAPI(t)
	c, log := a.client("AWS_LAMBDA_MAX_CONCURRENCY", fmt.Sprint(loops))
	var inside sync.WaitGroup
	inside.Add(loops)
	a.serve(c, func(ctx context.Context, inv *Invocation) ([]byte, error) {
		if strings.HasPrefix(inv.RequestID, "0-") {
			inside.Done()
			inside.Wait() // hangs unless all are here
		}
		if id := ctx.Value("x-amzn-trace-id"); id != inv.TraceID || FromContext(ctx) != inv || os.Getenv("_X_AMZN_TRACE_ID") != "untouched" {
			t.Errorf("%s: trace ID %v", inv.RequestID, id)
		}
		if strings.HasSuffix(inv.RequestID, "7") {
			return nil, errors.New(string(inv.Payload))
		}
		return inv.Payload, nil
	})
	for round := range rounds {
		for i := range loops {
			id := fmt.Sprintf("%d-%d", round, i)
			a.events <- event(id, "event "+id, fieldTraceID, "trace "+id, fieldInvocationID, "nonce "+id,
				fieldDeadline, fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
		}
	}
	failed := 0
	for range rounds * loops {
		p := a.posted()
		id := strings.Split(p.Path, "/")[2]
		want := "event " + id
		if got := string(p.Body); strings.HasSuffix(id, "7") {
			failed++
			want = p.report(t).ErrorMessage
		} else if got != want {
			t.Errorf("%s got %q", id, got)
		}
		if want != "event "+id || p.Header.Get(fieldInvocationID) != "nonce "+id {
			t.Errorf("%s got %q, %v", id, want, p.Header)
		}
	}
	if n := a.conns.Load(); n != loops {
		t.Errorf("%d connections", n)
	}
	if len(log.errors()) != failed {
		t.Error(log.errors())
	}
}

// A panic ends all loops. The other loops first answer their invocations.
func TestPanicAmongOthers(t *testing.T) {
	const loops = 8
	a := newAPI(t)
	c, _ := a.client("AWS_LAMBDA_MAX_CONCURRENCY", fmt.Sprint(loops))
	var inside sync.WaitGroup
	inside.Add(loops / 2)
	reported := make(chan struct{})
	ended := a.serve(c, func(ctx context.Context, inv *Invocation) ([]byte, error) {
		inside.Done()
		inside.Wait()
		if inv.RequestID == "0" {
			panic("oops")
		}
		<-reported
		return nil, ctx.Err() // which nobody has ended
	})
	for i := range loops / 2 {
		a.events <- event(fmt.Sprint(i), "")
	}
	if p := a.posted(); p.Path != "/invocation/0/error" {
		t.Errorf("%s", p.Path)
	}
	close(reported)
	for range loops/2 - 1 {
		if p := a.posted(); !strings.HasSuffix(p.Path, "/response") {
			t.Errorf("%s %s", p.Path, p.Body)
		}
	}
	if _, ok := errors.AsType[*PanicError](wait(t, ended)); !ok {
		t.Error("ended without the panic")
	}
}

// Serve does not wait for a handler that still runs after its deadline.
func TestPanicBesideStuckHandler(t *testing.T) {
	for _, late := range []bool{false, true} { // when the panic comes: before the other's deadline, or after
		a := newAPI(t)
		told, stuck := make(chan struct{}), make(chan struct{})
		c := NewClient(a.env("AWS_LAMBDA_MAX_CONCURRENCY", "2"))
		c.Log = func(inv *Invocation, err error) {
			if err == errOverdue {
				close(told)
			}
		}
		ended := make(chan error, 1)
		go func() {
			ended <- c.Serve(context.Background(), func(ctx context.Context, inv *Invocation) ([]byte, error) {
				if inv.RequestID == "stuck" {
					<-stuck
				}
				if late {
					<-told
				}
				panic("oops")
			})
		}()
		a.events <- event("stuck", "", fieldDeadline, fmt.Sprint(time.Now().Add(50*time.Millisecond).UnixMilli()))
		a.events <- event("panics", "", fieldDeadline, fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
		if _, ok := errors.AsType[*PanicError](wait(t, ended)); !ok {
			t.Error("ended without the panic")
		}
		close(stuck)
	}
}

// On Managed Instances, Lambda does not stop a handler at its deadline. Its context ends, it is
// reported, and its late answer does no harm.
func TestOverdue(t *testing.T) {
	a := newAPI(t)
	a.accept = func(p *posted) int {
		if strings.Contains(p.Path, "late") {
			return 410
		}
		return 202
	}
	told := make(chan error, 10)
	c := NewClient(a.env("AWS_LAMBDA_MAX_CONCURRENCY", "2"))
	c.Log = func(inv *Invocation, err error) {
		if inv.RequestID != "late" {
			t.Errorf("%s: %v", inv.RequestID, err)
		}
		told <- err
	}
	a.serve(c, func(ctx context.Context, inv *Invocation) ([]byte, error) {
		if inv.RequestID == "late" {
			<-ctx.Done()
			if err := <-told; err != errOverdue || ctx.Err() != context.DeadlineExceeded {
				t.Errorf("%v, %v", err, ctx.Err())
			}
		}
		return inv.Payload, nil
	})
	a.events <- event("late", "", fieldDeadline, fmt.Sprint(time.Now().Add(20*time.Millisecond).UnixMilli()))
	if p := a.posted(); p.Path != "/invocation/late/response" {
		t.Errorf("%s", p.Path)
	}
	if err := <-told; status(err) != 410 {
		t.Error(err)
	}
	a.events <- event("next", "", fieldDeadline, fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
	if p := a.posted(); p.Path != "/invocation/next/response" {
		t.Errorf("%s", p.Path)
	}
}

func TestMaxConcurrency(t *testing.T) {
	for value, want := range map[string]int{"": 1, "1": 1, "0": 1, "-3": 1, "x": 1, "16": 16} {
		c := NewClient(func(name string) string {
			if name == "AWS_LAMBDA_MAX_CONCURRENCY" {
				return value
			}
			return ""
		})
		if c.loops != want {
			t.Errorf("%q: %d", value, c.loops)
		}
	}
}
