package transport

import (
	"context"
	"net"
	"sync"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/http1"
	"reduction/internal/rawio"
)

const (
	// maxIdle is how long a connection may be unused and still be used again. It is counted by
	// the wall clock, which goes on while the environment is frozen. Servers and NAT gateways
	// close idle connections, and a frozen machine does not hear of it. A request on such a
	// connection waits for the stall timeout, or, if the other end answers with a reset, costs a
	// round trip.
	maxIdle = 50 * time.Second

	// maxIdleConns is how many idle connections to one host are kept.
	maxIdleConns = 16
)

// conn is one connection, lent to one exchange at a time.
type conn struct {
	*http1.Conn
	at       endpoint.URL
	proxy    *proxy    // to which the requests go, for an endpoint without TLS; or nil
	parked   time.Time // when it was last put back into the pool; zero: it is new
	deadline time.Time // as last set, see exchange.extend
}

// do sends a request, and changes its form if the connection leads to a proxy.
func (cn *conn) do(req *http1.Request) (*http1.Response, error) {
	if cn.proxy != nil {
		asked := *req
		// RFC 9112 §3.2.2: a proxy is asked for the whole URL.
		if req.Head != nil {
			asked.Head = append([]byte(req.Method+" http://"+cn.at.Host), req.Head[len(req.Method)+1:]...)
			for _, f := range cn.proxy.header() {
				asked.Head = append(asked.Head, f.Name+": "+f.Value+"\r\n"...)
			}
		} else {
			asked.Target = "http://" + req.Host + req.Target
			asked.Header = append(req.Header[:len(req.Header):len(req.Header)], cn.proxy.header()...)
		}
		req = &asked
	}
	return cn.Do(req)
}

// quiet reports whether nothing has arrived on a connection on which no request is under way. Bytes
// that arrive then are not the answer to the next request: a server has sent more than it
// announced, or an answer twice, or a proxy has sent 408 before it closes.
func (cn *conn) quiet() bool { return rawio.Quiet(cn.NetConn()) }

// Pool opens connections, and keeps them between exchanges. It keeps them by endpoint, last in
// first out. So the connections that are needed often are never idle for long, and those that only
// a burst needed expire.
type Pool struct {
	options Options
	trust   *trust

	mu   sync.Mutex
	idle map[endpoint.URL][]*conn
}

// New returns an empty pool. It reads no file but the CA bundle.
func New(o Options) (*Pool, error) {
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Stall == 0 {
		o.Stall = defaultStall
	}
	if o.Connect == 0 {
		o.Connect = defaultConnect
	}
	t, err := newTrust(o.CABundle)
	if err != nil {
		return nil, err
	}
	return &Pool{options: o, trust: t}, nil
}

// Add opens a connection and keeps it for a later exchange. It is for Lambda's INIT phase. Errors
// are ignored: the first exchange meets them again and reports them. If the environment is frozen
// while Add opens the connection, Add does not keep it.
func (p *Pool) Add(ctx context.Context, at endpoint.URL) {
	begun := p.wall()
	cn, err := p.open(ctx, at)
	switch took := p.wall().Sub(begun); {
	case err != nil:
	case took < 0, took > p.options.Connect:
		cn.Close() // the environment was frozen meanwhile: the other end may have closed it
	default:
		p.put(cn)
	}
}

// Ensure makes sure that a connection is kept for an endpoint: it opens one if there is none.
func (p *Pool) Ensure(ctx context.Context, at endpoint.URL) error {
	cn := p.take(at)
	if cn == nil {
		var err error
		if cn, err = p.open(ctx, at); err != nil {
			return err
		}
	}
	p.put(cn)
	return nil
}

// take returns a connection that may still be open, or nil.
func (p *Pool) take(at endpoint.URL) *conn {
	now := p.wall()
	for {
		cn := p.last(at)
		if cn == nil {
			return nil
		}
		if age := now.Sub(cn.parked); 0 <= age && age < maxIdle && cn.quiet() {
			return cn
		}
		cn.Close()
	}
}

// last takes out the connection that was put back last.
func (p *Pool) last(at endpoint.URL) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.idle[at]
	if len(s) == 0 {
		return nil
	}
	p.idle[at] = s[:len(s)-1]
	return s[len(s)-1]
}

func (p *Pool) put(cn *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cn.parked = p.wall()
	s := p.idle[cn.at]
	if len(s) >= maxIdleConns {
		s[0].Close()
		s = append(s[:0], s[1:]...)
	}
	if p.idle == nil {
		p.idle = make(map[endpoint.URL][]*conn)
	}
	p.idle[cn.at] = append(s, cn)
}

// drop closes all connections that are kept for an endpoint. If the last one was stale, so are the
// others, which are older.
func (p *Pool) drop(at endpoint.URL) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, cn := range p.idle[at] {
		cn.Close()
	}
	delete(p.idle, at)
}

// Close closes the connections that no exchange is using. The pool remains usable.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.idle {
		for _, cn := range s {
			cn.Close()
		}
	}
	clear(p.idle)
}

// wall returns the time without its monotonic reading, because the monotonic clock stops while the
// environment is frozen.
func (p *Pool) wall() time.Time { return p.options.Now().Round(0) }
