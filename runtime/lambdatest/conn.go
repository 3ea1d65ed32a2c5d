package lambdatest

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// A conn is a connection to a Server. When the network has a shape, what is written waits in
// a queue until it has travelled.
//
//	Write -> queue (due: a round trip from now) -> pump (paced) -> socket
type conn struct {
	net.Conn
	id      int64
	l       *listener
	opened  time.Time
	shaped  bool
	in, out *pacer

	mu      sync.Mutex
	cond    sync.Cond
	queue   []segment
	queued  int  // bytes in queue and in the pump's hands
	closing bool // nothing more is written; the socket is closed after the queue
	linger  bool // ... and reset
	err     error
}

type segment struct {
	due  time.Time
	data []byte
}

// What the network holds above what travels, so that pauses of the writer don't starve the
// line, and what it holds when it has no bandwidth to tell what travels.
const (
	connBuffer      = 1 << 20
	unlimitedBuffer = 16 << 20
)

// How much goes to the socket at once: every step costs a timer and a system call.
const (
	paceStep  = time.Millisecond // of the line's time
	leastStep = 4 << 10

	// Writes that follow each other closer than this travel together, the later ones earlier
	// than they should by so little: crypto/tls writes each record of 16 KB by itself.
	together     = 100 * time.Microsecond
	mostTogether = 128 << 10
)

func (n *Network) holds() int {
	if n.Bandwidth == 0 && n.TotalBandwidth == 0 {
		return unlimitedBuffer
	}
	return connBuffer + int(float64(max(n.Bandwidth, n.TotalBandwidth))*n.RoundTrip.Seconds())
}

func (c *conn) Write(p []byte) (int, error) {
	if !c.shaped {
		return c.Conn.Write(p)
	}
	rtt := c.l.network.RoundTrip
	limit := c.l.network.holds()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.queued > limit && c.err == nil && !c.closing {
		c.cond.Wait()
	}
	switch {
	case c.err != nil:
		return 0, c.err
	case c.closing:
		return 0, net.ErrClosed
	}
	sent := time.Now()
	if connected := c.opened.Add(rtt); sent.Before(connected) {
		sent = connected
	}
	due := sent.Add(rtt)
	if last := len(c.queue) - 1; last >= 0 && due.Sub(c.queue[last].due) < together && len(c.queue[last].data) < mostTogether {
		c.queue[last].data = append(c.queue[last].data, p...)
	} else {
		c.queue = append(c.queue, segment{due, bytes.Clone(p)})
	}
	c.queued += len(p)
	c.cond.Broadcast()
	return len(p), nil
}

// pump carries segments from the queue to the socket until the connection is closed.
func (c *conn) pump() {
	for {
		c.mu.Lock()
		for len(c.queue) == 0 && !c.closing {
			c.cond.Wait()
		}
		if len(c.queue) == 0 || c.err != nil {
			c.mu.Unlock()
			c.closeSocket()
			return
		}
		s := c.queue[0]
		c.queue = c.queue[1:]
		c.mu.Unlock()

		err := c.carry(s)

		c.mu.Lock()
		c.queued -= len(s.data)
		if err != nil {
			c.err, c.queue, c.closing = err, nil, true
		}
		c.cond.Broadcast()
		c.mu.Unlock()
	}
}

func (c *conn) carry(s segment) error {
	// What still travels takes no place on the line that all share: others are before it.
	time.Sleep(time.Until(s.due))
	for data := s.data; len(data) > 0; {
		n := min(len(data), c.out.step(), c.l.totalOut.step())
		through := c.out.pass(n, s.due)
		if t := c.l.totalOut.pass(n, s.due); t.After(through) {
			through = t
		}
		time.Sleep(time.Until(through))
		if _, err := c.Conn.Write(data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

func (c *conn) Read(p []byte) (int, error) {
	if !c.shaped {
		return c.Conn.Read(p)
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		now := time.Now()
		through := c.in.pass(n, now)
		if t := c.l.totalIn.pass(n, now); t.After(through) {
			through = t
		}
		time.Sleep(time.Until(through))
	}
	return n, err
}

// Close closes the connection once all that was written has travelled.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.shaped {
		return c.closeSocket()
	}
	c.closing = true
	c.cond.Broadcast()
	return c.Conn.SetReadDeadline(time.Unix(1, 0)) // wakes a reader
}

// reset closes the connection with an RST in place of a FIN.
func (c *conn) reset() {
	c.mu.Lock()
	c.linger = true
	c.mu.Unlock()
	c.Close()
}

func (c *conn) closeSocket() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok && c.linger {
		tcp.SetLinger(0)
	}
	c.l.forget(c)
	return c.Conn.Close()
}

// Deadlines of writes would strike what is still travelling: crypto/tls sets one that has
// passed when it closes.
func (c *conn) SetWriteDeadline(t time.Time) error {
	if c.shaped {
		return nil
	}
	return c.Conn.SetWriteDeadline(t)
}

func (c *conn) SetDeadline(t time.Time) error {
	if c.shaped {
		return c.Conn.SetReadDeadline(t)
	}
	return c.Conn.SetDeadline(t)
}

type connKey struct{}

// withConn is http.Server's ConnContext: it lets a handler find its connection.
func withConn(ctx context.Context, nc net.Conn) context.Context {
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	return context.WithValue(ctx, connKey{}, nc)
}

// connOf returns the connection of a request, nil when there is none, in a handler's test.
func connOf(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}
