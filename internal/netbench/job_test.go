//go:build unix

package netbench

import (
	"context"
	goruntime "runtime"
	"syscall"
	"testing"
	"time"

	"reduction/internal/job"
	"reduction/internal/stores"
	"reduction/runtime/lambdatest"
)

// BenchmarkJob is a warm invocation of 2,000 rows without the runtime around it, as at 128 MB: an
// object is read, 400 items are stored, over connections that are open, 5 ms a round trip. The
// servers are another process. It reports, of an invocation, the CPU time, kernel included, the
// times that a thread waited and what was allocated: figures that a busy machine blurs less than
// times.
//
//	go test -run='^$' -bench=Job ./internal/netbench
func BenchmarkJob(b *testing.B) {
	for _, encrypted := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "tls"}[encrypted], func(b *testing.B) {
			d := newDistance(b, serverConfig{Network: lambdatest.Network{RoundTrip: 5 * time.Millisecond}, TLS: encrypted})
			client := newNetClient(b, d.config(b, 128))
			j := job.Job{Source: stores.Source{Client: client}, Sink: stores.Sink{Client: client}, Options: job.Options{Writers: 6}, Now: time.Now}
			run := func() {
				if _, err := j.Run(context.Background(), job.Object{Bucket: netBucket, Key: dailyKey}, netTable, "request"); err != nil {
					b.Fatal(err)
				}
			}
			client.Warm(context.Background(), 6, netBucket)
			defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(1))
			for range 10 {
				run()
			}
			b.ReportAllocs()
			cpu, waits := usage()
			for b.Loop() {
				run()
			}
			cpuNow, waitsNow := usage()
			b.ReportMetric(float64((cpuNow-cpu).Microseconds())/float64(b.N), "cpu-µs/op")
			b.ReportMetric(float64(waitsNow-waits)/float64(b.N), "waits/op")
		})
	}
}

// usage returns this process's CPU time, and how often its threads have waited.
func usage() (cpu time.Duration, waits int64) {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return cpuTime(), int64(u.Nvcsw)
}
