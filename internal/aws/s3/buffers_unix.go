//go:build unix

package s3

import "syscall"

// allocate returns memory that the garbage collector does not manage.
func allocate(n int64) []byte {
	buf, err := syscall.Mmap(-1, 0, int(n), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return nil // as if all were in use
	}
	return buf
}

func release(buf []byte) { syscall.Munmap(buf) }
