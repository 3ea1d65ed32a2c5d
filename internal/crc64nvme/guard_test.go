//go:build unix

package crc64nvme

import (
	"syscall"
	"testing"
)

// TestGuardPages checks that the folds read only the blocks that they are given: reading a byte
// before or after them faults.
func TestGuardPages(t *testing.T) {
	size := syscall.Getpagesize()
	m, err := syscall.Mmap(-1, 0, 3*size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(m)
	page := m[size : 2*size]
	copy(page, random(size))
	for _, guard := range [][]byte{m[:size], m[2*size:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	onEach(t, func(t *testing.T, f fold) {
		for n := range maxLength + 1 {
			sameAsOracle(t, f, page[:n:n])
			sameAsOracle(t, f, page[size-n:])
		}
	})
}
