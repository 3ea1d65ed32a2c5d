package runtime

import (
	"context"
	"encoding/base64"
	"errors"
	"io"

	"reduction/internal/http1"
)

// MaxResponse is what a response may have unless it is a stream. Developer Guide, "Lambda
// quotas": 6 MB; the runtime's side is let have 100 bytes more (MaxPayloadSize in AWS's
// emulator of the Runtime API).
const MaxResponse = 6<<20 + 100

// ErrResponseTooLarge is what the caller gets for a response above MaxResponse, in the
// words that Lambda itself has for it.
var ErrResponseTooLarge error = &typedError{"Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (6291556 bytes)."}

const (
	contentJSON   = "application/json"
	contentStream = "application/octet-stream"
	contentError  = "application/vnd.aws.lambda.error+json" // the Runtime API's OpenAPI document

	fieldErrorType    = "Lambda-Runtime-Function-Error-Type"
	fieldErrorBody    = "Lambda-Runtime-Function-Error-Body"
	fieldXRayCause    = "Lambda-Runtime-Function-XRay-Error-Cause"
	fieldResponseMode = "Lambda-Runtime-Function-Response-Mode"
)

// answer sends what the handler returned. Its error is a reason to exit: the handler's
// panic, or an environment out of order (status 500: "Container error. Non-recoverable
// state. Runtime should exit promptly").
//
// Other refusals are logged, and the next invocation tells whether there is one. 410: the
// invocation had timed out, and its caller knows. 400 and 403: Lambda has given it up. An
// answer that was cut off may or may not have counted; to send it again would not tell.
func (w *worker) answer(inv *Invocation, a answer, err error) error {
	// What has been asked for is answered, even if the context of Serve has ended.
	ctx := context.Background()
	var exit, sendErr error
	if err == nil {
		sendErr, exit = w.respond(ctx, inv, a)
		if status(sendErr) == 413 || sendErr == ErrResponseTooLarge {
			err, sendErr = ErrResponseTooLarge, nil
		}
	}
	if err != nil {
		w.report(inv, err)
		header := append(errorHeader(err), inv.echo()...)
		sendErr = w.post(ctx, inv.path("/error"), header, appendError(nil, err))
		if err == ErrResponseTooLarge && status(sendErr) == 403 {
			sendErr = nil // Lambda has made it an error by itself
		}
		if panicked, ok := errors.AsType[*PanicError](err); ok {
			exit = panicked
		}
	}
	if sendErr != nil {
		w.report(inv, sendErr)
		if status(sendErr) >= 500 {
			return sendErr
		}
	}
	return exit
}

func (inv *Invocation) path(what string) string {
	return apiVersion + "/runtime/invocation/" + inv.RequestID + what
}

// echo is the field by which Lambda knows an answer for this invocation's.
func (inv *Invocation) echo() http1.Header {
	if inv.InvocationID == "" {
		return nil
	}
	return http1.Header{{Name: fieldInvocationID, Value: inv.InvocationID}}
}

// respond sends a response; exit is a panic in the handler's stream.
func (w *worker) respond(ctx context.Context, inv *Invocation, a answer) (err, exit error) {
	if a.stream != nil {
		return w.stream(ctx, inv, a.stream)
	}
	if len(a.body) > MaxResponse {
		return ErrResponseTooLarge, nil
	}
	header := append(inv.echo(), http1.Field{Name: "Content-Type", Value: contentJSON})
	return w.post(ctx, inv.path("/response"), header, a.body), nil
}

// stream sends a response as it is read. Developer Guide, "Building a custom runtime",
// response streaming: errors go into trailers, and the connection is closed afterwards.
func (w *worker) stream(ctx context.Context, inv *Invocation, r io.Reader) (err, exit error) {
	defer w.link.close()
	if c, ok := r.(io.Closer); ok {
		defer c.Close()
	}
	contentType := contentStream
	if t, ok := r.(interface{ ContentType() string }); ok {
		contentType = t.ContentType()
	}
	s := &stream{r: r}
	target := inv.path("/response")
	resp, err := w.do(ctx, &http1.Request{
		Method: "POST", Target: target,
		Header: append(inv.echo(),
			http1.Field{Name: "Content-Type", Value: contentType},
			http1.Field{Name: fieldResponseMode, Value: "streaming"}),
		Stream:   s,
		Trailers: []string{fieldErrorType, fieldErrorBody},
		Trailer:  s.trailer,
	})
	if s.err != nil {
		w.report(inv, s.err)
		if panicked, ok := errors.AsType[*PanicError](s.err); ok {
			exit = panicked
		}
	}
	if err == nil {
		err = check(target, resp, 202)
	}
	return err, exit
}

// stream ends where its reader fails: the error then follows in the trailer.
type stream struct {
	r   io.Reader
	err error
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.read(p)
	if err != nil && err != io.EOF {
		s.err, err = err, io.EOF
	}
	return n, err
}

func (s *stream) read(p []byte) (n int, err error) {
	defer recovered(&err)
	return s.r.Read(p)
}

func (s *stream) trailer() http1.Header {
	if s.err == nil {
		return nil
	}
	return http1.Header{
		{Name: fieldErrorType, Value: errorType(s.err)},
		{Name: fieldErrorBody, Value: base64.StdEncoding.EncodeToString(appendError(nil, s.err))},
	}
}
