package runtime

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"strings"
	"unicode"

	"reduction/internal/http1"
)

// MaxResponse is how many bytes a response may have unless it is a stream. Developer Guide,
// "Lambda quotas": 6 MB. Lambda allows the runtime 100 bytes more (MaxPayloadSize in AWS's
// emulator of the Runtime API).
const MaxResponse = 6<<20 + 100

// ErrResponseTooLarge is the error that the caller gets for a response above MaxResponse. Its
// text is Lambda's own.
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

// answer sends what the handler returned. If answer returns an error, the process must exit:
// the handler panicked, the environment is broken (status 500: "Container error.
// Non-recoverable state. Runtime should exit promptly"), or the answer did not arrive. In the
// last case Lambda would wait for the answer until the timeout, and AWS's emulator would hand
// out the same event again, without end. The exit tells both that no answer will come.
//
// Two failures are only logged, and the worker asks for the next invocation. An answer that
// Lambda refuses has arrived: see refused. If Lambda's response to an answer cannot be read, it
// is unknown whether the answer counted, and sending it again would not show that.
func (w *worker) answer(inv *Invocation, a answer, err error) error {
	// An invocation that was received is answered, even if the context of Serve has ended.
	ctx := context.Background()
	var exit, sendErr error
	if err == nil {
		sendErr, exit = w.respond(ctx, inv, a)
		if status(sendErr) == 413 || sendErr == ErrResponseTooLarge {
			err, sendErr = ErrResponseTooLarge, nil
		}
	}
	if err != nil {
		r := w.report(inv, err)
		sendErr = w.postError(ctx, inv.path("/error"), r, inv.echo())
		if err == ErrResponseTooLarge && status(sendErr) == 403 {
			sendErr = nil // Lambda has already reported the error to the caller
		}
		if r.panicked != nil {
			exit = r.panicked
		}
	}
	if sendErr != nil {
		w.report(inv, sendErr)
		if !refused(sendErr) && !errors.Is(sendErr, errReceipt) {
			return sendErr
		}
	}
	return exit
}

// refused reports whether Lambda has received an answer and rejected it. 410: the invocation
// had timed out, and its caller knows. 400, 403 and 404: Lambda has given the invocation up.
func refused(err error) bool {
	switch status(err) {
	case 400, 403, 404, 410:
		return true
	}
	return false
}

// postError reports an error. If the header is too long for the Runtime API (431), postError
// reports the error again without the cause for X-Ray.
func (l *link) postError(ctx context.Context, path string, r report, echo http1.Header) error {
	body := r.appendJSON(nil, maxReport)
	header := append(echo, r.header()...)
	err := l.post(ctx, path, append(header, r.cause()...), body)
	if status(err) == 431 {
		err = l.post(ctx, path, header, body)
	}
	return err
}

func (inv *Invocation) path(what string) string {
	return apiVersion + "/runtime/invocation/" + url.PathEscape(inv.RequestID) + what
}

// echo returns the field that ties an answer to this invocation, if Lambda has sent it.
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
	contentType, err := contentTypeOf(r)
	s := &stream{r: r, err: err}
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
	s.close()
	if s.err != nil {
		if panicked := w.report(inv, s.err).panicked; panicked != nil {
			exit = panicked
		}
	}
	if err == nil {
		err = check(target, resp)
	}
	return err, exit
}

// contentTypeOf returns the stream's own Content-Type if it has one that can be sent.
func contentTypeOf(r io.Reader) (contentType string, err error) {
	contentType = contentStream
	defer recovered(&err)
	if t, ok := r.(interface{ ContentType() string }); ok {
		if own := t.ContentType(); own != "" && !strings.ContainsFunc(own, unicode.IsControl) {
			contentType = own
		}
	}
	return contentType, nil
}

// stream reads from r. When r fails, the stream ends, and the trailer carries the error.
type stream struct {
	r   io.Reader
	err error // the first error or panic
}

func (s *stream) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, io.EOF
	}
	n, err := s.read(p)
	if err != nil && err != io.EOF {
		s.err, err = err, io.EOF
	}
	return n, err
}

func (s *stream) read(p []byte) (n int, err error) {
	defer recovered(&err)
	n, err = s.r.Read(p)
	if n < 0 || n > len(p) {
		return 0, errBadCount
	}
	return n, err
}

var errBadCount = errors.New("runtime: the stream's Read returned an impossible count")

// close closes the reader. Its error is ignored, as the response has been sent. A panic counts as
// a panic of the handler.
func (s *stream) close() {
	var panicked error
	func() {
		defer recovered(&panicked)
		if c, ok := s.r.(io.Closer); ok {
			c.Close()
		}
	}()
	if s.err == nil {
		s.err = panicked
	}
}

func (s *stream) trailer() http1.Header {
	if s.err == nil {
		return nil
	}
	r := describe(s.err)
	return http1.Header{
		{Name: fieldErrorType, Value: r.kind},
		{Name: fieldErrorBody, Value: base64.StdEncoding.EncodeToString(r.appendJSON(nil, maxTrailer))},
	}
}
