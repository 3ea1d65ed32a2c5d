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

// do sends a request, and waits for the head of its answer until ctx ends. A kept
// connection that turns out to have been closed meanwhile is replaced in silence: nothing
// of the request was answered, and its request ID keeps it from counting twice.
func (l *link) do(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	req.Host = l.address
	if l.conn != nil && l.conn.Reusable() {
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
	return resp, err
}

// post sends a body, for which the answer has to be 202 Accepted.
func (l *link) post(ctx context.Context, target string, header http1.Header, body []byte) error {
	resp, err := l.do(ctx, &http1.Request{Method: "POST", Target: target, Header: header, Body: body})
	if err != nil {
		return err
	}
	return check(target, resp, 202)
}

// maxRefusal bounds what is read of an answer that nobody needs.
const maxRefusal = 4 << 10

// check reads a small answer to its end and makes an error of a wrong status.
func check(target string, resp *http1.Response, want int) error {
	body := make([]byte, maxRefusal)
	n, err := io.ReadFull(resp, body)
	if resp.Status != want {
		return &APIError{target, resp.Status, strings.TrimSpace(string(body[:n]))}
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil // accepted is accepted
	}
	return err
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
