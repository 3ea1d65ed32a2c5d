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

// A conn is a connection to a Server. If the network has a shape, written data is held back
// until it would have arrived:
//
//	Write -> queue (due one round trip later) -> pump (at the bandwidth) -> socket
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
	queued  int  // bytes in queue, and bytes that pump has taken from it and not written
	closing bool // the socket is closed once the queue is empty
	rst     bool // the socket is closed with an RST
	err     error
}

// A segment is data that arrives at one time.
type segment struct {
	due  time.Time
	data []byte
}

// Writes less than mergeWithin apart become one segment, as long as it is smaller than
// mergeUpTo: crypto/tls writes each record of 16 KB by itself. The later ones arrive that much
// too early.
const (
	mergeWithin = 100 * time.Microsecond
	mergeUpTo   = 128 << 10
)

func (c *conn) Write(p []byte) (int, error) {
	if !c.shaped {
		return c.Conn.Write(p)
	}
	rtt := c.l.network.RoundTrip
	limit := c.l.network.maxHeld()
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
	if last := len(c.queue) - 1; last >= 0 && due.Sub(c.queue[last].due) < mergeWithin && len(c.queue[last].data) < mergeUpTo {
		c.queue[last].data = append(c.queue[last].data, p...)
	} else {
		c.queue = append(c.queue, segment{due, bytes.Clone(p)})
	}
	c.queued += len(p)
	c.cond.Broadcast()
	return len(p), nil
}

// pump writes the segments of the queue to the socket until the connection is closed.
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

		err := c.send(s)

		c.mu.Lock()
		c.queued -= len(s.data)
		if err != nil {
			c.err, c.queue, c.closing = err, nil, true
		}
		c.cond.Broadcast()
		c.mu.Unlock()
	}
}

// send writes a segment to the socket when it is due, at the bandwidth.
func (c *conn) send(s segment) error {
	// Sleep before pass: a segment that is not due must not take the shared line from others.
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

// Close closes the connection after everything that was written has been sent.
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

// reset closes the connection with an RST instead of a FIN.
func (c *conn) reset() {
	c.mu.Lock()
	c.rst = true
	c.mu.Unlock()
	c.Close()
}

func (c *conn) closeSocket() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok && c.rst {
		tcp.SetLinger(0)
	}
	c.l.forget(c)
	return c.Conn.Close()
}

// SetWriteDeadline does nothing on a shaped network. A deadline would stop data that is still to
// be sent: crypto/tls sets one in the past before it closes.
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

// withConn is the ConnContext of http.Server. It lets a handler find its connection.
func withConn(ctx context.Context, nc net.Conn) context.Context {
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	return context.WithValue(ctx, connKey{}, nc)
}

// connOf returns the connection of a request, nil if a test calls the handler without one.
func connOf(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}
