package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/runtime/lambdatest"
)

var (
	shapesPattern = flag.String("shapes", "", "run the memory test on shapes whose names contain `TEXT`; all runs all, the default those that are quick")
	shapesProgram = flag.String("shapes-program", "", "`PATH` of the function that the memory test runs; the default is to build it")
)

// A shape is a file with every combination of some names, each in so many rows, in an order in
// which neighbours have nothing in common.
type shape struct {
	name                             string
	memoryMB                         int
	hospitals, diagnoses, treatments int64
	copies                           int64 // rows of each combination
	width                            int   // of a name, in bytes
	concurrency                      int   // invocations at the same time
	refused                          bool  // it needs more memory than there is
	quick                            bool  // run by default

	step int64 // between the combinations of neighbours
}

var shapes = []shape{
	{name: "400 groups", memoryMB: 128, hospitals: 20, diagnoses: 20, treatments: 10, copies: 20, quick: true},
	{name: "512x511x12", memoryMB: 128, hospitals: 512, diagnoses: 511, treatments: 12, width: 4},
	{name: "512x511x12", memoryMB: 256, hospitals: 512, diagnoses: 511, treatments: 12, width: 4},
	{name: "100x1000x20", memoryMB: 128, hospitals: 100, diagnoses: 1000, treatments: 20},
	{name: "100x1000x20", memoryMB: 256, hospitals: 100, diagnoses: 1000, treatments: 20},
	{name: "60 groups of 83000", memoryMB: 128, hospitals: 6, diagnoses: 10, treatments: 83_000, refused: true},
	{name: "60 groups of 83000", memoryMB: 256, hospitals: 6, diagnoses: 10, treatments: 83_000},
	{name: "one group of 400000", memoryMB: 128, hospitals: 1, diagnoses: 1, treatments: 400_000, refused: true, quick: true},
	{name: "250000 groups", memoryMB: 128, hospitals: 500, diagnoses: 500, treatments: 1},
	{name: "600000 groups", memoryMB: 128, hospitals: 1000, diagnoses: 600, treatments: 1},
	{name: "600000 groups", memoryMB: 256, hospitals: 1000, diagnoses: 600, treatments: 1},
	{name: "250000 names", memoryMB: 128, hospitals: 250_000, diagnoses: 1, treatments: 1, width: 12},
	{name: "250000 names", memoryMB: 256, hospitals: 250_000, diagnoses: 1, treatments: 1, width: 12},
	{name: "long names", memoryMB: 128, hospitals: 50_000, diagnoses: 1, treatments: 1, width: 900},
	{name: "long names", memoryMB: 256, hospitals: 50_000, diagnoses: 1, treatments: 1, width: 900},
	{name: "long treatments", memoryMB: 128, hospitals: 1, diagnoses: 1, treatments: 200, width: 400_000},
	{name: "long treatments, many groups", memoryMB: 128, hospitals: 20, diagnoses: 20, treatments: 1, width: 300_000},
	{name: "1500x1000x1", memoryMB: 128, hospitals: 1500, diagnoses: 1000, treatments: 1, refused: true},
	{name: "3000x1000x1", memoryMB: 256, hospitals: 3000, diagnoses: 1000, treatments: 1, refused: true},
	{name: "30000 groups of 60", memoryMB: 128, hospitals: 300, diagnoses: 100, treatments: 60},
	{name: "400 groups, 12 at once", memoryMB: 128, hospitals: 20, diagnoses: 20, treatments: 10, copies: 20, concurrency: 12, quick: true},
	{name: "100x100x60, 12 at once", memoryMB: 128, hospitals: 100, diagnoses: 100, treatments: 60, concurrency: 12},
	{name: "10000 groups, 12 at once", memoryMB: 256, hospitals: 100, diagnoses: 100, treatments: 6, concurrency: 12},
	{name: "1500x1000x1, 4 at once", memoryMB: 128, hospitals: 1500, diagnoses: 1000, treatments: 1, concurrency: 4, refused: true},
}

const shapeHeader = "Hospital,Diagnosis,Treatment,Recovery Time\n"

func (s *shape) rows() int64 { return s.hospitals * s.diagnoses * s.treatments * max(1, s.copies) }

// row returns a row; all rows have the same length.
func (s *shape) row(i int64) string {
	k := i * s.step % s.rows()
	width := max(s.width, 6)
	h := k % s.hospitals
	k /= s.hospitals
	d := k % s.diagnoses
	k /= s.diagnoses
	t := k % s.treatments
	return s.field('H', h, s.hospitals, width) + "," + s.field('D', d, s.diagnoses, width) + "," + s.field('T', t, s.treatments, width) + ",7\n"
}

// longKey is more than a sort key holds: only treatments are as wide.
const longKey = 1000

