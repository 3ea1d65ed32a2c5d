package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const output = `goos: linux
pkg: reduction
cpu: Some(R) Processor @ 2.80GHz
BenchmarkScan/engine=encoding-csv/input=my-file-2.csv-16         	       1	 160000000 ns/op	 280.00 MB/s	       160.0 ns/row	49031112 B/op	 1000016 allocs/op
BenchmarkScan/engine=csvfast-blocks/input=my-file-2.csv-16       	      21	   8000000 ns/op	5600.00 MB/s	         8.000 ns/row	  352313 B/op	       4 allocs/op
--- FAIL: BenchmarkScan/engine=mine/input=my-file-2.csv-16
    bench_test.go:143: 3 records, want 4
BenchmarkStep/sign-16  16156  7409 ns/op
FAIL
`

func TestParse(t *testing.T) {
	results := parse(output)
	if len(results) != 3 {
		t.Fatalf("%d results: %+v", len(results), results)
	}
	for i, want := range []struct {
		name, engine, unit string
		figure             float64
	}{
		{"Scan/engine=encoding-csv/input=my-file-2.csv", "encoding-csv", "MB/s", 280},
		{"Scan/engine=csvfast-blocks/input=my-file-2.csv", "csvfast-blocks", "ns/row", 8},
		{"Step/sign", "sign", "ns/op", 7409},
	} {
		if r := results[i]; r.name != want.name || r.engine != want.engine || r.figures[want.unit] != want.figure {
			t.Errorf("%+v, want %+v", r, want)
		}
	}
}

// Each program's engines are compared with the baseline that ran before them.
func TestRatios(t *testing.T) {
	r := newRows(line{})
	r.add(parse(output))
	r.add(parse(strings.ReplaceAll(output, "160000000 ns/op", "80000000 ns/op")))
	if got := ratio(r.ratios["csvfast-blocks"]); got != "15.00 (10.00-20.00)" {
		t.Error(got)
	}
	if got := ratio([]float64{0.9, 1.1}); got != "1.00 (0.90-1.10) ~" {
		t.Error(got)
	}
}

// Runs that differ widely are warned of, by the row that differs most.
func TestSpread(t *testing.T) {
	var quiet, noisy table
	quiet.differ("a", []float64{100, 110, 104})
	if got := quiet.warning(); got != "" {
		t.Error(got)
	}
	for row, want := range map[string]string{"a": "10%", "b": "90%", "one run": ""} {
		v := map[string][]float64{"a": {100, 110, 104}, "b": {100, 190, 100}, "one run": {1}}[row]
		if got := noisy.differ(row, v); got != want {
			t.Errorf("%s: %s, want %s", row, got, want)
		}
	}
	if got := noisy.warning(); !strings.Contains(got, "those of b by 90%") {
		t.Error(got)
	}
}

// A failure is kept with what the benchmark said, once for each line of the plan.
func TestFail(t *testing.T) {
	b := &bench{}
	for range 2 {
		b.fail(line{title: "scan mine"}, output, os.ErrInvalid)
	}
	if len(b.failed) != 1 || !strings.Contains(b.failed[0], "engine=mine") || !strings.Contains(b.failed[0], "3 records, want 4") {
		t.Errorf("%q", b.failed)
	}
}

// A record is never overwritten.
func TestNewFile(t *testing.T) {
	folder, now := t.TempDir(), time.Now()
	names := map[string]bool{}
	for range 3 {
		f, err := newFile(folder, now)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		names[filepath.Base(f.Name())] = true
	}
	if len(names) != 3 {
		t.Error(names)
	}
}
