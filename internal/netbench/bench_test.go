//go:build unix

package netbench

import (
	"context"
	"fmt"
	"testing"
	"time"

	"reduction/ddbwire"
	"reduction/internal/aws"
	"reduction/internal/aws/s3"
	"reduction/internal/job"
	"reduction/internal/stores"
	"reduction/runtime/lambdatest"
)

// BenchmarkNetwork is the function's half of the network, at 1769 MB, over an emulated one
// of 25 ms a round trip and 90 MB/s a connection, without a limit to all connections:
//
//	million/{plain,tls}/{first,kept}  a million rows, read and reduced, with connections
//	                                  as INIT leaves them, or as an invocation does; beside curl
//	10k/{plain,tls}                   ten thousand rows, read, reduced and stored: a warm
//	                                  invocation without the runtime around it
//
// Figures are medians. x-curl is the time over that of curl, for a probe and the same ranges
// over the same number of connections; x-ranges is that over curl's ranges alone. over-ms is
// the time less the unavoidable: a round trip and the transfer for the object, a round trip
// and the transfer for each batch that a writer sends. replay-over-ms is the same of a client
// that sends the same bytes and computes nothing: the server's part of over-ms.
//
//	go test -run='^$' -bench=Network -benchtime=10x ./internal/netbench
func BenchmarkNetwork(b *testing.B) {
	for _, encrypted := range []bool{false, true} {
		name := map[bool]string{false: "plain", true: "tls"}[encrypted]
		config := serverConfig{Network: lambdatest.Network{RoundTrip: netRoundTrip, Bandwidth: netRate}, TLS: encrypted}
		for _, when := range []string{"first", "kept"} {
			b.Run("million/"+name+"/"+when, func(b *testing.B) {
				d := newDistance(b, config)
				benchMillion(b, d, when == "kept", newCurl(b, d, millionKey))
			})
		}
		b.Run("10k/"+name, func(b *testing.B) { benchTenThousand(b, newDistance(b, config)) })
	}
}

// benchMillion reads and reduces the million rows, and lets curl fetch them, if there is one.
func benchMillion(b *testing.B, d *distance, kept bool, curl *curl) {
	config := d.config(b, netMemoryMB)
	client := newNetClient(b, config)
	read := func() {
		if err := reduce(client, millionKey, oneMillion.rows); err != nil {
			b.Fatal(err)
		}
	}
	if kept {
		read()
	}
	d.did(b)
	var ours, probes, theirs, cpu, serverCPU []time.Duration
	requests := 0
	for b.Loop() {
		b.StopTimer()
		if !kept {
			client.Close()
			client = newNetClient(b, config)
			client.Warm(context.Background(), 0, netBucket)
		}
		d.did(b)
		used := cpuTime()
		b.StartTimer()
		start := time.Now()
		read()
		ours = append(ours, time.Since(start))
		b.StopTimer()
		cpu = append(cpu, cpuTime()-used)
		did := d.did(b)
		serverCPU = append(serverCPU, did.CPU)
		requests += len(did.Gets)
		if curl != nil {
			probe, rest := curl.fetch(b, rangesOf(did.Gets, int64(len(oneMillion.data()))), connections(did.Gets))
			probes, theirs = append(probes, probe), append(theirs, rest)
		}
		b.StartTimer()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(millis(median(ours)), "ms/op")
	b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
	b.ReportMetric(millis(median(cpu)), "cpu-ms/op")
	b.ReportMetric(millis(median(serverCPU)), "server-cpu-ms/op")
	if curl != nil {
		rest := median(theirs)
		all := rest + median(probes)
		b.ReportMetric(millis(all), "curl-ms/op")
		b.ReportMetric(float64(median(ours))/float64(all), "x-curl")
		b.ReportMetric(float64(median(ours))/float64(rest), "x-ranges")
	}
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// reduce reads an object, as the job does before it writes.
func reduce(client *aws.Client, key string, rows int) error {
	o, err := client.S3.Object(context.Background(), s3.ObjectRef{Bucket: netBucket, Key: key})
	if err != nil {
		return err
	}
	defer o.Close()
	r := job.NewReducer(job.Options{})
	if _, err := r.ReadFrom(o); err != nil {
		return err
	}
	if len(r.Groups()) == 0 || r.Rows != int64(rows) {
		return fmt.Errorf("%d rows", r.Rows)
	}
	return nil
}

func benchTenThousand(b *testing.B, d *distance) {
	config := d.config(b, netMemoryMB)
	var sent recorder
	config.Dial = sent.dial
	client := newNetClient(b, config)
	j := job.Job{Source: stores.Source{Client: client}, Sink: stores.Sink{Client: client}, Now: time.Now}
	run := func() job.Summary {
		sum, err := j.Run(context.Background(), job.Object{Bucket: netBucket, Key: tenKey}, netTable, "request")
		if err != nil {
			b.Fatal(err)
		}
		return sum
	}
	client.Warm(context.Background(), job.DefaultWriters, netBucket)
	run()
	d.did(b)
	var ours, open, read, write, replays, cpu, serverCPU []time.Duration
	var least time.Duration
	for b.Loop() {
		b.StopTimer()
		sent.forget()
		d.did(b)
		used := cpuTime()
		b.StartTimer()
		start := time.Now()
		sum := run()
		ours = append(ours, time.Since(start))
		b.StopTimer()
		cpu = append(cpu, cpuTime()-used)
		serverCPU = append(serverCPU, d.did(b).CPU)
		open, read, write = append(open, sum.Open), append(read, sum.Read), append(write, sum.Write)
		least = unavoidable(sum)
		if d.at.URL[:5] != "https" {
			replays = append(replays, sent.replay(b))
		}
		b.StartTimer()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(millis(median(ours)), "ms/op")
	b.ReportMetric(millis(median(ours)-least), "over-ms")
	b.ReportMetric(millis(median(open)), "open-ms")
	b.ReportMetric(millis(median(read)), "read-ms")
	b.ReportMetric(millis(median(write)), "write-ms")
	b.ReportMetric(millis(median(cpu)), "cpu-ms/op")
	b.ReportMetric(millis(median(serverCPU)), "server-cpu-ms/op")
	if replays != nil {
		b.ReportMetric(millis(median(replays)-least), "replay-over-ms")
	}
}

// unavoidable is what a run takes when nothing but the network takes time: the object is
// asked for, and comes; each writer sends its batches, one after the other.
func unavoidable(sum job.Summary) time.Duration {
	batches := (sum.Items + ddbwire.MaxBatchItems - 1) / ddbwire.MaxBatchItems
	turns := (batches + job.DefaultWriters - 1) / job.DefaultWriters
	const batchBytes = 6000
	transfer := func(n int64) time.Duration { return time.Duration(n) * time.Second / time.Duration(netRate) }
	return netRoundTrip + transfer(sum.Bytes) + time.Duration(turns)*(netRoundTrip+transfer(batchBytes))
}
