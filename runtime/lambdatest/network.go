package lambdatest

import (
	"maps"
	"math"
	"net"
	"slices"
	"sync"
	"time"
)

// Network is the shape of the network between a Server and its clients. The zero value is
// the loopback interface as it is.
//
// What a client sends arrives at once and what it is sent arrives a round trip later, which
// it can't tell from half of the trip either way: the connect costs it one, so does each turn
// of a TLS handshake, every request, and an Expect: 100-continue. Bytes then flow at the
// bandwidth from the first; slow start and loss are not emulated.
type Network struct {
	RoundTrip      time.Duration
	Bandwidth      int64 // of one connection, each way, in bytes a second; unlimited when zero
	TotalBandwidth int64 // of all connections together
}

func (n *Network) shaped() bool { return *n != Network{} }

// A listener numbers connections, shapes them, and can end them all.
type listener struct {
	net.Listener
	network           Network
	totalIn, totalOut *pacer

	mu    sync.Mutex
	last  int64
	conns map[*conn]struct{}
	pumps sync.WaitGroup
}

func (n *Network) listen(l net.Listener) *listener {
	return &listener{Listener: l, network: *n, conns: make(map[*conn]struct{}),
		totalIn: newPacer(n.TotalBandwidth), totalOut: newPacer(n.TotalBandwidth)}
}

func (l *listener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: nc, l: l, opened: time.Now(), in: newPacer(l.network.Bandwidth), out: newPacer(l.network.Bandwidth)}
	c.cond.L = &c.mu
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	c.id = l.last
	l.conns[c] = struct{}{}
	if l.network.shaped() {
		c.shaped = true
		l.pumps.Go(c.pump)
	}
	return c, nil
}

// kill ends all connections with whatever is under way on them.
func (l *listener) kill() {
	l.mu.Lock()
	conns := slices.Collect(maps.Keys(l.conns))
	l.mu.Unlock()
	for _, c := range conns {
		c.Conn.Close()
		c.Close()
	}
	l.pumps.Wait()
}

func (l *listener) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// A pacer says when bytes have passed through a line of some bandwidth. Nil is a line
// without limits.
type pacer struct {
	rate float64
	mu   sync.Mutex
	free time.Time // when the line has passed all it was given
}

func newPacer(rate int64) *pacer {
	if rate <= 0 {
		return nil
	}
	return &pacer{rate: float64(rate)}
}

// pass gives n bytes, ready at a time, to the line and returns when they are through.
func (p *pacer) pass(n int, ready time.Time) time.Time {
	if p == nil {
		return ready
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free.Before(ready) {
		p.free = ready
	}
	p.free = p.free.Add(time.Duration(float64(n) / p.rate * float64(time.Second)))
	return p.free
}

// step returns how many bytes are given to the line at once.
func (p *pacer) step() int {
	if p == nil {
		return math.MaxInt
	}
	return max(leastStep, int(p.rate*paceStep.Seconds()))
}
