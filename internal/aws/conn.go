package aws

import (
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

// pool keeps connections between exchanges, by endpoint, last in first out. So the connections that
// are needed often are never idle for long, and those that only a burst needed expire.
type pool struct {
	mu   sync.Mutex
	idle map[endpoint.URL][]*conn
}

// take returns a connection that may still be open, or nil.
func (p *pool) take(at endpoint.URL, now time.Time) *conn {
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
func (p *pool) last(at endpoint.URL) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.idle[at]
	if len(s) == 0 {
		return nil
	}
	p.idle[at] = s[:len(s)-1]
	return s[len(s)-1]
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
		p.idle = make(map[endpoint.URL][]*conn)
	}
	p.idle[cn.at] = append(s, cn)
}

// drop closes all connections that are kept for an endpoint. If the last one was stale, so are the
// others, which are older.
func (p *pool) drop(at endpoint.URL) {
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

// wall returns the time without its monotonic reading, because the monotonic clock stops while the
// environment is frozen.
func (c *Client) wall() time.Time { return c.config.Now().Round(0) }
