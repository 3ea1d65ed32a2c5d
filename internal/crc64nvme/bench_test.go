package crc64nvme

import (
	"hash"
	"hash/crc64"
	"testing"
)

// BenchmarkCRC64 computes checksums of data of several lengths; 16 KB is a TLS record. x-std is
// how many times as fast as hash/crc64 a variant is in this run.
func BenchmarkCRC64(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"64B", 64}, {"1KB", 1 << 10}, {"16KB", 16 << 10}, {"16KB+7", 16<<10 + 7}, {"1MB", 1 << 20}} {
		data := random(size.n)
		std := 0.0
		bench := func(name string, h hash.Hash64) {
			b.Run(size.name+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					h.Write(data)
				}
				ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
				if name == "std" {
					std = ns
				}
				b.ReportMetric(std/ns, "x-std")
			})
		}
		bench("std", crc64.New(oracle))
		for _, v := range variants() {
			bench(v.name, newDigest(v.fold))
		}
	}
}
