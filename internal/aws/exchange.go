package aws

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"reduction/internal/http1"
)

// ErrStalled says that a connection went silent.
var ErrStalled = errors.New("no bytes came for a while")

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// watch wakes whoever waits for nc when ctx ends. The caller stops it when it has done so
// no more.
func watch(ctx context.Context, nc net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { nc.SetDeadline(longAgo) })
}

// exchange is a request under way on a connection, and its answer.
type exchange struct {
	*http1.Response
	client *Client
	conn   *conn
	ctx    context.Context
	stop   func() bool
}

// extend gives the connection some more time, unless ctx has ended: its watcher may have
// been before us.
func (x *exchange) extend(d time.Duration) {
	x.conn.SetDeadline(time.Now().Add(d))
	if x.ctx.Err() != nil {
		x.conn.SetDeadline(longAgo)
	}
}

// cause says why an exchange failed.
func (x *exchange) cause(err error) error {
	if x.ctx.Err() != nil {
		return context.Cause(x.ctx)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ErrStalled
	}
	return err
}

// noAnswer says from where none came.
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

// Close puts the connection back, if the answer was read to its end. The answer is the
// connection's, and the next call's from then on: it is taken away from whoever might still
// look at it.
func (x *exchange) Close() {
	x.Response = nil
	if x.stop() && x.conn.Reusable() {
		x.client.pool.put(x.conn, x.client.wall())
		return
	}
	x.conn.Close()
}

// bodyRate is the slowest upload that is waited for, bytes a second.
const bodyRate = 1 << 20

// exchange sends a request and reads the head of its answer. A kept connection that turns
// out to be closed at the other end is replaced in silence, whatever its request: none of
// ours does harm when it arrives twice.
func (c *Client) exchange(ctx context.Context, at endpoint, req *http1.Request) (*exchange, error) {
	if cn := c.pool.take(at, c.wall()); cn != nil {
		before := cn.wire.read
		x, err := c.over(ctx, cn, req)
		if err == nil || ctx.Err() != nil || cn.wire.read != before {
			return x, err
		}
		c.pool.drop(at)
	}
	cn, err := c.open(ctx, at)
	if err != nil {
		return nil, err
	}
	return c.over(ctx, cn, req)
}

func (c *Client) over(ctx context.Context, cn *conn, req *http1.Request) (*exchange, error) {
	x := &exchange{client: c, conn: cn, ctx: ctx, stop: watch(ctx, cn.wire)}
	x.extend(c.config.Stall + time.Duration(len(req.Body))*time.Second/bodyRate)
	var err error
	if x.Response, err = cn.do(req); err != nil {
		x.stop()
		cn.Close()
		return nil, &noAnswer{cn.at.host, x.cause(err)}
	}
	return x, nil
}

// readAll reads a body that is known to be small.
func readAll(r io.Reader, limit int) ([]byte, error) {
	var b []byte
	for {
		if len(b) == cap(b) {
			b = append(b, make([]byte, max(512, len(b)))...)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case err == io.EOF:
			return b, nil
		case err != nil:
			return b, err
		case len(b) > limit:
			return b[:limit], errTooLong
		}
	}
}

var errTooLong = errors.New("the answer is longer than it can be")
