package runtime

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"reduction/internal/http1"
)

// worker is one line of work with a connection of its own: ask, handle, answer.
type worker struct {
	*Client
	link
	event []byte // the buffer of every Invocation.Payload
	leave func() // lets Serve end without this one
}

// loop works until asking ends, or there is a reason to exit, which it returns.
func (w *worker) loop(asking, ctx context.Context, h handler) error {
	defer w.close()
	for {
		inv, damage := w.next(asking)
		if inv == nil {
			return damage
		}
		if err := w.handle(asking, ctx, inv, damage, h); err != nil {
			return err
		}
	}
}

// maxEvent is far above what Lambda delivers (6 MB); what is above it is no event.
const maxEvent = 64 << 20

var errEventTooLarge = errors.New("runtime: the event is larger than any that Lambda sends")

// next waits for an invocation. One that came damaged is returned with an error to answer
// it with.
func (w *worker) next(ctx context.Context) (*Invocation, error) {
	const path = apiVersion + "/runtime/invocation/next"
	resp, err := w.do(ctx, &http1.Request{Method: "GET", Target: path})
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, &nextError{err}
	case resp.Status != 200:
		return nil, refusal(path, resp)
	}
	inv, err := newInvocation(resp.Header)
	if inv.RequestID == "" {
		return nil, &nextError{errNoRequestID}
	}
	w.event = w.event[:0]
	// A byte more than there will be: the end is seen without another buffer.
	if n := resp.ContentLength + 1; int64(cap(w.event)) < n && n <= maxEvent {
		w.event = make([]byte, 0, n)
	}
	var readErr error
	if w.event, readErr = readAll(w.event, resp, maxEvent); readErr != nil && err == nil {
		err = &damagedError{readErr}
	}
	if !resp.Delimited() && err == nil {
		err = &damagedError{errUndelimited}
	}
	inv.Payload = w.event
	return inv, err
}

var errUndelimited = errors.New("its length is not announced, and it does not come in chunks")

// readAll appends what r holds to dst.
func readAll(dst []byte, r io.Reader, limit int) ([]byte, error) {
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, make([]byte, max(512, len(dst)))...)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case err == io.EOF:
			return dst, nil
		case err != nil:
			return dst, err
		case len(dst) > limit:
			return dst, errEventTooLarge
		}
	}
}

// handle has an invocation answered, by its handler unless it came damaged. Its error is a
// reason to exit.
func (w *worker) handle(asking, ctx context.Context, inv *Invocation, damage error, h handler) error {
	// The context is there as long as an answer is being read from a stream.
	ctx, cancel := inv.context(ctx)
	defer cancel()
	if w.loops == 1 {
		// Where AWS's X-Ray SDK for Go finds it. It is the process's, so that where
		// several invocations share that, none may have it.
		setTraceID(inv.TraceID)
	} else if !inv.Deadline.IsZero() {
		handled := make(chan struct{})
		defer close(handled)
		late := time.AfterFunc(time.Until(inv.Deadline), func() { w.overdue(asking, inv, handled) })
		defer late.Stop()
	}
	if damage != nil {
		return w.answer(inv, answer{}, damage)
	}
	a, err := call(ctx, inv, h)
	return w.answer(inv, a, err)
}

// overdue is called when an invocation's deadline passes. Managed Instances do not stop it:
// its caller has got an error, and its context has ended, but nothing else would tell of a
// handler that goes on. Developer Guide, "Understanding the Lambda Managed Instances
// execution environment".
func (w *worker) overdue(asking context.Context, inv *Invocation, handled <-chan struct{}) {
	w.report(inv, errOverdue)
	select {
	case <-asking.Done():
		w.leave()
	case <-handled:
	}
}

// call runs the handler. A panic comes back as a [PanicError].
func call(ctx context.Context, inv *Invocation, h handler) (a answer, err error) {
	defer recovered(&err)
	return h(ctx, inv)
}

var errGoexit error = &typedError{"Function.Goexit", "runtime: the handler has ended its goroutine (runtime.Goexit), and not returned"}

var errOverdue = &typedError{"Function.Overdue", "runtime: the invocation has run into its timeout, and its handler is still running"}

func setTraceID(id string) {
	if id == "" {
		os.Unsetenv("_X_AMZN_TRACE_ID")
	} else {
		os.Setenv("_X_AMZN_TRACE_ID", id)
	}
}
