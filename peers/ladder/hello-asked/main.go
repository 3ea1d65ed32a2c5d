// The smallest function with AWS's library for Go, which asks the kernel for its own pages
// first: reads that would come one after another, each awaited, come together.
package main

import (
	"syscall"

	"github.com/aws/aws-lambda-go/lambda"
)

// The variable is set before main: as early as a package may run.
var _ = ask()

// ask tells the kernel that what the program is mapped from will be needed. It may refuse:
// then pages come as they always do. See madvise(2), proc_pid_maps(5).
func ask() bool {
	fd, err := syscall.Open("/proc/self/maps", syscall.O_RDONLY, 0)
	if err != nil {
		return false
	}
	defer syscall.Close(fd)
	var buf [1 << 10]byte // the program's own mappings are the first three lines
	n, _ := syscall.Read(fd, buf[:])
	for line := 0; line < 3; line++ {
		var from, to uintptr
		at := &from
		i := 0
		for ; i < n && buf[i] != ' '; i++ {
			switch c := buf[i]; {
			case c == '-':
				at = &to
			case c <= '9':
				*at = *at<<4 | uintptr(c-'0')
			default:
				*at = *at<<4 | uintptr(c-'a'+10)
			}
		}
		const willNeed = 3
		syscall.Syscall(syscall.SYS_MADVISE, from, to-from, willNeed)
		for ; i < n && buf[i] != '\n'; i++ {
		}
		if i >= n {
			break
		}
		copy(buf[:], buf[i+1:n])
		n -= i + 1
	}
	return true
}

func main() { lambda.Start(func() (string, error) { return "hello", nil }) }
