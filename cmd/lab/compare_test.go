package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/report"
)

func TestCompareCommandLine(t *testing.T) {
	for _, test := range []refusal{
		{"compare extra", 2, `unexpected argument "extra"`},
		{"compare --rows 2000,many", 2, `invalid value "2000,many" for --rows: expected numbers from 0 to 100,000,000`},
		{"compare --memory 64", 2, `invalid value "64" for --memory`},
		{"compare --rtt 5ms,5", 2, `invalid value "5ms,5" for --rtt: expected times from 0s to 1m0s`},
		{"compare --budget 0s", 2, `invalid value "0s" for --budget`},
		{"compare --timeout 31m", 2, `invalid value "31m" for --timeout`},
		{"compare --peers /nowhere", 1, `/nowhere: no such file or directory; --peers '' is for none`},
		{"compare --peers= --only rust --bootstrap /bin/sh", 2, `--only rust: there is no rival of that name`},
		{"compare --peers= --resume", 2, `--resume takes --json`},
		{"compare --peer ours=a", 2, `--peer ours: the name is taken`},
		{"compare --peers= --bootstrap /bin/sh --peer a=main.go", 1, `main.go: not a program`},
		{"compare --peers= --bootstrap /nowhere/bootstrap", 1, `lab compare: /nowhere/bootstrap: no such file`},
		{"compare --peers= --bootstrap /bin/sh --json /nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
		{"compare --peers= --bootstrap /bin/sh --markdown /nowhere/at/all.md", 1, `open /nowhere/at/all.md`},
	} {
		test.check(t)
	}
}

// peersForTest makes a folder of rivals: one that is built, one that fails in two modes, and a
// folder that is no rival.
func peersForTest(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	bootstrap, err := os.ReadFile(labtest.Bootstrap(t))
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
	// With a package, as ours has one: compressing takes longer than the test.
	dist := filepath.Join(dir, "rust", "dist")
	labtest.Zip(t, dist+".zip", filepath.Join(dist, "bootstrap"), filepath.Join(dist, "data"))
	return dir
}

// A run, and then the same again from the middle of its journal.
//
// What is expected does not depend on how fast this machine is: a start would have to take 500
// round trips of 20 ms to be left out of the second network, and one warm invocation is planned
// whatever it takes.
func TestCompare(t *testing.T) {
	dir, peers := t.TempDir(), peersForTest(t)
	file, markdown, journal := filepath.Join(dir, "c.json"), filepath.Join(dir, "c.md"), filepath.Join(dir, "c.jsonl")
	args := []string{"compare", "--unlimited", "--rows", "200", "--memory", "256", "--rtt", "20ms,0s", "-n", "2", "--warm", "1",
		"--peers", peers, "--bootstrap", labtest.Bootstrap(t), "--json", file, "--markdown", markdown}
	status, out, stderr := shell(nil, args...)
	const leftOut = "left out, not built: go-sdk, llrt, python-pandas, python-polars, rust-bare; "
	if status != 1 || !strings.HasPrefix(stderr, leftOut) || strings.Count(stderr, "\n") != 3 || !strings.Contains(stderr, "node-whole, 200 rows, 256 MB: failed: ") {
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out) // one rival fails, in both modes
	}
	var r report.Compare
	read(t, file, &r)
	checkCompare(t, &r)
	for _, want := range []string{"not AWS", "ours again", "node-whole", "exit status 4", "llrt: left out, not built; ", "llrt/build.sh builds it",
		"200 rows", "INIT + first invocation, round trip 20 ms", "warm invocation, round trip 0 ms", "12 starts of 12"} {
		if !strings.Contains(labtest.Flat(out), want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
		if text, _ := os.ReadFile(markdown); !strings.Contains(string(text), want) {
			t.Errorf("the Markdown does not say %q:\n%s", want, text)
		}
	}
	checkWidth(t, out, peers)

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
		if status, out, stderr := shell(nil, slices.Concat(args, []string{"--resume"})...); status != 1 || !strings.HasPrefix(stderr, leftOut) {
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
			t.Error("a run that was complete is not the same again")
		}
	}

	// A journal of other functions or flags, or no journal.
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"--seed", "2"}, "of another run"},
		{[]string{"--memory", "128"}, "of another run"},
		{[]string{"--peer", "more=" + peers + "/rust/dist/bootstrap"}, "of another run"},
		{[]string{"--json", dir + "/none.json"}, "there is nothing to go on with"},
	} {
		status, out, stderr := shell(nil, slices.Concat(args, []string{"--resume"}, test.args)...)
		if status != 1 || out != "" || !strings.Contains(stderr, test.says) {
			t.Errorf("%s: status %d, stderr %s, stdout %s", test.args, status, stderr, out)
		}
	}

	// A new run keeps the journal of the one before.
	whole, _ := os.ReadFile(journal)
	if status, _, stderr := shell(nil, slices.Concat(args, []string{"--published"})...); status != 1 || !strings.Contains(stderr, "the starts of an earlier run were in "+journal+"; they are kept in ") {
		t.Errorf("status %d, stderr %s", status, stderr)
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "c-*.jsonl"))
	if len(kept) != 1 {
		t.Fatalf("%q", kept)
	}
	if now, _ := os.ReadFile(kept[0]); !bytes.Equal(now, whole) {
		t.Errorf("%s is not what the journal was", kept[0])
	}
	if text, _ := os.ReadFile(markdown); !strings.Contains(string(text), "Measured elsewhere") {
		t.Error("nothing published with --published")
	}
}

