package rawio

import (
	"io"
	"net"
	"os"
	"syscall"
)

// Conn returns a connection over the same socket as nc, whose reads and writes are raw. Deadlines
// and Close are nc's. If nc is not a socket of package net or os, Conn returns nc itself.
func Conn(nc net.Conn) net.Conn {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return nc
	}
	rc, err := sc.SyscallConn()
	if err != nil {
		return nc
	}
	c := &conn{Conn: nc, rc: rc}
	c.in.c, c.out.c = c, c
	// A method value allocates. Make each one once, and not for every read or write.
	c.in.try, c.in.once, c.out.try = c.in.receive, c.in.receiveOnce, c.out.send
	return c
}

type conn struct {
	net.Conn
	rc  syscall.RawConn
	in  call // of the one goroutine that reads
	out call // of the one that writes

	noWait bool    // Read fails with errWouldWait instead of waiting
	probe  [1]byte // see Quiet
}

// call is a read or a write under way.
type call struct {
	c     *conn
	p     []byte
	n     int
	errno syscall.Errno
	try   func(fd uintptr) (done bool)
	once  func(fd uintptr) // a read that does not wait
}

// Quiet reports whether nothing can be read from nc: neither data nor an end. nc is a connection
// that Conn returned, or TLS over one. For other connections, Quiet cannot know and returns true.
// No other goroutine may read meanwhile.
//
// If nc is TLS, Quiet reads through it. Session tickets and key updates of the server are not
// data: Quiet consumes them. Data that Quiet reads is lost: close a connection that is not quiet.
func Quiet(nc net.Conn) bool {
	below := nc
	for {
		if c, ok := below.(*conn); ok {
			c.noWait = true
			n, err := nc.Read(c.probe[:])
			c.noWait = false
			return n == 0 && err == errWouldWait
		}
		over, ok := below.(interface{ NetConn() net.Conn })
		if !ok {
			return true
		}
		below = over.NetConn()
	}
}

// errWouldWait is a temporary error: after any other error, crypto/tls refuses to read again.
var errWouldWait error = wouldWait{}

type wouldWait struct{}

func (wouldWait) Error() string   { return "rawio: there is nothing to read" }
func (wouldWait) Timeout() bool   { return true }
func (wouldWait) Temporary() bool { return true }

// Read reads what there is, and waits until there is something. One goroutine at a time may read.
func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c.in.p = p
	var err error
	if c.noWait {
		err = c.rc.Control(c.in.once) // Control ignores deadlines
	} else {
		err = c.rc.Read(c.in.try)
	}
	c.in.p = nil
	switch {
	case err != nil:
		return 0, err
	case c.in.errno == syscall.EAGAIN:
		return 0, errWouldWait
	case c.in.errno != 0:
		return 0, c.error("read", "recvfrom", c.in.errno)
	case c.in.n == 0:
		return 0, io.EOF
	}
	return c.in.n, nil
}

// Write writes all of p. One goroutine at a time may write.
func (c *conn) Write(p []byte) (int, error) {
	c.out.p, c.out.n = p, 0
	err := c.rc.Write(c.out.try)
	c.out.p = nil
	if err == nil && c.out.errno != 0 {
		err = c.error("write", "sendto", c.out.errno)
	}
	return c.out.n, err
}

func (c *conn) error(op, call string, errno syscall.Errno) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: os.NewSyscallError(call, errno)}
}

// receive reads once. If it returns false, the poller waits until the socket can be read, and
// calls receive again.
func (r *call) receive(fd uintptr) bool {
	for {
		n, errno := recv(fd, r.p)
		switch errno {
		case syscall.EAGAIN:
			return false
		case syscall.EINTR:
			continue
		case 0:
			r.n = n
		}
		r.errno = errno
		return true
	}
}

func (r *call) receiveOnce(fd uintptr) {
	if !r.receive(fd) {
		r.errno = syscall.EAGAIN
	}
}

// send writes until all has been sent. If it returns false, the poller waits until the socket can
// be written, and calls send again.
func (w *call) send(fd uintptr) bool {
	for {
		n, errno := send(fd, w.p[w.n:])
		switch errno {
		case syscall.EAGAIN:
			return false
		case syscall.EINTR:
			continue
		case 0:
			w.n += n
			if w.n < len(w.p) {
				continue
			}
		}
		w.errno = errno
		return true
	}
}
