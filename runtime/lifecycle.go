package runtime

import (
	"context"

	"reduction/internal/http1"
)

// restore waits for the snapshot to be taken and to be restored. Developer Guide,
// "Implementing SnapStart hooks for container images".
func (c *Client) restore(ctx context.Context) error {
	const path = apiVersion + "/runtime/restore/next"
	// This connection is from before the snapshot. The loops open their own afterwards.
	l := link{address: c.address}
	defer l.close()
	resp, err := l.do(ctx, &http1.Request{Method: "GET", Target: path})
	if err != nil {
		return err
	}
	if err := check(path, resp); err != nil {
		return err
	}
	if c.AfterRestore == nil {
		return nil
	}
	if err := c.AfterRestore(); err != nil {
		restoreErr := &restoreError{err}
		c.fail("/runtime/restore/error", describe(restoreErr))
		return restoreErr
	}
	return nil
}

type restoreError struct{ err error }

func (e *restoreError) Error() string     { return "runtime: after restore: " + e.err.Error() }
func (e *restoreError) Unwrap() error     { return e.err }
func (e *restoreError) ErrorType() string { return "Runtime.AfterRestoreError" }

// RequestSIGTERM asks Lambda to send SIGTERM and to wait some hundred milliseconds before it
// kills the process. Otherwise Lambda kills it without a warning. RequestSIGTERM registers an
// extension within the process, which costs INIT a round trip or two. Call it before Serve:
//
//	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
//	client.RequestSIGTERM("cleanup")
//	client.Serve(ctx, handle)
//	cleanup()
//
// Developer Guide, "Using the Lambda Extensions API", internal extensions.
func (c *Client) RequestSIGTERM(name string) error {
	if c.address == "" {
		return ErrNoAddress
	}
	const register = extensionVersion + "/extension/register"
	l := link{address: c.address}
	resp, err := l.do(context.Background(), &http1.Request{
		Method: "POST", Target: register,
		Header: http1.Header{{Name: "Lambda-Extension-Name", Value: name}, {Name: "Content-Type", Value: contentJSON}},
		Body:   []byte(`{"events":[]}`),
	})
	id := ""
	if err == nil {
		id = resp.Header.Get("Lambda-Extension-Identifier")
		err = check(register, resp)
	}
	if err != nil {
		l.close()
		return err
	}
	// Lambda ends INIT when every extension has asked for its first event. This extension is
	// registered for no events, so the answer never comes.
	go func() {
		defer l.close()
		l.do(context.Background(), &http1.Request{
			Method: "GET", Target: extensionVersion + "/extension/event/next",
			Header: http1.Header{{Name: "Lambda-Extension-Identifier", Value: id}},
		})
	}()
	return nil
}
