//go:build race || 386

package rawio

import "syscall"

// The race detector takes what one goroutine has written to a socket as seen by the goroutine that
// has read it. It learns of reads and writes from package syscall. (386 has one system call for all
// that sockets do.)

func recv(fd uintptr, p []byte) (int, syscall.Errno) {
	n, err := syscall.Read(int(fd), p)
	errno, _ := err.(syscall.Errno)
	return n, errno
}

func send(fd uintptr, p []byte) (int, syscall.Errno) {
	n, err := syscall.Write(int(fd), p)
	errno, _ := err.(syscall.Errno)
	return n, errno
}
