package aggregate

import (
	"testing"
	"time"
)

func BenchmarkStage(b *testing.B) {
	data := generate(100_000, experiment, shape{"", "\n", ""})
	blk := blocks(data)[0]
	t := NewTable(plain)
	t.AddRows(blk.data, blk.ends, 1, 0)
	full := blk.data[:cap(blk.data)]
	n := len(blk.ends)/4 - 3
	bt := &t.batch
	each := func(f func(ends []uint32)) func(b *testing.B) {
		return func(b *testing.B) {
			best := time.Hour
			for range 20000 {
				start := time.Now()
				for j := 0; j+batchRows < n; j += batchRows {
					f(blk.ends[3+j*4:])
				}
				best = min(best, time.Since(start))
			}
			b.ReportMetric(float64(best)/float64((n-1)/batchRows*batchRows), "ns/row")
		}
	}
	b.Run("records", each(func(ends []uint32) { bt.records(full, ends, 4, &t.columns) }))
	b.Run("numbers", each(func(ends []uint32) { bt.numbers(&bt.spans[3], full) }))
	b.Run("hospital", each(func(ends []uint32) { t.hospitals.index.find(bt.hospital[:], bt.spans[0][:], full) }))
	b.Run("diagnosis", each(func(ends []uint32) { t.diagnoses.index.find(bt.diagnosis[:], bt.spans[1][:], full) }))
	b.Run("treatment", each(func(ends []uint32) { t.treatments.index.find(bt.treatment[:], bt.spans[2][:], full) }))
	b.Run("run", each(func(ends []uint32) { t.run(full, ends) }))
}
