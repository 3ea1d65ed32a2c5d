package csvfast

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns n bytes between two pages that may not be accessed: directly before the second
// page, or directly after the first.
func guarded(t *testing.T, n int, atEnd bool) []byte {
	t.Helper()
	page := syscall.Getpagesize()
	pages := (n + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, page+pages+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, guard := range [][]byte{m[:page], m[page+pages:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	if atEnd {
		return m[page+pages-n : page+pages : page+pages]
	}
	return m[page : page+n : page+n]
}

// TestGuardPages runs the kernels on memory between such pages. Reading or writing a byte too many
// is a fault.
func TestGuardPages(t *testing.T) {
	const maxBlocks = 4
	onEach(t, func(t *testing.T, scan kernel) {
		r := rand.New(rand.NewPCG(1, 1))
		for blocks := 1; blocks <= maxBlocks; blocks++ {
			n := 1 + blocks*blockSize + 1
			room := (blocks + 1) * blockSize
			for _, atEnd := range []bool{true, false} {
				src := guarded(t, n, atEnd)
				memory := guarded(t, 4*room, atEnd)
				ends := unsafe.Slice((*uint32)(unsafe.Pointer(&memory[0])), room)
				for i := range 200 {
					switch i {
					case 0: // an end at every byte
						for j := range src {
							src[j] = ','
						}
					case 1: // a closing quote and a line end at the block's last bytes
						copy(src, fields(r, n))
						copy(src[n-5:], ",\"\"\r\n")
					default:
						copy(src, fields(r, n))
					}
					scan(src, ',', ends, 0, 0)
					scan(src, ',', ends, 0, ^uint64(0))
				}
			}
		}
	})
}
