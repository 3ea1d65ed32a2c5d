package reduction

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"time"

	"reduction/aggregate"
	"reduction/aws"
	"reduction/csvfast"
	"reduction/ddbwire"
	"reduction/event"
	"reduction/job"
	"reduction/runtime"
	"reduction/sigv4"
)

// BenchmarkStep is what an invocation costs, step by step. Servers are in this process:
// they share its cores, and with TLS they encrypt.
func BenchmarkStep(b *testing.B) {
	b.Run("invocation", benchInvocation)
	b.Run("event", benchEvent)
	b.Run("object", func(b *testing.B) { benchObject(b, false) })
	b.Run("object-tls", func(b *testing.B) { benchObject(b, true) })
	b.Run("records", benchRecords)
	b.Run("blocks", benchBlocks)
	b.Run("ids", benchIDs)
	b.Run("groups", benchGroups)
	b.Run("items", benchItems)
	b.Run("batches", benchBatches)
	b.Run("sign", benchSign)
	b.Run("send", func(b *testing.B) { benchSend(b, false) })
	b.Run("send-tls", func(b *testing.B) { benchSend(b, true) })
	b.Run("response", benchResponse)
}

// benchInvocation is a turn of the loop around everything else: GET /next, a handler that
// does nothing, POST /response.
func benchInvocation(b *testing.B) {
	lambda := newCanned(b, false, cannedRuntimeAPI(notification(b)))
	client := runtime.NewClient(func(name string) string {
		return map[string]string{"AWS_LAMBDA_RUNTIME_API": lambda.address}[name]
	})
	ctx, stop := context.WithCancel(context.Background())
	b.ReportAllocs()
	err := client.Serve(ctx, func(context.Context, *runtime.Invocation) ([]byte, error) {
		if !b.Loop() {
			stop()
		}
		return summary, nil
	})
	if err != context.Canceled {
		b.Fatal(err)
	}
}

