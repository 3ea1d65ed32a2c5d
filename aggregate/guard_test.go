//go:build unix

package aggregate

import (
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
)

// guarded returns a page between two that cannot be read.
func guarded(t *testing.T) []byte {
	t.Helper()
	page := syscall.Getpagesize()
	m, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, guard := range [][]byte{m[:page], m[2*page:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return m[page : 2*page : 2*page]
}

// If data has no capacity behind its end, no byte outside data is read.
func TestGuardPages(t *testing.T) {
	page := guarded(t)
	const csv = "H,D,T,1\nGeneral Hospital,Chronic Kidney Disease,Medication A,31\n,,,7\nH,D,T,1\n"
	for n := range 80 {
		name := strings.Repeat("x", n)
		for _, tail := range []string{"", "H,D,T,5\n", "5,D,T,H\n", name + ",D,T,1\n", "H," + name + ",T,1\n", "H,D," + name + ",1\n"} {
			for _, l := range []Layout{plain, {Fields: 4, Hospital: 3, Diagnosis: 1, Treatment: 2, RecoveryTime: 0}, {Fields: 4, Hospital: 1, Diagnosis: 3, Treatment: 0, RecoveryTime: 2}} {
				for _, text := range []string{csv + tail, tail + csv, tail} {
					for _, data := range [][]byte{page[:len(text)], page[len(page)-len(text):]} {
						copy(data, text)
						var bads []bad
						table := forgiving(l, &bads)
						addAll(t, table, data, endsOf(data), 1, 0)
					}
				}
			}
		}
	}
}

// Wrong ends may cause a panic, but no byte outside data is read.
func TestGuardPagesWrongEnds(t *testing.T) {
	page := guarded(t)
	csv := strings.Repeat("1,D,T,H\n", 1+Pad/8)
	last := uint32(len(csv) - 1)
	data := page[len(page)-len(csv):]
	copy(data, csv)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	for _, l := range []Layout{plain, {Fields: 4, Hospital: 3, Diagnosis: 1, Treatment: 2, RecoveryTime: 0}, {Fields: 4, Hospital: 1, Diagnosis: 3, Treatment: 0, RecoveryTime: 2}} {
		for _, ends := range [][]uint32{{1, 3, 5, last, 1, 3, 5, 7}, {last, last, last, last, 1, 1, 1, 7}, {1, 3, 5, 7, 5, 3, 1, 7}} {
			func() {
				defer func() {
					err, _ := recover().(error)
					if fault, ok := err.(interface{ Addr() uintptr }); ok {
						t.Errorf("%v, %v: read at %#x, outside of the page", l, ends, fault.Addr())
					}
				}()
				NewTable(l).AddBlock(Block{data, ends, 1, 0})
			}()
		}
	}
}
