package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
)

func TestCompareCommandLine(t *testing.T) {
	for _, test := range []struct {
		args   string
		status int
		says   string
	}{
		{"compare extra", 2, `unexpected argument "extra"`},
		{"compare --rows 2000,many", 2, `invalid value "2000,many" for --rows: expected numbers from 0 to 100,000,000`},
		{"compare --memory 64", 2, `invalid value "64" for --memory`},
		{"compare --rtt 5ms,5", 2, `invalid value "5ms,5" for --rtt: expected times from 0s to 1m0s`},
		{"compare --budget 0s", 2, `invalid value "0s" for --budget`},
		{"compare --timeout 16m", 2, `invalid value "16m" for --timeout`},
		{"compare --peers /nowhere", 1, `/nowhere: no such file or directory; --peers '' is for none`},
		{"compare --peers= --only rust --bootstrap /bin/sh", 2, `--only rust: there is no rival of that name`},
		{"compare --peers= --resume", 2, `--resume is without --json`},
		{"compare --peer ours=a", 2, `the name ours is taken`},
		{"compare --peers= --bootstrap /bin/sh --peer a=main.go", 1, `main.go: not a program`},
		{"compare --peers= --bootstrap /nowhere/bootstrap", 1, `lab compare: /nowhere/bootstrap: no such file; make bootstrap builds it`},
		{"compare --peers= --bootstrap /bin/sh --json /nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
		{"compare --peers= --bootstrap /bin/sh --markdown /nowhere/at/all.md", 1, `open /nowhere/at/all.md`},
	} {
		status, out, err := shell(nil, strings.Fields(test.args)...)
		if status != test.status || out != "" || !strings.Contains(err, test.says) || strings.Count(err, "\n") != 1 {
			t.Errorf("lab %s: status %d, stdout %q, stderr %q; want %d and %q", test.args, status, out, err, test.status, test.says)
		}
	}
}

// peersForTest makes a folder of rivals: one that is built, one that fails in two modes, and
// something else.
func peersForTest(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	bootstrap, err := os.ReadFile(builtForTest(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"rust/dist/bootstrap":       bootstrap,
		"rust/dist/data":            []byte("more of the package"),
		"node/dist/bootstrap":       []byte("#!/bin/sh\nexit 3\n"),
		"node/dist-whole/bootstrap": []byte("#!/bin/sh\nexit 4\n"),
		"ladder/dist/bootstrap":     bootstrap,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Packed, as ours is: compressing takes longer than what is tested.
	if err := os.WriteFile(filepath.Join(dir, "rust/dist.zip"), make([]byte, 1_100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// All of it, then again from the middle of its journal.
func TestCompare(t *testing.T) {
	dir, peers := t.TempDir(), peersForTest(t)
	file, markdown, journal := filepath.Join(dir, "c.json"), filepath.Join(dir, "c.md"), filepath.Join(dir, "c.jsonl")
	args := []string{"compare", "--unlimited", "--rows", "200", "--memory", "256", "--rtt", "1ms,0s", "-n", "2", "--warm", "2",
		"--peers", peers, "--bootstrap", builtForTest(t), "--json", file, "--markdown", markdown}
	status, out, stderr := shell(nil, args...)
	if status != 1 || stderr != "" { // one rival fails
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	var r report.Compare
	read(t, file, &r)
	checkCompare(t, &r)
	for _, want := range []string{"not AWS", "ours again", "node-whole", "exit status 4", "llrt is left out", "llrt/build.sh builds it",
		"200 rows", "INIT + first invocation, round trip 1 ms", "warm invocation, round trip 0 ms", "Measured elsewhere", "python-pandas", "12 starts of 12"} {
		if !strings.Contains(flat(out), want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
		if text, _ := os.ReadFile(markdown); !strings.Contains(string(text), want) {
			t.Errorf("the Markdown does not say %q:\n%s", want, text)
		}
	}
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(line); n > 130 && !strings.Contains(line, peers) {
			t.Errorf("a line of %d: %s", n, line)
		}
	}

	text, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	for _, kept := range []int{3, len(lines) - 5, len(lines) - 1} { // in the trials, in the rounds, at the end
		cut := append(bytes.Join(lines[:kept], nil), `{"start":{"cell":0,"sam`...)
		if err := os.WriteFile(journal, cut, 0o600); err != nil {
			t.Fatal(err)
		}
		if status, out, stderr := shell(nil, append(args, "--resume")...); status != 1 || stderr != "" {
			t.Fatalf("%d lines: status %d, stderr %s, stdout %s", kept, status, stderr, out)
		}
		var again report.Compare
		read(t, file, &again)
		checkCompare(t, &again)
		now, _ := os.ReadFile(journal)
		if !bytes.HasPrefix(now, bytes.Join(lines[:kept], nil)) || bytes.Count(now, []byte("\n")) != len(lines)-1 {
			t.Errorf("%d lines: the journal is\n%s, was\n%s", kept, now, text)
		}
		if kept == len(lines)-1 && !reflect.DeepEqual(again.Results, r.Results) {
			t.Error("a run that was done is not the same again")
		}
	}

	// Of other functions or flags, or of nothing.
	for _, test := range []struct{ args, says string }{
		{"--seed 2", "of another run"},
		{"--memory 128", "of another run"},
		{"--peer more=" + peers + "/rust/dist/bootstrap", "of another run"},
		{"--json " + dir + "/none.json", "there is nothing to go on with"},
	} {
		status, out, stderr := shell(nil, append(append(args, "--resume"), strings.Fields(test.args)...)...)
		if status != 1 || out != "" || !strings.Contains(stderr, test.says) {
			t.Errorf("%s: status %d, stderr %s, stdout %s", test.args, status, stderr, out)
		}
	}
}

func checkCompare(t *testing.T, r *report.Compare) {
	t.Helper()
	names := []string{"ours", "ours again", "node", "node-whole", "rust"}
	if r.Kind != report.KindCompare || r.OK || r.Done != 12 || r.Planned != 12 || len(r.Results) != 2*len(names) || len(r.LeftOut) != len(rivals)-2 {
		text, _ := json.Marshal(r)
		t.Fatalf("%s", text)
	}
	for i, f := range r.Results {
		if want := names[i%len(names)]; f.Function != want || r.Functions[i%len(names)].Name != want {
			t.Errorf("cell %d is of %s, want %s", i, f.Function, want)
		}
		if f.Rows != 200 || f.RoundTrip != []float64{1, 0}[i/len(names)] {
			t.Errorf("cell %d: %d rows, %v ms", i, f.Rows, f.RoundTrip)
		}
		if strings.HasPrefix(f.Function, "node") {
			if !strings.Contains(f.Failed, "exit status") || len(f.Samples) > 0 || f.Warm != nil {
				t.Errorf("%+v", f)
			}
			continue
		}
		if len(f.Samples) != 2 || len(f.Samples[1].Warm) != 2 || f.Billed.P50 <= f.Init.P50 || f.Warm.P50 <= 0 || f.MaxMemory.P50 <= 0 {
			t.Errorf("%+v", f)
		}
	}
	if want := 2 * 2 * (len(report.StartFigures) + 1); len(r.Ratios) != want || !r.Ratios[0].Few {
		t.Errorf("%d ratios, want %d", len(r.Ratios), want)
	}
	if f := r.Functions; f[0].Zip == 0 || f[0].Zip != f[1].Zip || f[2].Zip == 0 || f[4].Zip <= f[0].Zip || f[4].Sum == f[0].Sum || f[2].Sum == f[3].Sum {
		t.Errorf("%+v", f)
	}
}

func TestKeep(t *testing.T) {
	b := &compareBench{functions: []report.Program{{Name: report.Ours}, {Name: report.OursAgain}, {Name: "a"}, {Name: "b"}, {Name: "c"}}}
	if err := b.keep("c,a"); err != nil || len(b.functions) != 4 || b.functions[2].Name != "a" || b.functions[3].Name != "c" {
		t.Errorf("%v, %v", b.functions, err)
	}
}

// A package that was made with the program is taken as it is, an older one is not.
func TestPacked(t *testing.T) {
	dir := t.TempDir()
	program, zip := filepath.Join(dir, "bootstrap"), filepath.Join(dir, "bootstrap.zip")
	for _, file := range []string{program, zip} {
		if err := os.WriteFile(file, []byte(file), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got := packed(program, dir+".zip", zip); got != int64(len(zip)) {
		t.Errorf("%d bytes, want %d", got, len(zip))
	}
	before := time.Now().Add(-time.Hour)
	if err := os.Chtimes(zip, before, before); err != nil {
		t.Fatal(err)
	}
	if got := packed(program, dir+".zip", zip); got != 0 {
		t.Errorf("%d bytes of a package that is older", got)
	}
}

// When the time is up before anything was tried, that is what the report says.
func TestCompareNoTime(t *testing.T) {
	b := &compareBench{functions: []report.Program{{Name: report.Ours, Path: builtForTest(t)}}, rows: []int64{100}, memory: []int{256}, trips: []time.Duration{0}, n: 3, warm: 1, budget: 1}
	b.cache, b.seed, b.Unlimited, b.timeout = cacheWarm, 1, true, functionTimeout
	r, err := b.run(&cli.Status{})
	if err != nil || !r.OK || r.Done != 0 || len(r.Results) != 1 || r.Results[0].Failed != "not measured: the time was up" {
		t.Errorf("%+v, %v", r, err)
	}
}

// Ctrl-C ends a run with a report of what there is, and a journal to go on with.
func TestCompareInterrupted(t *testing.T) {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt) // for a run that is faster than its interruption
	defer signal.Stop(caught)
	dir := t.TempDir()
	file, journal := filepath.Join(dir, "c.json"), filepath.Join(dir, "c.jsonl")
	args := []string{"compare", "--unlimited", "--rows", "100", "--memory", "256", "--rtt", "0s", "-n", "30", "--warm", "1",
		"--peers", "", "--bootstrap", builtForTest(t), "--json", file}
	go func() {
		for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(time.Millisecond) {
			if text, _ := os.ReadFile(journal); bytes.Count(text, []byte("\n")) > 10 {
				break
			}
		}
		self, _ := os.FindProcess(os.Getpid())
		self.Signal(os.Interrupt)
	}()
	status, _, stderr := shell(nil, args...)
	if status != 1 || !strings.Contains(stderr, "interrupted after ") || !strings.Contains(stderr, "starts of 60; --resume goes on") {
		t.Fatalf("status %d, stderr %s", status, stderr)
	}
	var r report.Compare
	read(t, file, &r)
	if !r.OK || r.Done < 5 || r.Done >= 60 || r.Planned != 60 {
		t.Errorf("%d starts of %d", r.Done, r.Planned)
	}
	if status, out, stderr := shell(nil, append(args, "--resume")...); status != 0 || !strings.Contains(out, "60 starts of 60") {
		t.Errorf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
}
