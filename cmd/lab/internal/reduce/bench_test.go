package reduce

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"reduction/internal/dataset"
)

// BenchmarkReduce reduces a file on one core and on more. It is long enough that its beginning
// and its end do not matter.
func BenchmarkReduce(b *testing.B) {
	const rows, times = 1_000_000, 5
	million := dataset.New(rows, 1).Bytes()
	path := filepath.Join(b.TempDir(), "data.csv")
	if err := os.WriteFile(path, append(million, bytes.Repeat(million[len(dataset.Header):], times-1)...), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	for jobs := 1; jobs <= runtime.GOMAXPROCS(0); jobs *= 2 {
		b.Run("cores="+strconv.Itoa(jobs), func(b *testing.B) {
			b.SetBytes(info.Size())
			for b.Loop() {
				r := &Reduction{Jobs: jobs}
				if err := r.readerAt(f, info.Size()); err != nil || r.Rows != rows*times || r.Cores != jobs {
					b.Fatal(r.Rows, r.Cores, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows/times, "ns/row")
		})
	}
}
