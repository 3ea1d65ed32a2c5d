package lambdatest

import (
	"maps"
	"math"
	"net"
	"slices"
	"sync"
	"time"
)

// Network is the shape of the network between a Server and its clients. The zero value is the
// loopback interface as it is.
//
// Data from a client arrives at once, and data to a client arrives a round trip later. A client
// can't tell that from half a round trip each way: the connect costs it one round trip, and so
// does each turn of a TLS handshake, each request, and an Expect: 100-continue. Bytes flow at
// the full bandwidth from the first one. Slow start and packet loss are not emulated.
type Network struct {
	RoundTrip      time.Duration
	Bandwidth      int64 // of each connection, each way, in bytes per second; 0 means unlimited
	TotalBandwidth int64 // of all connections together, each way; 0 means unlimited
}

func (n *Network) shaped() bool { return *n != Network{} }

// The most written data that a connection holds back. connBuffer is added to what is in flight, so
// that the line stays busy while the writer pauses. unlimitedBuffer is for a network without
// bandwidth limits, where nothing says how much is in flight.
const (
	connBuffer      = 1 << 20
	unlimitedBuffer = 16 << 20
)

// maxHeld returns how much written data a connection holds back.
func (n *Network) maxHeld() int {
	if n.Bandwidth == 0 && n.TotalBandwidth == 0 {
		return unlimitedBuffer
	}
	return connBuffer + int(float64(max(n.Bandwidth, n.TotalBandwidth))*n.RoundTrip.Seconds())
}

// A listener numbers connections, gives them the shape of a network, and can end them all.
type listener struct {
	net.Listener
	network           Network
	totalIn, totalOut *pacer

	mu    sync.Mutex
	last  int64 // number of the last connection
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

// kill ends all connections, and drops what they hold.
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

// A pacer says when bytes have passed a line of some bandwidth. A nil pacer is a line without a
// limit.
type pacer struct {
	rate float64 // bytes per second
	mu   sync.Mutex
	free time.Time // when the line has passed all bytes so far
}

func newPacer(rate int64) *pacer {
	if rate <= 0 {
		return nil
	}
	return &pacer{rate: float64(rate)}
}

// pass puts n bytes on the line, which are ready at some time, and returns when they have passed.
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

// Data goes over a line in steps. A step is what the line passes in paceStep, and at least
// leastStep, because each step costs a timer and a system call.
const (
	paceStep  = time.Millisecond
	leastStep = 4 << 10
)

// step returns how many bytes to put on the line at once.
func (p *pacer) step() int {
	if p == nil {
		return math.MaxInt
	}
	return max(leastStep, int(p.rate*paceStep.Seconds()))
}
