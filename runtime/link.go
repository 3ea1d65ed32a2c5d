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

// link is one connection to the Runtime API, opened when it is needed. The Runtime API is
// in the same machine: no TLS, and no proxy, whatever HTTP_PROXY says.
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

// do sends a request, and waits for the head of its answer until ctx ends. A kept connection
// on which something has come that nobody asked for, or the end, is replaced before the request
// is sent. One that turns out to have been closed is replaced in silence, too: nothing of the
// request was answered, and its request ID keeps it from counting twice.
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

// errReceipt says that a request has been answered, and that the answer cannot be read.
var errReceipt = errors.New("runtime: the answer came damaged")

type receiptError struct{ err error }

func (e *receiptError) Error() string        { return errReceipt.Error() + ": " + e.err.Error() }
func (e *receiptError) Unwrap() error        { return e.err }
func (e *receiptError) Is(target error) bool { return target == errReceipt }

// over sends a request over the connection that there is.
func (l *link) over(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	conn, woken := l.conn, make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		conn.SetDeadline(time.Unix(1, 0))
		close(woken)
	})
	resp, err := conn.Do(req)
	if !stop() {
		<-woken
		conn.SetDeadline(time.Time{}) // the answer's body may be read all the same
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

// maxRefusal bounds what is read of an answer that nobody needs.
const maxRefusal = 4 << 10

// check reads a small answer to its end, and makes an error of a refusal.
func check(target string, resp *http1.Response) error {
	if err := refusal(target, resp); err.Status/100 != 2 {
		return err
	}
	return nil // whatever the answer's end: accepted is accepted
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
	Body   string // what it said, shortened
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
