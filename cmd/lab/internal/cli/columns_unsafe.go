//go:build linux || darwin

package cli

import (
	"os"
	"syscall"
	"unsafe"
)

// columns returns the width of a terminal's window, 0 where it is not known.
func columns(f *os.File) int {
	var size struct{ rows, columns, xPixels, yPixels uint16 } // struct winsize of tty_ioctl(4)
	// The kernel writes one struct winsize, which is what size is.
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
	if errno != 0 {
		return 0
	}
	return int(size.columns)
}
