package transport

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/retry"
	"reduction/internal/http1"
)

// ErrStalled says that a connection went silent.
var ErrStalled = errors.New("no bytes came for a while")

// Exchange is a request under way on a connection, and its answer.
type Exchange struct {
	*http1.Response
	pool  *Pool
	conn  *conn
	watch *Watcher
}

// extend moves the connection's deadline to d from now. A deadline that is less than a quarter of d
// earlier stays as it is, because setting one costs more than asking for the time.
func (x *Exchange) extend(d time.Duration) {
	now := time.Now()
	if left := x.conn.deadline.Sub(now); left <= d && left >= d-d/4 {
		return
	}
	x.conn.deadline = now.Add(d)
	x.conn.SetDeadline(x.conn.deadline)
	if x.watch.Context.Err() != nil {
		x.conn.SetDeadline(longAgo) // the watcher may have set it before this did
	}
}

// cause says why an exchange failed.
func (x *Exchange) cause(err error) error {
	if x.watch.Context.Err() != nil {
		return context.Cause(x.watch.Context)
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
func (x *Exchange) Read(p []byte) (int, error) {
	x.extend(x.pool.options.Stall)
	n, err := x.Response.Read(p)
	if err != nil && err != io.EOF {
		err = x.cause(err)
	}
	return n, err
}

// Close puts the connection back into the pool, if the answer was read to its end. The Response
// belongs to the connection, and the next call overwrites it. So Close sets it to nil: nobody can
// use it by mistake.
func (x *Exchange) Close() {
	if x.watch.Context.Err() != nil || !x.conn.Reusable() || x.Status == 408 {
		x.discard()
		return
	}
	x.Response = nil
	x.watch.leave(x.conn)
	x.pool.put(x.conn)
}

// discard closes the connection.
func (x *Exchange) discard() {
	x.Response = nil
	x.watch.leave(x.conn)
	x.conn.Close()
}

// bodyRate is the slowest upload that does not time out, in bytes a second.
const bodyRate = 1 << 20

// errEarly says that bytes arrived before a request was sent.
var errEarly = errors.New("an answer came before the request")

// Exchange sends a request and reads the head of its answer into x. If there is no error, x must be
// closed. If a kept connection turns out to be closed at the other end, Exchange sends the request
// again on a new one. So the request must be one that may arrive twice without harm. It does the same if the answer is
// 408 (RFC 9110 §15.5.9): the server has closed the connection before it saw the request.
func (p *Pool) Exchange(x *Exchange, w *Watcher, at endpoint.URL, req *http1.Request) error {
	ctx := w.Context
	if cn := p.take(at); cn != nil {
		stale, err := p.over(x, w, cn, req)
		if !stale || err != nil && ctx.Err() != nil {
			return err
		}
		if err == nil {
			x.discard()
		}
		p.drop(at)
	}
	cn, err := p.open(ctx, at)
	if err != nil {
		return err
	}
	if !cn.quiet() {
		cn.Close()
		return &noAnswer{cn.at.Host, errEarly}
	}
	_, err = p.over(x, w, cn, req)
	return err
}

// over sends a request over a connection. The connection is stale if no byte of an answer came, or
// an answer that says 408.
func (p *Pool) over(x *Exchange, w *Watcher, cn *conn, req *http1.Request) (stale bool, err error) {
	*x = Exchange{pool: p, conn: cn, watch: w}
	w.enter(cn)
	x.extend(p.options.Stall + time.Duration(len(req.Body))*time.Second/bodyRate)
	if x.Response, err = cn.do(req); err != nil {
		stale = errors.Is(err, http1.ErrUnanswered)
		err = &noAnswer{cn.at.Host, x.cause(err)}
		w.leave(cn)
		cn.Close()
		return stale, err
	}
	return x.Status == 408, nil
}

// Fetch sends one request on a connection of its own, never through a proxy, and reads the answer's
// body. A body of more than limit bytes is an error.
func (p *Pool) Fetch(ctx context.Context, at endpoint.URL, req *http1.Request, limit int) (status int, body []byte, err error) {
	nc, err := p.connect(ctx, at, nil)
	if err != nil {
		return 0, nil, err
	}
	defer nc.Close()
	defer watch(ctx, nc)()
	resp, err := http1.NewConn(nc).Do(req)
	if err != nil {
		return 0, nil, err
	}
	body, err = http1.ReadAll(nil, resp, limit)
	return resp.Status, body, err
}

// Fault classifies a failure without a good answer. A connection's failure is transient. One whose
// cause is a certificate or a proxy is final. The caller must ask its own context whether its time
// is over: a dialer's timeout is a context.DeadlineExceeded, too.
func Fault(err error) retry.Fault {
	for _, stays := range []error{ErrCertificate, ErrProxy, http1.ErrRequest} {
		if errors.Is(err, stays) {
			return retry.Final
		}
	}
	return retry.Transient
}
