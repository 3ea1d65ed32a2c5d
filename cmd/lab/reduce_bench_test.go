package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// BenchmarkReduce is a file on one core, on two and so on: ten million rows, so that
// beginnings and ends do not count.
func BenchmarkReduce(b *testing.B) {
	const rows, times = 1_000_000, 10
	million := generated(rows, 1)
	path := filepath.Join(b.TempDir(), "data.csv")
	if err := os.WriteFile(path, append(million, bytes.Repeat(million[len(dataHeader):], times-1)...), 0o600); err != nil {
		b.Fatal(err)
	}
	for jobs := 1; jobs <= runtime.GOMAXPROCS(0); jobs *= 2 {
		b.Run(strconv.Itoa(jobs), func(b *testing.B) {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			info, _ := f.Stat()
			b.SetBytes(info.Size())
			b.ReportAllocs()
			best := time.Duration(1 << 62)
			for b.Loop() {
				r := &reduction{jobs: jobs, chunk: splitChunk}
				if err := r.file(f, info.Size()); err != nil || r.Rows() != rows*times {
					b.Fatal(r.Rows(), err)
				}
				best = min(best, r.took)
			}
			b.ReportMetric(float64(best.Nanoseconds())/rows/times, "best-ns/row")
		})
	}
}
