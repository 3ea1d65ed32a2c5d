package aws

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/http1"
)

// ErrStalled says that a connection went silent.
var ErrStalled = errors.New("no bytes came for a while")

// exchange is a request under way on a connection, and its answer.
type exchange struct {
	*http1.Response
	client *Client
	conn   *conn
	watch  *watcher
}

// extend moves the connection's deadline to d from now. A deadline that is less than a quarter of d
// earlier stays as it is, because setting one costs more than asking for the time.
func (x *exchange) extend(d time.Duration) {
	now := time.Now()
	if left := x.conn.deadline.Sub(now); left <= d && left >= d-d/4 {
		return
	}
	x.conn.deadline = now.Add(d)
	x.conn.SetDeadline(x.conn.deadline)
	if x.watch.ctx.Err() != nil {
		x.conn.SetDeadline(longAgo) // the watcher may have set it before this did
	}
}

// cause says why an exchange failed.
func (x *exchange) cause(err error) error {
	if x.watch.ctx.Err() != nil {
		return context.Cause(x.watch.ctx)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ErrStalled
	}
	return err
}

// noAnswer says which host has not answered, and why.
type noAnswer struct {
	host string
	err  error
}

func (e *noAnswer) Error() string {
	if errors.Is(e.err, io.ErrUnexpectedEOF) || errors.Is(e.err, io.EOF) {
		return e.host + " ended the connection without an answer"
	}
	return e.host + ": " + e.err.Error()
}
func (e *noAnswer) Unwrap() error { return e.err }

// Read reads the answer's body.
func (x *exchange) Read(p []byte) (int, error) {
	x.extend(x.client.config.Stall)
	n, err := x.Response.Read(p)
	if err != nil && err != io.EOF {
		err = x.cause(err)
	}
	return n, err
}

// Close puts the connection back into the pool, if the answer was read to its end. The Response
// belongs to the connection, and the next call overwrites it. So Close sets it to nil: nobody can
// use it by mistake.
func (x *exchange) Close() {
	if x.watch.ctx.Err() != nil || !x.conn.Reusable() || x.Status == 408 {
		x.discard()
		return
	}
	x.Response = nil
	x.watch.leave(x.conn)
	x.client.pool.put(x.conn, x.client.wall())
}

// discard closes the connection.
func (x *exchange) discard() {
	x.Response = nil
	x.watch.leave(x.conn)
	x.conn.Close()
}

// bodyRate is the slowest upload that does not time out, in bytes a second.
const bodyRate = 1 << 20

// errEarly says that bytes arrived before a request was sent.
var errEarly = errors.New("an answer came before the request")

// exchange sends a request and reads the head of its answer. If a kept connection turns out to be
// closed at the other end, exchange sends the request again on a new one, and does not count that
// as an attempt. Every request of this package may arrive twice without harm. It does the same if
// the answer is 408 (RFC 9110 §15.5.9): the server has closed the connection before it saw the
// request.
func (c *Client) exchange(op *call, at endpoint.URL, req *http1.Request) (*exchange, error) {
	ctx := op.watch.ctx
	if cn := c.pool.take(at, c.wall()); cn != nil {
		x, stale, err := c.over(op, cn, req)
		if !stale || err != nil && ctx.Err() != nil {
			return x, err
		}
		if err == nil {
			x.discard()
		}
		c.pool.drop(at)
	}
	cn, err := c.open(ctx, at)
	if err != nil {
		return nil, err
	}
	if !cn.quiet() {
		cn.Close()
		return nil, &noAnswer{cn.at.Host, errEarly}
	}
	x, _, err := c.over(op, cn, req)
	return x, err
}

// over sends a request over a connection. The connection is stale if no byte of an answer came, or
// an answer that says 408.
func (c *Client) over(op *call, cn *conn, req *http1.Request) (_ *exchange, stale bool, err error) {
	x := &op.x
	*x = exchange{client: c, conn: cn, watch: op.watch}
	x.watch.enter(cn)
	x.extend(c.config.Stall + time.Duration(len(req.Body))*time.Second/bodyRate)
	if x.Response, err = cn.do(req); err != nil {
		stale = errors.Is(err, http1.ErrUnanswered)
		err = &noAnswer{cn.at.Host, x.cause(err)}
		x.watch.leave(cn)
		cn.Close()
		return nil, stale, err
	}
	return x, x.Status == 408, nil
}

// readAll appends a body to dst. A body of more than limit bytes is an error.
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
			return dst[:limit], errTooLong
		}
	}
}

var errTooLong = errors.New("the answer is longer than it can be")
