package aws

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"reduction/internal/http1"
)

const (
	// dialTimeout is for all of a host's addresses together, dialed in turn.
	dialTimeout = 5 * time.Second

	// maxIdle is how long a connection may lie unused before it is not tried again. It is
	// counted by the wall clock, which goes on while the environment is frozen. Servers
	// and NAT gateways drop connections without a word that reaches a frozen machine; a
	// request on such a one would wait for the stall timeout. Where the word does arrive,
	// trying costs a round trip.
	maxIdle = 50 * time.Second

	// maxIdleConns bounds what is kept of one host's connections.
	maxIdleConns = 16
)

// ErrStalled says that a connection went silent.
var ErrStalled = errors.New("no bytes came for a while")

// conn is one connection, lent to one exchange at a time.
type conn struct {
	*http1.Conn
	wire   *meter
	at     endpoint
	proxy  *proxy    // that is asked for everything, for an endpoint without TLS; or nil
	parked time.Time // when it was last put back; zero: it is new
}

func newConn(nc net.Conn, at endpoint) *conn {
	m := &meter{Conn: nc}
	return &conn{Conn: http1.NewConn(m), wire: m, at: at}
}

// do sends a request as it has to look on this connection.
func (cn *conn) do(req *http1.Request) (*http1.Response, error) {
	if cn.proxy != nil {
		asked := *req
		asked.Target = "http://" + req.Host + req.Target // RFC 9112 §3.2.2
		asked.Header = append(req.Header[:len(req.Header):len(req.Header)], cn.proxy.header()...)
		req = &asked
	}
	return cn.Do(req)
}

// meter counts what is read, above TLS.
type meter struct {
	net.Conn
	read int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.read += int64(n)
	return n, err
}

// pool keeps connections between exchanges, by endpoint, last in first out: of many that
// one burst has opened, the ones that the next needs stay young.
type pool struct {
	mu   sync.Mutex
	idle map[endpoint][]*conn
}

// take returns a connection that has a chance to be alive, or nil.
func (p *pool) take(at endpoint, now time.Time) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		s := p.idle[at]
		if len(s) == 0 {
			return nil
		}
		cn := s[len(s)-1]
		p.idle[at] = s[:len(s)-1]
		if age := now.Sub(cn.parked); 0 <= age && age < maxIdle {
			return cn
		}
		cn.Close()
	}
}

func (p *pool) put(cn *conn, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cn.parked = now
	s := p.idle[cn.at]
	if len(s) >= maxIdleConns {
		s[0].Close()
		s = append(s[:0], s[1:]...)
	}
	if p.idle == nil {
		p.idle = make(map[endpoint][]*conn)
	}
	p.idle[cn.at] = append(s, cn)
}

// drop closes what is kept for an endpoint: where one was stale, so are those before it.
func (p *pool) drop(at endpoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, cn := range p.idle[at] {
		cn.Close()
	}
	delete(p.idle, at)
}

func (p *pool) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.idle {
		for _, cn := range s {
			cn.Close()
		}
	}
	clear(p.idle)
}

// wall is the clock without its monotonic reading, which stands still in a frozen
// environment.
func (c *Client) wall() time.Time { return c.config.Now().Round(0) }

// open opens a connection to an endpoint.
func (c *Client) open(ctx context.Context, at endpoint) (*conn, error) {
	p, err := c.config.Proxies.proxyFor(at)
	if err != nil {
		return nil, err
	}
	nc, err := c.connect(ctx, at, p)
	if err != nil {
		return nil, err
	}
	cn := newConn(nc, at)
	if !at.tls {
		cn.proxy = p
	}
	return cn, nil
}

// connect dials, and shakes hands where the endpoint is over TLS.
func (c *Client) connect(ctx context.Context, at endpoint, p *proxy) (net.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, dialTimeout, ErrStalled)
	defer cancel()
	var nc net.Conn
	var err error
	if p != nil {
		nc, err = c.throughProxy(ctx, p, at)
	} else {
		nc, err = c.config.Dial(ctx, "tcp", at.address())
	}
	if err == nil && at.tls {
		tc := tls.Client(nc, c.trust.config(at.name()))
		if err = tc.HandshakeContext(ctx); err != nil {
			nc.Close()
		}
		nc = tc
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	return nc, nil
}

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

// Read reads the answer's body.
func (x *exchange) Read(p []byte) (int, error) {
	x.extend(x.client.config.Stall)
	n, err := x.Response.Read(p)
	if err != nil && err != io.EOF {
		err = x.cause(err)
	}
	return n, err
}

// Close puts the connection back, if the answer was read to its end.
func (x *exchange) Close() {
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
		return nil, x.cause(err)
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