// field returns a name that is as wide as asked for, if the column has several.
func (s *shape) field(letter byte, n, of int64, width int) string {
	text := fmt.Sprintf("%c%06d", letter, n)
	if letter != 'T' && (of == 1 || width >= longKey) {
		return text
	}
	return text + strings.Repeat("x", max(0, width-len(text)))
}

// coprimeStep returns a step that visits each of n places once, far from its last one.
func coprimeStep(n int64) int64 {
	const golden = 0.6180339887498949
	step := max(1, int64(float64(n)*golden))
	for gcd(step, n) != 1 {
		step++
	}
	return step
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// fill calculates the file's bytes.
func (s *shape) fill(off int64, p []byte) {
	if off < int64(len(shapeHeader)) {
		n := copy(p, shapeHeader[off:])
		off, p = off+int64(n), p[n:]
	}
	length := int64(len(s.row(0)))
	off -= int64(len(shapeHeader))
	for i := off / length; len(p) > 0; i++ {
		n := copy(p, s.row(i)[off-i*length:])
		off, p = off+int64(n), p[n:]
	}
}

func (s *shape) size() int64 { return int64(len(shapeHeader)) + s.rows()*int64(len(s.row(0))) }

// No file makes the function grow beyond its memory size. A job is done, or it fails with an error
// that names the place, and nothing has been written.
func TestMemoryLimit(t *testing.T) {
	bootstrap := *shapesProgram
	if bootstrap == "" {
		bootstrap = labtest.Bootstrap(t)
	}
	asked := slices.DeleteFunc(slices.Clone(shapes), func(s shape) bool { return !s.asked(*shapesPattern) })
	if len(asked) == 0 {
		t.Errorf("-shapes %s: there is no such shape", *shapesPattern)
	}
	for _, s := range asked {
		t.Run(fmt.Sprintf("%s/%dMB", s.name, s.memoryMB), func(t *testing.T) { s.hold(t, bootstrap) })
	}
}

// asked reports whether a value of -shapes asks for a shape.
func (s *shape) asked(pattern string) bool {
	switch pattern {
	case "":
		return s.quick
	case "all":
		return true
	}
	return strings.Contains(s.name, pattern)
}

func (s *shape) hold(t *testing.T, bootstrap string) {
	s.step = coprimeStep(s.rows())
	host, err := sandbox.NewHost(sandbox.Options{Period: sandbox.LambdaPeriod, Shared: true}, s.memoryMB)
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	switch {
	case host.Limited():
	case *shapesPattern != "":
		t.Fatal(host.Notes())
	default:
		t.Skip(host.Notes())
	}
	box, err := host.NewSandbox(s.memoryMB)
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	server := lambdatest.NewServer()
	defer server.Close()
	server.S3.CreateBucket("feed")
	server.S3.PutSynthetic("feed", "records.csv", s.size(), s.fill)
	server.DynamoDB.CreateTable("results")
	fn := server.Lambda.CreateFunction(lambdatest.FunctionConfig{
		Name: "shape", MemoryMB: s.memoryMB, Timeout: 15 * time.Minute, Exec: box.Command(bootstrap), Concurrency: s.concurrency,
		Env: append(box.Environ(bootstrap), "S3_BUCKET=feed", "FILE_NAME=records.csv", "DB_TABLE=results"),
	})
	defer fn.Shutdown()
	var all sync.WaitGroup
	results := make([]*lambdatest.Result, max(1, s.concurrency))
	begun := time.Now()
	for i := range results {
		all.Go(func() {
			r, err := fn.Invoke(t.Context(), []byte("{}"))
			if err != nil {
				t.Error(err)
			}
			results[i] = r
		})
	}
	all.Wait()
	most, done := int64(0), 0
	for _, r := range results {
		most = max(most, r.MaxMemory)
		var sum struct{ Rows, Groups int64 }
		json.Unmarshal(r.Payload, &sum)
		switch {
		case r.FunctionError == "":
			if done++; s.refused || sum.Rows != s.rows() || sum.Groups != s.hospitals*s.diagnoses {
				t.Errorf("%s", r.Payload)
			}
		case !s.refused, r.ErrorType != "Function.TooLarge", !strings.Contains(string(r.Payload), "s3://feed/records.csv: record "):
			t.Errorf("%s: %s", r.ErrorType, r.Payload)
		}
	}
	if box.OutOfMemory() {
		t.Error("killed for memory")
	}
	if got, want := int64(len(server.DynamoDB.Items("results"))), int64(done)*s.hospitals*s.diagnoses; got != want {
		t.Errorf("%d items in the table, want %d", got, want)
	}
	t.Logf("%d of %d done; peak %.1f MB; file %.1f MB; %.1f s", done, len(results), float64(most)/(1<<20), float64(s.size())/1e6, time.Since(begun).Seconds())
}
