//go:build measure

package csvfast

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

func cpuNow() int64 {
	var ts [2]int64
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 3, uintptr(unsafe.Pointer(&ts)), 0)
	return ts[0]*1e9 + ts[1]
}

var _ = time.Now

func TestMeasure(t *testing.T) {
	runtime.LockOSThread()
	reps, _ := strconv.Atoi(os.Getenv("REPS"))
	if reps == 0 {
		reps = 15
	}
	for _, f := range benchFiles {
		data := f.data()
		type m struct {
			name string
			f    func()
			best int64
		}
		var ms []*m
		for _, v := range variants() {
			for _, k := range []struct {
				n string
				f func(*Scanner) bool
			}{{"blocks", (*Scanner).NextBlock}, {"records", (*Scanner).Next}} {
				ms = append(ms, &m{name: v.name + "/" + k.n, best: 1 << 62, f: func() {
					s := NewScanner(bytes.NewReader(data))
					s.scan = v.scan
					for k.f(s) {
					}
				}})
			}
			buf := make([]byte, 1+16384+1+64)
			ends := make([]uint32, 16384+64+64)
			ms = append(ms, &m{name: v.name + "/kernel-in-L1", best: 1 << 62, f: func() {
				copy(buf, data)
				for range len(data) / 16384 {
					v.scan(buf[:1+16384+1], ends, 0, 0)
				}
			}})
		}
		if f.name == "plain" || os.Getenv("ALL") != "" {
			ms = append(ms, &m{name: "encoding-csv", best: 1 << 62, f: func() {
				r := csv.NewReader(bytes.NewReader(data))
				r.ReuseRecord = true
				for {
					if _, err := r.Read(); err == io.EOF {
						break
					}
				}
			}})
		}
		ms = append(ms, &m{name: "copy", best: 1 << 62, f: func() {
			r := bytes.NewReader(data)
			b := make([]byte, 128<<10)
			for {
				if _, err := r.Read(b); err != nil {
					break
				}
			}
		}})
		for i := range reps {
			for _, m := range ms {
				if m.name == "encoding-csv" && i%3 != 0 {
					continue
				}
				t0 := cpuNow()
				m.f()
				m.best = min(m.best, cpuNow()-t0)
			}
		}
		ref := ms[len(ms)-2].best
		for _, m := range ms {
			fmt.Printf("%-12s %-24s %7.2f ns/row %6.2f GB/s  %5.1fx\n", f.name, m.name, float64(m.best)/benchRows, float64(len(data))/float64(m.best), float64(ref)/float64(m.best))
		}
	}
}
