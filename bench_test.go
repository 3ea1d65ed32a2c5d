// Package reduction holds the benchmarks of the parser and of the job, beside encoding/csv on the
// same bytes in the same run. `make bench` runs them in turns and prints a table:
//
//	BenchmarkScan/engine=E/input=I     find every field of every record
//	BenchmarkReduce/engine=E/input=I   the job between the two sockets: bytes in, groups out
//	BenchmarkStep/STEP                 one step of an invocation that needs no server
//
// An engine named "…-purego" is the same code built with -tags=purego, which turns assembly off.
// peers/throughput does the job with other CSV readers, DuckDB and polars on one core each.
// The map of the module is the documentation of package bootstrap.
package reduction

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"reduction/aggregate"
	"reduction/csvfast"
	"reduction/ddbwire"
	"reduction/internal/dataset"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/sigv4"
)

// A scanEngine finds every field of every record of a CSV file, in which comma separates fields. It
// returns how many records it found, the header included.
//
// To compare a parser of your own, add it to scanEngines: it then shows up in the table, and
// fails where it finds another number of records than encoding/csv. For example
//
//	{"mine", func(r io.Reader, comma byte) (records int, err error) {
//		p := mine.NewParser(r, comma)
//		for p.Next() {
//			records++
//		}
//		return records, p.Err()
//	}},
type scanEngine struct {
	name string
	scan func(r io.Reader, comma byte) (records int, err error)
}

var scanEngines = []scanEngine{
	// The baseline, with records reused and the source read in large pieces.
	{"encoding-csv", func(r io.Reader, comma byte) (records int, err error) {
		for in := standardReader(r, comma); ; records++ {
			if _, err := in.Read(); err == io.EOF {
				return records, nil
			} else if err != nil {
				return records, err
			}
		}
	}},
	// Blocks of some hundred records: where each field ends, as the job uses it.
	{ours("csvfast-blocks"), func(r io.Reader, comma byte) (int, error) {
		s := csvfast.NewScanner(r)
		s.Comma = comma
		for s.NextBlock() {
		}
		return int(s.Record()), s.Err()
	}},
	// Record by record, every field as a slice without its quotes.
	{ours("csvfast-fields"), func(r io.Reader, comma byte) (int, error) {
		s := csvfast.NewScanner(r)
		s.Comma = comma
		n := 0 // adding to sink each time would be slower than what is measured
		for s.Next() {
			for i := range s.NumFields() {
				n += len(s.Field(i))
			}
		}
		sink += n
		return int(s.Record()), s.Err()
	}},
	// An iterator over records, each a slice of fields without their quotes.
	{ours("csvfast-records"), func(r io.Reader, comma byte) (records int, err error) {
		s := csvfast.NewScanner(r)
		s.Comma = comma
		for fields, err := range s.Records() {
			if err != nil {
				return records, err
			}
			sink += len(fields)
			records++
		}
		return records, nil
	}},
}

// A reduceEngine does the whole job on a CSV file. It returns a function that lists the groups,
// for the test that all engines find the same ones.
type reduceEngine struct {
	name   string
	reduce func(io.Reader) (groups func() []dataset.Result, err error)
}

var reduceEngines = []reduceEngine{
	{"encoding-csv", standardReduce},
	{ours("reduction"), func(r io.Reader) (func() []dataset.Result, error) {
		reducer := job.NewReducer(job.Options{})
		if _, err := reducer.ReadFrom(r); err != nil {
			return nil, err
		}
		groups := reducer.Groups()
		return func() (results []dataset.Result) {
			for _, g := range groups {
				results = append(results, dataset.Result{Diagnosis: g.Diagnosis, Hospital: g.Hospital,
					Mean: string(g.AppendMean(nil)), Treatment: g.Treatment, Rows: g.Count})
			}
			return results
		}, nil
	}},
}

// An input is a CSV file in memory.
type input struct {
	name string
	data func() []byte // generated or read when it is first needed
}

// The generated inputs, all from fixed seeds; INPUT, in the environment, names a file to scan
// in their place.
var (
	million = generated("1m", dataset.New(1_000_000, dataset.DefaultSeed))           // the experiment's large file, 45 MB
	small   = generated("10k", dataset.New(10_000, dataset.DefaultSeed))             // its small one
	quoted  = generated("quoted", dataset.NewQuoted(1_000_000, dataset.DefaultSeed)) // the large one with every field in quotes
	wide    = generated("wide", dataset.NewWide(200_000, dataset.DefaultSeed))       // long names, nearly a group a row
)

func generated(name string, g *dataset.Generator) input {
	return input{name, sync.OnceValue(g.Bytes)}
}

func scanInputs() []input {
	if path := os.Getenv("INPUT"); path != "" {
		return []input{{filepath.Base(path), sync.OnceValue(func() []byte {
			data, err := os.ReadFile(path)
			if err != nil {
				panic(err)
			}
			return data
		})}}
	}
	return []input{million, quoted, wide}
}

