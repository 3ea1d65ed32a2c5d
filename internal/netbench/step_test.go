package netbench

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"

	"reduction/ddbwire"
	"reduction/internal/aws/s3"
	"reduction/internal/job"
	"reduction/runtime"
)

// BenchmarkStep measures the steps of an invocation that need a server, each against one that
// answers from memory. The servers are in this process: they share its cores, and with TLS they
// encrypt. The steps that need none are in bench_test.go at the root.
func BenchmarkStep(b *testing.B) {
	b.Run("invocation", benchInvocation)
	b.Run("object", func(b *testing.B) { benchObject(b, false) })
	b.Run("object-tls", func(b *testing.B) { benchObject(b, true) })
	b.Run("send", func(b *testing.B) { benchSend(b, false) })
	b.Run("send-tls", func(b *testing.B) { benchSend(b, true) })
}

// benchInvocation is a turn of the loop around everything else: GET /next, a handler that does
// nothing, POST /response.
func benchInvocation(b *testing.B) {
	event, err := os.ReadFile("../event/testdata/s3-put.json")
	if err != nil {
		b.Fatal(err)
	}
	lambda := newCanned(b, false, cannedRuntimeAPI(event))
	client := runtime.NewClient(func(name string) string {
		return map[string]string{"AWS_LAMBDA_RUNTIME_API": lambda.address}[name]
	})
	ctx, stop := context.WithCancel(context.Background())
	b.ReportAllocs()
	err = client.Serve(ctx, func(context.Context, *runtime.Invocation) ([]byte, error) {
		// Serve may deliver one more invocation after stop: what has been received is answered.
		if ctx.Err() == nil && !b.Loop() {
			stop()
		}
		return []byte(`{"rows":1000000}`), nil
	})
	if err != context.Canceled {
		b.Fatal(err)
	}
}

// benchObject reads an object of 16 MB, the largest that is one request, and verifies its
// checksum.
func benchObject(b *testing.B, encrypted bool) {
	data := oneMillion.data()[:16e6]
	client := newCanned(b, encrypted, cannedS3(data)).client(b)
	buf := make([]byte, 128<<10)
	b.SetBytes(int64(len(data)))
	loop(b, func() error {
		o, err := client.S3.Object(context.Background(), s3.ObjectRef{Bucket: "logs", Key: "1m.csv"})
		if err != nil {
			return err
		}
		defer o.Close()
		for err == nil {
			_, err = o.Read(buf)
		}
		if err == io.EOF {
			err = nil
		}
		return err
	})
}

// benchSend makes the body of a BatchWriteItem with 25 items, signs it, sends it and reads the
// answer.
func benchSend(b *testing.B, encrypted bool) {
	r := job.NewReducer(job.Options{})
	if _, err := r.ReadFrom(bytes.NewReader(tenThousand.data())); err != nil {
		b.Fatal(err)
	}
	groups := r.Groups()[:ddbwire.MaxBatchItems]
	client := newCanned(b, encrypted, cannedDynamoDB()).client(b)
	w := client.DynamoDB.Writer(context.Background())
	defer w.Close()
	var batch ddbwire.Batch
	var mean []byte
	loop(b, func() error {
		batch.Reset("recommendations")
		for i := range groups {
			g := &groups[i]
			mean = g.AppendMean(mean[:0])
			batch.StartItem()
			batch.String(ddbwire.PartitionKey, "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
			batch.String(ddbwire.SortKey, "#diagnosis#", g.Diagnosis, "#hospital#", g.Hospital)
			batch.Number("AverageRecoveryTime", mean)
			batch.String("Diagnosis", g.Diagnosis)
			batch.String("Hospital", g.Hospital)
			batch.String("MostUsedTreatment", g.Treatment)
			if err := batch.EndItem(); err != nil {
				return err
			}
		}
		return w.BatchWrite(&batch)
	})
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/ddbwire.MaxBatchItems, "ns/item")
}

func loop(b *testing.B, f func() error) {
	b.ReportAllocs()
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
}
