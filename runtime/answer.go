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

// MaxResponse is what a response may have unless it is a stream. Developer Guide, "Lambda
// quotas": 6 MB; Lambda allows the runtime 100 bytes more (MaxPayloadSize in AWS's emulator of
// the Runtime API).
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
// panic, an environment out of order (status 500: "Container error. Non-recoverable
// state. Runtime should exit promptly"), or an answer that did not arrive. In the last case
// Lambda waits for the answer until the timeout, and AWS's emulator hands the same event out
// again, without end; once the process has exited, both know that there is none.
//
// An answer that Lambda refuses has arrived: see refused. One whose receipt was cut off may or
// may not have counted; to send it again would not tell. Both are logged, and the next
// invocation is asked for.
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
		r := describe(err)
		sendErr = w.postError(ctx, inv.path("/error"), r, inv.echo())
		if err == ErrResponseTooLarge && status(sendErr) == 403 {
			sendErr = nil // Lambda has made it an error by itself
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

// refused says whether Lambda has taken note of an answer, and does not want it. 410: the
// invocation had timed out, and its caller knows. 400, 403 and 404: Lambda has given it up.
func refused(err error) bool {
	switch status(err) {
	case 400, 403, 404, 410:
		return true
	}
	return false
}

// postError reports an error. Where the header is too long for the Runtime API (431), the
// cause for X-Ray is left out.
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
		w.report(inv, s.err)
		if panicked := describe(s.err).panicked; panicked != nil {
			exit = panicked
		}
	}
	if err == nil {
		err = check(target, resp)
	}
	return err, exit
}

// contentTypeOf returns the stream's own Content-Type, where it has one that can be sent.
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

// stream ends where its reader fails: the error then follows in the trailer.
type stream struct {
	r   io.Reader
	err error // the first
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

// close closes the reader. Nobody is left to tell of an error, but a panic is one of the handler.
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
