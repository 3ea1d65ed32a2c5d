package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/cli"
	"reduction/internal/dataset"
)

const header = dataset.Header

func TestReduce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.csv")
	if err := os.WriteFile(path, []byte(header+"A,x,T,1\nA,x,T,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const want = `{"Diagnosis":"x","Hospital":"A","AverageRecoveryTime":1.5,"MostUsedTreatment":"T","Rows":2}` + "\n"
	for _, args := range [][]string{{path}, {path, "--jobs=3"}, {"--jobs", "1", path}} {
		if status, out, stderr := shell(nil, append([]string{"reduce"}, args...)...); status != 0 || out != want || stderr != "" {
			t.Errorf("%s: status %d, stdout %q, stderr %q", args, status, out, stderr)
		}
	}
}

func TestReduceStats(t *testing.T) {
	status, out, stderr := shell(bytes.NewReader(dataset.New(2000, 1).Bytes()), "reduce", "-", "--stats")
	if status != 0 || strings.Count(out, "\n") == 0 || !strings.HasPrefix(stderr, "rows 2,000, bytes ") || !strings.Contains(stderr, "cores 1,") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}

func TestReduceSkipBad(t *testing.T) {
	dirty := header + "A,x,T,1\n" + strings.Repeat("A,x,T,PATIENT\n", 12)
	status, out, stderr := shell(strings.NewReader(dirty), "reduce", "--skip-bad", "-")
	if status != 0 || strings.Count(out, "\n") != 1 || strings.Contains(stderr, "PATIENT") ||
		!strings.HasPrefix(stderr, "12 bad rows left out, of 13: number 12\n  record 3 at byte 51") || !strings.HasSuffix(stderr, "  and 2 more\n") {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
}

func TestReduceFails(t *testing.T) {
	status, out, stderr := shell(strings.NewReader(header+"A,x,T,1\nA,x,T,PATIENT\n"), "reduce", "--stats", "-")
	if status != 1 || out != "" || !strings.HasPrefix(stderr, "lab reduce: -: record 3 at byte 51") || strings.Contains(stderr, "PATIENT") {
		t.Errorf("input: status %d, stdout %q, stderr %q", status, out, stderr)
	}
	var err bytes.Buffer
	c := &cli.Console{In: bytes.NewReader(dataset.New(10, 1).Bytes()), Out: full{}, Err: &err}
	if status := lab().Run([]string{"reduce", "-"}, c); status != 1 || !strings.Contains(err.String(), "no space") {
		t.Errorf("output: status %d, stderr %q", status, &err)
	}
}