func checkCompare(t *testing.T, r *report.Compare) {
	t.Helper()
	names := []string{"ours", "ours again", "node", "node-whole", "rust"}
	if r.Kind != report.KindCompare || r.OK || r.Done != 12 || r.Planned != 12 || len(r.Results) != 2*len(names) || len(r.LeftOut) != 5 {
		text, _ := json.Marshal(r)
		t.Fatalf("%s", text)
	}
	for i, f := range r.Results {
		if want := names[i%len(names)]; f.Function != want || r.Functions[i%len(names)].Name != want {
			t.Errorf("result %d is of %s, want %s", i, f.Function, want)
		}
		if f.Rows != 200 || f.RoundTrip != []float64{20, 0}[i/len(names)] {
			t.Errorf("result %d: %d rows, %v ms", i, f.Rows, f.RoundTrip)
		}
		if strings.HasPrefix(f.Function, "node") {
			if !strings.Contains(f.Failed, "exit status") || len(f.Samples) > 0 || f.Warm != nil {
				t.Errorf("%+v", f)
			}
			continue
		}
		if len(f.Samples) != 2 || len(f.Samples[1].Warm) != 1 || f.Billed.P50 <= f.Init.P50 || f.Warm.P50 <= 0 || f.MaxMemory.P50 <= 0 {
			t.Errorf("%+v", f)
		}
	}
	figures := len(report.StartFigures) + 1
	if r.Results[0].StartCPU != nil { // not on every system
		figures += len(report.CPUFigures) + 1
	}
	if want := 2 * 2 * figures; len(r.Ratios) != want || !r.Ratios[0].Few {
		t.Errorf("%d ratios, want %d", len(r.Ratios), want)
	}
	if f := r.Functions; f[0].Zip == 0 || f[0].Zip != f[1].Zip || f[2].Zip == 0 || f[4].Zip <= f[0].Zip || f[4].Sum == f[0].Sum || f[2].Sum == f[3].Sum {
		t.Errorf("%+v", f)
	}
}

// With an event there is one input, and no rival that does another job.
func TestCompareEvent(t *testing.T) {
	dir, echo := t.TempDir(), labtest.Echo(t)
	event, file := filepath.Join(dir, "event.json"), filepath.Join(dir, "c.json")
	if err := os.WriteFile(event, []byte(`{"name": "Ada"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	rival := filepath.Join(dir, "rust", "dist")
	if err := os.MkdirAll(rival, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(echo, filepath.Join(rival, "bootstrap")); err != nil {
		t.Skip(err) // a system where not everybody may
	}
	status, out, stderr := shell(nil, "compare", "--unlimited", "--memory", "128", "--rtt", "0s", "-n", "1", "--warm", "1", "--peers", dir,
		"--bootstrap", echo, "--event", event, "--expect", event, "--json", file)
	if status != 0 || stderr != "" || strings.Count(out, "\nEvent ") != 1 || !strings.Contains(out, "Every answer is what "+event+" says.") {
		t.Errorf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	var r report.Compare
	read(t, file, &r)
	if len(r.Rows) != 1 || len(r.Functions) != 2 || r.Functions[0].Name != "echo" || r.Functions[1].Name != "echo again" || len(r.Results) != 2 {
		t.Errorf("%+v", r)
	}
}
