package rawio

import (
	"os"
	"syscall"
	"unsafe"
)

// Writer writes to a file or a pipe, such as standard output. The write of a short text is raw if
// the kernel says that it will not wait. Every other write goes through f.
type Writer struct{ f *os.File }

// NewWriter returns a Writer to f.
func NewWriter(f *os.File) *Writer { return &Writer{f} }

// pipeBuf is how many bytes a pipe that is writable accepts in one write without waiting. pipe(7),
// PIPE_BUF.
const pipeBuf = 4096

func (w *Writer) Write(p []byte) (int, error) {
	if fd := w.f.Fd(); len(p) > 0 && len(p) <= pipeBuf && writable(fd) {
		n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
		if errno == 0 && int(n) == len(p) {
			return len(p), nil
		}
		if errno == 0 { // a part, as on a full disk: f.Write returns the error
			rest, err := w.f.Write(p[n:])
			return int(n) + rest, err
		}
	}
	return w.f.Write(p)
}

// writable reports whether a write would not wait.
func writable(fd uintptr) bool {
	const pollOut = 4 // poll(2)
	files := [1]struct {
		fd              int32
		events, revents int16
	}{{fd: int32(fd), events: pollOut}}
	var now syscall.Timespec
	n, _, errno := syscall.RawSyscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&files)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return errno == 0 && n == 1 && files[0].revents == pollOut
}
