package runtime

import (
	"context"
	"errors"
	"os"
	"time"

	"reduction/internal/http1"
)

// worker handles one invocation after the other, over a connection of its own.
type worker struct {
	*Client
	link
	event []byte // the buffer of every Invocation.Payload
	leave func() // makes Serve stop waiting for this worker
}

// loop handles invocations until asking ends or the process must exit. It returns the reason.
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

// maxEvent is the largest event that is read. Lambda delivers up to 6 MB.
const maxEvent = 64 << 20

var errEventTooLarge = errors.New("runtime: the event is larger than any that Lambda sends")

// next waits for an invocation. If its event is damaged, next returns the invocation and the error
// to answer it with.
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
	// One byte more than the event has, so that ReadAll sees its end without growing the buffer.
	if n := resp.ContentLength + 1; int64(cap(w.event)) < n && n <= maxEvent {
		w.event = make([]byte, 0, n)
	}
	var readErr error
	w.event, readErr = http1.ReadAll(w.event, resp, maxEvent)
	if readErr == http1.ErrLongBody {
		readErr = errEventTooLarge
	}
	if readErr != nil && err == nil {
		err = &damagedError{readErr}
	}
	if !resp.Delimited() && err == nil {
		err = &damagedError{errUndelimited}
	}
	inv.Payload = w.event
	return inv, err
}

var errUndelimited = errors.New("the answer has neither a Content-Length nor chunks")

// handle calls the handler and sends its answer. A damaged invocation is answered with damage
// instead. If handle returns an error, the process must exit.
func (w *worker) handle(asking, ctx context.Context, inv *Invocation, damage error, h handler) error {
	// The context lasts until the stream of an answer has been read.
	ctx, cancel := inv.context(ctx)
	defer cancel()
	if w.loops == 1 {
		// AWS's X-Ray SDK for Go reads the trace ID from an environment variable. The variable
		// is the process's, so it is not set if several invocations run at the same time.
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

// overdue is called when an invocation's deadline passes and its handler still runs. Lambda
// Managed Instances do not stop the handler: the caller has got an error, and the context has
// ended, but only this report says that the handler still runs. Developer Guide, "Understanding
// the Lambda Managed Instances execution environment". When asking ends, overdue makes Serve
// stop waiting for the handler.
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

var errGoexit error = &typedError{"Function.Goexit", "runtime: the handler ended its goroutine (runtime.Goexit) instead of returning"}

var errOverdue = &typedError{"Function.Overdue", "runtime: the invocation has run into its timeout, and its handler is still running"}

func setTraceID(id string) {
	if id == "" {
		os.Unsetenv("_X_AMZN_TRACE_ID")
	} else {
		os.Setenv("_X_AMZN_TRACE_ID", id)
	}
}
