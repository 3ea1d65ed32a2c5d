package rawio

import (
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"
)

// Conn returns a connection over the same socket as nc, whose reads and writes are raw. Deadlines
// and Close are nc's. Where nc is no socket of package net or os, Conn returns nc itself.
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
	c.in.try, c.out.try = c.in.receive, c.out.send // method values allocate: once is enough
	return c
}

type conn struct {
	net.Conn
	rc  syscall.RawConn
	in  call // of the one goroutine that reads
	out call // of the one that writes
}

// call is a read or a write under way.
type call struct {
	c     *conn
	p     []byte
	n     int
	errno syscall.Errno
	try   func(fd uintptr) (done bool)
}

// Read reads what there is, and waits until there is something. One goroutine at a time may read.
func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c.in.p = p
	err := c.rc.Read(c.in.try)
	c.in.p = nil
	switch {
	case err != nil:
		return 0, err
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

// receive is tried until it is done; in between the poller waits until the socket can be read.
func (r *call) receive(fd uintptr) bool {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(r.p))), uintptr(len(r.p)), 0, 0, 0)
		switch errno {
		case syscall.EAGAIN:
			return false
		case syscall.EINTR:
			continue
		case 0:
			r.n = int(n)
		}
		r.errno = errno
		return true
	}
}

// send is tried until all has been sent.
func (w *call) send(fd uintptr) bool {
	for {
		rest := w.p[w.n:]
		n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(rest))), uintptr(len(rest)), syscall.MSG_NOSIGNAL, 0, 0)
		switch errno {
		case syscall.EAGAIN:
			return false
		case syscall.EINTR:
			continue
		case 0:
			w.n += int(n)
			if w.n < len(w.p) {
				continue
			}
		}
		w.errno = errno
		return true
	}
}