// notification is what S3 sends when an object has been created.
func notification(b *testing.B) []byte {
	data, err := os.ReadFile("event/testdata/s3-put.json")
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// benchEvent finds the objects that an event names.
func benchEvent(b *testing.B) {
	payload := notification(b)
	b.SetBytes(int64(len(payload)))
	loop(b, func() error {
		_, err := event.Parse(payload, event.Environment{Table: "recommendations"})
		return err
	})
}

// benchObject reads an object of 16 MB, the largest that is one request, and verifies its
// checksum.
func benchObject(b *testing.B, encrypted bool) {
	data := oneMillion.data()[:16e6]
	client := newCanned(b, encrypted, cannedS3(data)).client(b)
	buf := make([]byte, 128<<10)
	b.SetBytes(int64(len(data)))
	loop(b, func() error {
		o, err := client.Object(context.Background(), aws.ObjectRef{Bucket: "logs", Key: "1m.csv"})
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

// benchRecords cuts records into fields, one record at a time.
func benchRecords(b *testing.B) {
	data := oneMillion.data()
	b.SetBytes(int64(len(data)))
	loop(b, func() error {
		s := csvfast.NewScanner(bytes.NewReader(data))
		for s.Next() {
			sink += len(s.Field(0))
		}
		return s.Err()
	})
	per(b, oneMillion.rows, "row")
}

// benchBlocks finds where fields end, some thousand records at a time: the job's way.
func benchBlocks(b *testing.B) {
	data := oneMillion.data()
	b.SetBytes(int64(len(data)))
	loop(b, func() error {
		s := csvfast.NewScanner(bytes.NewReader(data))
		for s.NextBlock() {
		}
		return s.Err()
	})
	per(b, oneMillion.rows, "row")
}

// someRows is a block that stays in the second-level cache, as the one does that the scanner
// has just been through.
func someRows(b *testing.B) csvfast.Block {
	s := csvfast.NewScanner(bytes.NewReader(oneMillion.data()))
	if !s.Next() || !s.NextBlock() {
		b.Fatal(s.Err())
	}
	return s.Block()
}

// experimentLayout is that of the experiment's files.
var experimentLayout = aggregate.Layout{Fields: 4, Hospital: 0, Diagnosis: 1, Treatment: 2, RecoveryTime: 3}

// benchIDs looks up names that have been seen before, a column at a time.
func benchIDs(b *testing.B) {
	block := someRows(b)
	columns := make([][][]byte, 3)
	start := uint32(0)
	for i, end := range block.Ends {
		if c := i % experimentLayout.Fields; c < len(columns) {
			columns[c] = append(columns[c], block.Data[start:end])
		}
		start = end + 1
	}
	dicts := make([]aggregate.Dict, len(columns))
	look := func() error {
		for i := range dicts {
			for _, name := range columns[i] {
				if _, err := dicts[i].ID(name); err != nil {
					return err
				}
			}
		}
		return nil
	}
	look()
	loop(b, look)
	per(b, len(columns)*len(columns[0]), "name")
}

// benchGroups adds rows to groups that are there already, names looked up and numbers read.
func benchGroups(b *testing.B) {
	block := someRows(b)
	table := aggregate.NewTable(experimentLayout)
	add := func() error {
		_, err := table.AddRows(block.Data, block.Ends, block.Record, block.Offset)
		return err
	}
	add()
	b.SetBytes(int64(len(block.Data)))
	loop(b, add)
	per(b, len(block.Ends)/experimentLayout.Fields, "row")
}

// reduced is the experiment's result: 400 groups.
func reduced(b *testing.B) *job.Reducer {
	r := job.NewReducer(job.Options{})
	if _, err := r.ReadFrom(bytes.NewReader(oneMillion.data())); err != nil {
		b.Fatal(err)
	}
	return r
}

// benchItems calculates mean and mode of each group.
func benchItems(b *testing.B) {
	r := reduced(b)
	n := len(r.Groups())
	var mean []byte
	loop(b, func() error {
		groups := r.Groups()
		for i := range groups {
			mean = groups[i].AppendMean(mean[:0])
		}
		return nil
	})
	per(b, n, "item")
}

// batchOf puts as many items into a batch as it takes.
func batchOf(batch *ddbwire.Batch, groups []aggregate.Group) error {
	batch.Reset("recommendations")
	for i := range groups[:ddbwire.MaxBatchItems] {
		g := &groups[i]
		err := batch.Put(
			ddbwire.S(ddbwire.PartitionKey, "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
			ddbwire.S(ddbwire.SortKey, string(job.AppendSortKey(nil, g.Diagnosis, g.Hospital))),
			ddbwire.N("AverageRecoveryTime", string(g.AppendMean(nil))),
			ddbwire.S("Diagnosis", g.Diagnosis),
			ddbwire.S("Hospital", g.Hospital),
			ddbwire.S("MostUsedTreatment", g.Treatment),
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// benchBatches makes the body of a BatchWriteItem out of 25 groups.
func benchBatches(b *testing.B) {
	groups := reduced(b).Groups()
	var batch ddbwire.Batch
	loop(b, func() error { return batchOf(&batch, groups) })
	b.SetBytes(int64(len(batch.Body())))
	per(b, batch.Len(), "item")
}

// benchSign hashes and signs such a body's request.
func benchSign(b *testing.B) {
	var batch ddbwire.Batch
	if err := batchOf(&batch, reduced(b).Groups()); err != nil {
		b.Fatal(err)
	}
	signer := &sigv4.Signer{Credentials: credentials, Region: "us-east-1", Service: "dynamodb"}
	now := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
	b.SetBytes(int64(len(batch.Body())))
	loop(b, func() error {
		signer.Sign(&sigv4.Request{
			Method:      "POST",
			Path:        "/",
			PayloadHash: string(sigv4.AppendHash(nil, batch.Body())),
			Header: []sigv4.Header{
				{Name: "Host", Value: "dynamodb.us-east-1.amazonaws.com"},
				{Name: "Content-Type", Value: "application/x-amz-json-1.0"},
				{Name: "X-Amz-Target", Value: "DynamoDB_20120810.BatchWriteItem"},
			},
		}, now)
		return nil
	})
}

// benchSend makes such a body, signs it, sends it and reads the answer.
func benchSend(b *testing.B, encrypted bool) {
	groups := reduced(b).Groups()
	client := newCanned(b, encrypted, cannedDynamoDB()).client(b)
	var batch ddbwire.Batch
	loop(b, func() error {
		if err := batchOf(&batch, groups); err != nil {
			return err
		}
		return client.BatchWrite(context.Background(), &batch)
	})
	per(b, ddbwire.MaxBatchItems, "item")
}

// summary is what the function says of an object.
var summary = []byte(`{"requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","rows":1000000,"skipped":0,"bytes":44816582,"groups":400,"items":400}`)

// benchResponse makes the answer that an event's sender expects.
func benchResponse(b *testing.B) {
	e, err := event.Parse(notification(b), event.Environment{Table: "recommendations"})
	if err != nil {
		b.Fatal(err)
	}
	results := []event.Result{{Summary: summary}}
	var answer []byte
	loop(b, func() (err error) {
		answer, err = e.Respond(answer[:0], results)
		return err
	})
}
