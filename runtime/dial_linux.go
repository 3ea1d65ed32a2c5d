package runtime

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
)

// dial opens a connection to the Runtime API, which is on the same machine: connecting does not
// wait. So dial makes the socket without [net.Dialer], whose code and stack nothing else needs
// before the first event. If that fails, net.Dialer tries again and reports the error.
func dial(ctx context.Context, address string) (net.Conn, error) {
	at, err := netip.ParseAddrPort(address)
	if host := at.Addr(); err == nil && host.Is4() && (host.IsLoopback() || host.IsLinkLocalUnicast()) {
		if conn, err := connect(&syscall.SockaddrInet4{Port: int(at.Port()), Addr: host.As4()}); err == nil {
			return conn, nil
		}
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", address)
}

func connect(to *syscall.SockaddrInet4) (net.Conn, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	err = syscall.Connect(fd, to)
	if err == nil {
		err = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	}
	if err == nil {
		err = syscall.SetNonblock(fd, true) // os.NewFile then uses Go's poller, which has deadlines
	}
	if err != nil {
		syscall.Close(fd)
		return nil, err
	}
	return socket{os.NewFile(uintptr(fd), "runtime API")}, nil
}

// socket makes a [net.Conn] of a file. Its addresses are nil: only error texts would show them.
type socket struct{ *os.File }

func (socket) LocalAddr() net.Addr  { return nil }
func (socket) RemoteAddr() net.Addr { return nil }
