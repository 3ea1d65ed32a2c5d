package runtime

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"reduction/internal/http1"
	"reduction/internal/rawio"
)

const (
	apiVersion       = "/2018-06-01"
	extensionVersion = "/2020-01-01"
)

// link is one connection to the Runtime API, opened when it is needed. The Runtime API is on the
// same machine: link uses no TLS and ignores HTTP_PROXY.
type link struct {
	address string
	conn    *http1.Conn
}

func (l *link) close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// do sends a request, and waits for the head of its answer until ctx ends. If the other end has
// closed the kept connection, or has sent bytes that nobody asked for, do opens a new one first.
// If the close is seen only after the request was sent, do sends the request again over a new
// connection: no byte of an answer came, and the request ID keeps the request from counting twice.
// A request with a stream is not sent again.
func (l *link) do(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	req.Host = l.address
	if l.conn != nil && l.conn.Reusable() && rawio.Quiet(l.conn.NetConn()) {
		resp, err := l.over(ctx, req)
		if err == nil || ctx.Err() != nil || req.Stream != nil || !errors.Is(err, http1.ErrUnanswered) {
			return resp, err
		}
	}
	l.close()
	nc, err := dial(ctx, l.address)
	if err != nil {
		return nil, err
	}
	l.conn = http1.NewConn(rawio.Conn(nc))
	return l.over(ctx, req)
}

// errReceipt says that the Runtime API has answered a request, and that its answer cannot be read.
var errReceipt = errors.New("runtime: the answer of the Runtime API cannot be read")

type receiptError struct{ err error }

func (e *receiptError) Error() string        { return errReceipt.Error() + ": " + e.err.Error() }
func (e *receiptError) Unwrap() error        { return e.err }
func (e *receiptError) Is(target error) bool { return target == errReceipt }

// over sends a request over l.conn.
func (l *link) over(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	conn, woken := l.conn, make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		conn.SetDeadline(time.Unix(1, 0))
		close(woken)
	})
	resp, err := conn.Do(req)
	if !stop() {
		<-woken
		conn.SetDeadline(time.Time{}) // the answer's body may still be read
	}
	if err != nil && !errors.Is(err, http1.ErrUnanswered) && !errors.Is(err, http1.ErrRequest) {
		err = &receiptError{err}
	}
	return resp, err
}

// post sends a body, which Lambda answers with 202 Accepted.
func (l *link) post(ctx context.Context, target string, header http1.Header, body []byte) error {
	resp, err := l.do(ctx, &http1.Request{Method: "POST", Target: target, Header: header, Body: body})
	if err != nil {
		return err
	}
	return check(target, resp)
}

// maxRefusal is how many bytes of an answer's body are read for an error's text.
const maxRefusal = 4 << 10

// check reads a small answer to its end. It returns an error unless the status is 2xx.
func check(target string, resp *http1.Response) error {
	if err := refusal(target, resp); err.Status/100 != 2 {
		return err
	}
	return nil // even if the answer's body was cut off
}

func refusal(target string, resp *http1.Response) *APIError {
	body := make([]byte, maxRefusal)
	n, _ := io.ReadFull(resp, body)
	return &APIError{target, resp.Status, strings.TrimSpace(string(body[:n]))}
}

// APIError is a refusal by the Runtime API.
type APIError struct {
	Path   string
	Status int
	Body   string // of the answer, shortened
}

func (e *APIError) Error() string {
	s := "runtime: " + e.Path + ": status " + strconv.Itoa(e.Status)
	if e.Body != "" {
		s += ": " + e.Body
	}
	return s
}

// status returns the status of a refusal, 0 for other errors.
func status(err error) int {
	if refused, ok := errors.AsType[*APIError](err); ok {
		return refused.Status
	}
	return 0
}