// commaOf returns the byte that separates fields: of those that separate them in files of medical
// records, the one that the first line has most of.
func commaOf(data []byte) byte {
	header, _, _ := bytes.Cut(data, []byte("\n"))
	comma, most := byte(','), 0
	for _, c := range []byte(",;\t|") {
		if n := bytes.Count(header, []byte{c}); n > most {
			comma, most = c, n
		}
	}
	return comma
}

func BenchmarkScan(b *testing.B) {
	for _, in := range scanInputs() {
		for _, e := range scanEngines {
			b.Run("engine="+e.name+"/input="+in.name, func(b *testing.B) {
				data := in.data()
				comma := commaOf(data)
				records, err := scanEngines[0].scan(bytes.NewReader(data), comma)
				if err != nil {
					b.Fatalf("%s: %v", scanEngines[0].name, err)
				}
				loop(b, func() error {
					n, err := e.scan(bytes.NewReader(data), comma)
					if err == nil && n != records {
						err = fmt.Errorf("%d records, want %d", n, records)
					}
					return err
				})
				b.SetBytes(int64(len(data)))
				per(b, records, "row")
			})
		}
	}
}

func BenchmarkReduce(b *testing.B) {
	for _, in := range []input{million, quoted, wide, small} {
		for _, e := range reduceEngines {
			b.Run("engine="+e.name+"/input="+in.name, func(b *testing.B) {
				data := in.data()
				loop(b, func() error {
					_, err := e.reduce(bytes.NewReader(data))
					return err
				})
				b.SetBytes(int64(len(data)))
				per(b, rowsOf(in), "row")
			})
		}
	}
}

// rowsOf counts the records behind the header of a generated input.
func rowsOf(in input) int {
	n, err := scanEngines[1].scan(bytes.NewReader(in.data()), ',')
	if err != nil {
		panic(err)
	}
	return n - 1
}

// TestEnginesAgree holds every engine against the reference, so that what is compared is the
// same work.
func TestEnginesAgree(t *testing.T) {
	for _, g := range []func() *dataset.Generator{
		func() *dataset.Generator { return dataset.New(20_000, 2) },
		func() *dataset.Generator { return dataset.NewQuoted(20_000, 2) },
		func() *dataset.Generator { return dataset.NewWide(20_000, 2) },
	} {
		data := g().Bytes()
		want, err := dataset.Reduce(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range reduceEngines {
			groups, err := e.reduce(bytes.NewReader(data))
			if err != nil {
				t.Fatal(e.name, err)
			}
			got := groups()
			slices.SortFunc(got, func(a, b dataset.Result) int { return strings.Compare(a.SortKey(), b.SortKey()) })
			if !slices.Equal(got, want) {
				t.Errorf("%s finds other groups than the reference", e.name)
			}
		}
		for _, e := range scanEngines {
			if n, err := e.scan(bytes.NewReader(data), commaOf(data)); n != 20_001 || err != nil {
				t.Errorf("%s: %d records, %v", e.name, n, err)
			}
		}
	}
}

// ours marks the name of an engine that has been built without assembly.
func ours(name string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-tags" && slices.Contains(strings.Split(s.Value, ","), "purego") {
				return name + "-purego"
			}
		}
	}
	return name
}

// sink keeps the compiler from removing what a benchmark computes.
var sink int

func loop(b *testing.B, f func() error) {
	b.ReportAllocs()
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
}

// per reports the time for each of the n things that an operation does.
func per(b *testing.B, n int, thing string) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/"+thing)
}

func standardReader(r io.Reader, comma byte) *csv.Reader {
	in := csv.NewReader(bufio.NewReaderSize(r, 64<<10))
	in.Comma = rune(comma)
	in.ReuseRecord = true
	in.FieldsPerRecord = -1
	return in
}

// standardReduce is the job as one would write it with the standard library at its best: maps
// looked up by bytes, so that only a new name allocates. A slice of counters for each group in
// place of the inner map is a sixth faster on 1m and eight times slower on wide.
func standardReduce(src io.Reader) (func() []dataset.Result, error) {
	type group struct {
		diagnosis, hospital string
		sum, count          int64
		treatments          map[string]int64
	}
	r := standardReader(src, ',')
	r.FieldsPerRecord = 4
	if _, err := r.Read(); err != nil {
		return nil, err
	}
	groups := map[string]*group{}
	names := map[string]string{}
	var key []byte
	for row := 1; ; row++ {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		key = append(append(append(key[:0], rec[1]...), 0), rec[0]...)
		g := groups[string(key)]
		if g == nil {
			name := string(key)
			g = &group{diagnosis: name[:len(rec[1])], hospital: name[len(rec[1])+1:], treatments: map[string]int64{}}
			groups[name] = g
		}
		days, err := strconv.ParseInt(rec[3], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", row, err)
		}
		g.sum += days
		g.count++
		treatment, ok := names[rec[2]]
		if !ok {
			treatment = strings.Clone(rec[2])
			names[treatment] = treatment
		}
		g.treatments[treatment]++
	}
	return func() (results []dataset.Result) {
		for _, g := range groups {
			mode := ""
			for name, n := range g.treatments {
				if n > g.treatments[mode] || n == g.treatments[mode] && name < mode {
					mode = name
				}
			}
			mean := strconv.FormatFloat(float64(g.sum)/float64(g.count), 'f', -1, 64)
			results = append(results, dataset.Result{Diagnosis: g.diagnosis, Hospital: g.hospital, Mean: mean, Treatment: mode, Rows: g.count})
		}
		return results
	}, nil
}

