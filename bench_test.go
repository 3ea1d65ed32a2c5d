package reduction

import (
	"bytes"
	"io"
	"testing"

	"reduction/csvfast"
	"reduction/job"
)

// The whole path, one benchmark a step, and what is done to the bytes as one, beside the
// standard library on the same bytes in the same run. `make bench` runs all with and
// without assembly and prints the ratios; the raw form is benchstat's.
//
//	BenchmarkScan/ENGINE/INPUT     every field of every record found, none touched
//	BenchmarkReduce/ENGINE/INPUT   the job between the two sockets: bytes in, groups out
//	BenchmarkStep/STEP             a step of a function's invocation, in their order

func BenchmarkScan(b *testing.B) {
	beside(b, func(data []byte) error {
		r := standardReader(data)
		for {
			if _, err := r.Read(); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
		}
	}, func(data []byte) error {
		s := csvfast.NewScanner(bytes.NewReader(data))
		for s.NextBlock() {
		}
		return s.Err()
	})
}

func BenchmarkReduce(b *testing.B) {
	beside(b, func(data []byte) error {
		groups, err := standardReduce(data)
		sink = len(groups)
		return err
	}, func(data []byte) error {
		r := job.NewReducer(job.Options{})
		_, err := r.ReadFrom(bytes.NewReader(data))
		sink = len(r.Groups())
		return err
	})
}

// sink keeps results from being optimised away.
var sink int

// beside runs the standard library's way and ours on each input, the one right after the
// other: what slows down the machine for a while slows down both.
func beside(b *testing.B, standard, ours func(data []byte) error) {
	for _, in := range inputs {
		for _, way := range []struct {
			name string
			do   func(data []byte) error
		}{{"encoding-csv", standard}, {engine, ours}} {
			b.Run(way.name+"/"+in.name, func(b *testing.B) {
				data := in.data()
				loop(b, func() error { return way.do(data) })
				b.SetBytes(int64(len(data)))
				per(b, in.rows, "row")
			})
		}
	}
}

func loop(b *testing.B, f func() error) {
	b.ReportAllocs()
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
}

// per reports what one of the n things that an operation does has cost.
func per(b *testing.B, n int, thing string) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/"+thing)
}