// BenchmarkStep measures the steps of an invocation that need no server, in their order. Those
// that need one are in internal/netbench.
func BenchmarkStep(b *testing.B) {
	b.Run("event", benchEvent)
	b.Run("ids", benchIDs)
	b.Run("groups", benchGroups)
	b.Run("items", benchItems)
	b.Run("batches", benchBatches)
	b.Run("sign", benchSign)
	b.Run("response", benchResponse)
}

// notification is what S3 sends when an object has been created.
func notification(b *testing.B) []byte {
	data, err := os.ReadFile("internal/event/testdata/s3-put.json")
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

// block returns records that stay in the second-level cache, as those do that the scanner has
// just been through.
func block(b *testing.B) csvfast.Block {
	s := csvfast.NewScanner(bytes.NewReader(million.data()))
	if !s.Next() || !s.NextBlock() {
		b.Fatal(s.Err())
	}
	return s.Block()
}

// layout is that of the experiment's files.
var layout = aggregate.Layout{Fields: 4, Hospital: 0, Diagnosis: 1, Treatment: 2, RecoveryTime: 3}

// benchIDs looks up names that have been seen before, a column at a time.
func benchIDs(b *testing.B) {
	block := block(b)
	columns := make([][][]byte, 3)
	start := uint32(0)
	for i, end := range block.Ends {
		if c := i % layout.Fields; c < len(columns) {
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

// benchGroups adds rows to groups that exist already: it looks up names and reads numbers.
func benchGroups(b *testing.B) {
	block := block(b)
	table := aggregate.NewTable(layout)
	add := func() error {
		_, err := table.AddBlock(aggregate.Block(block))
		return err
	}
	add()
	b.SetBytes(int64(len(block.Data)))
	loop(b, add)
	per(b, len(block.Ends)/layout.Fields, "row")
}

// reduced returns the experiment's result: 400 groups.
func reduced(b *testing.B) *job.Reducer {
	r := job.NewReducer(job.Options{})
	if _, err := r.ReadFrom(bytes.NewReader(million.data())); err != nil {
		b.Fatal(err)
	}
	return r
}

// benchItems computes mean and mode of each group.
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
	var buf [32]byte
	for i := range groups[:ddbwire.MaxBatchItems] {
		g := &groups[i]
		batch.StartItem()
		batch.String(ddbwire.PartitionKey, "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
		batch.String(ddbwire.SortKey, "#diagnosis#", g.Diagnosis, "#hospital#", g.Hospital)
		batch.Number("AverageRecoveryTime", g.AppendMean(buf[:0]))
		batch.String("Diagnosis", g.Diagnosis)
		batch.String("Hospital", g.Hospital)
		batch.String("MostUsedTreatment", g.Treatment)
		if err := batch.EndItem(); err != nil {
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
	signer := &sigv4.Signer{Region: "us-east-1", Service: "dynamodb", Credentials: sigv4.Credentials{
		// AWS's documentation uses these keys; the token is as long as a function's.
		AccessKeyID:     "AKIAIOSFODNN7EXAMPLE",
		SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		SessionToken:    strings.Repeat("token", 80),
	}}
	template := signer.NewTemplate(&sigv4.Request{Method: "POST", Path: "/", Header: []sigv4.Header{
		{Name: "Host", Value: "dynamodb.us-east-1.amazonaws.com"},
		{Name: "Content-Type", Value: "application/x-amz-json-1.0"},
		{Name: "X-Amz-Target", Value: "DynamoDB_20120810.BatchWriteItem"},
	}})
	now := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
	var head []byte
	b.SetBytes(int64(len(batch.Body())))
	loop(b, func() error {
		head = template.AppendFields(head[:0], batch.Body(), now)
		return nil
	})
}

// benchResponse makes the answer that an event's sender expects.
func benchResponse(b *testing.B) {
	e, err := event.Parse(notification(b), event.Environment{Table: "recommendations"})
	if err != nil {
		b.Fatal(err)
	}
	results := []event.Result{{Summary: []byte(`{"rows":1000000,"skipped":0,"bytes":44816582,"groups":400,"items":400}`)}}
	var answer []byte
	loop(b, func() (err error) {
		answer, err = e.Respond(answer[:0], results)
		return err
	})
}
