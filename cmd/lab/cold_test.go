package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
)

func TestColdCommandLine(t *testing.T) {
	for _, test := range []struct {
		args   string
		status int
		says   string
	}{
		{"cold extra", 2, `unexpected argument "extra"`},
		{"cold --memory 64", 2, `invalid value "64" for --memory: expected numbers from 128 to 10,240`},
		{"cold --memory 128,", 2, `invalid value "128," for --memory`},
		{"cold --n 0", 2, `invalid value "0" for --n`},
		{"cold --rtt 5", 2, `invalid value "5" for --rtt: expected a time from 0s to 1m0s, as in 5ms`},
		{"cold --rtt -1ms", 2, `invalid value "-1ms" for --rtt`},
		{"cold --period 2s", 2, `invalid value "2s" for --period: expected a time from 1ms to 1s`},
		{"cold --period 10ms", 2, `--period 10ms is too short for 128 MB: its share of it is 723µs`},
		{"cold --cache hot", 2, `--cache is "hot"; expected warm, dropped or empty`},
		{"cold --roots none", 2, `--roots is "none"; expected bundle or system`},
		{"cold --timeout 1ms", 2, `invalid value "1ms" for --timeout: expected a time from 1s to 15m0s`},
		{"cold --unlimited --roots system --bootstrap main.go", 1, `--roots system: the emulator's authority cannot be one of the system's roots: it takes a sandbox`},
		{"cold --peer rust", 2, `invalid value "rust" for --peer: expected NAME=PATH`},
		{"cold --peer =a", 2, `expected NAME=PATH`},
		{"cold --peer ours=a", 2, `the name ours is taken`},
		{"cold --peer a=b --peer a=c", 2, `the name a is taken`},
		{"cold --bootstrap /nowhere/bootstrap", 1, `lab cold: /nowhere/bootstrap: no such file; make bootstrap builds it`},
		{"cold --bootstrap main.go --peer a=/nowhere/peer", 1, `/nowhere/peer: no such file`},
		{"cold --bootstrap main.go --peer a=main.go", 1, `main.go: not a program`},
		{"cold --bootstrap main.go --json /nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
	} {
		status, out, err := shell(nil, strings.Fields(test.args)...)
		if status != test.status || out != "" || !strings.Contains(err, test.says) || strings.Count(err, "\n") != 1 {
			t.Errorf("lab %s: status %d, stdout %q, stderr %q; want %d and %q", test.args, status, out, err, test.status, test.says)
		}
	}
}

// All of it, twice: two functions that are one, side by side, and a third that is none.
func TestCold(t *testing.T) {
	bootstrap := builtForTest(t)
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cold.json")
	for _, limits := range []string{"--unlimited", "--shared"} { // without a sandbox; with one where there can be one
		status, out, stderr := shell(nil, "cold", limits, "--rows", "500", "--memory", "512", "-n", "2", "--rtt", "0s",
			"--bootstrap", bootstrap, "--peer", "again="+bootstrap, "--peer", "broken="+broken, "--json", file)
		if status != 1 || stderr != "" {
			t.Fatalf("%s: status %d, stderr %s, stdout %s", limits, status, stderr, out)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var r report.Cold
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		if r.OK || r.N != 2 || r.Rows != 500 || !r.TLS || len(r.Results) != 3 || len(r.Ratios) != len(report.StartFigures) || len(r.Sandbox) == 0 {
			t.Fatalf("%s: %s", limits, text)
		}
		if r.Limited && limits == "--unlimited" {
			t.Error("limited, though not to be")
		}
		for _, f := range r.Results[:2] {
			checkCell(t, &f)
		}
		if f := r.Results[2]; !strings.Contains(f.Failed, "exit status 3") || len(f.Samples) > 0 || f.Billed != nil {
			t.Errorf("%s: the broken one: %+v", limits, f)
		}
		for _, want := range []string{"not AWS", "to /next", "INIT", "invocation", "client", "ours / again", "broken failed: "} {
			if !strings.Contains(flat(out), want) {
				t.Errorf("%s: the table does not say %q:\n%s", limits, want, out)
			}
		}
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(line); n > 111 {
				t.Errorf("%s: a line of %d: %s", limits, n, line)
			}
		}
	}
}

// checkCell holds a cell's figures against each other.
func checkCell(t *testing.T, f *report.Result) {
	t.Helper()
	if f.Failed != "" || len(f.Samples) != 2 || f.StartToNext == nil || f.Init == nil || f.Billed == nil || f.Client == nil {
		t.Fatalf("%+v", f)
	}
	for _, s := range f.Samples {
		if s.StartToNext <= 0 || s.Init < s.StartToNext || s.Billed <= s.Init || s.Client <= s.StartToNext {
			t.Errorf("%s: times do not agree: %+v", f.Function, s)
		}
		if n := s.Counted; n != nil && (n.Minor <= 0 || n.Major < 0 || n.Read < 0 || s.MaxMemory <= 0) {
			t.Errorf("%s: %+v, %d bytes of memory", f.Function, *n, s.MaxMemory)
		}
	}
}

// A function that takes too long is a result, in Lambda's words.
func TestColdTimeout(t *testing.T) {
	slow := filepath.Join(t.TempDir(), "slow")
	// It asks for an event by what bash has for sockets; what never asks, Lambda gives ten seconds.
	const script = `#!/bin/bash
exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/:/\/}
printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\n' >&3
exec sleep 60
`
	if err := os.WriteFile(slow, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	status, out, stderr := shell(nil, "cold", "--timeout", "1s", "--rows", "50", "--memory", "128", "-n", "1", "--bootstrap", slow)
	if want := "Sandbox.Timedout: Task timed out after 1.00 seconds, at 128 MB"; status != 0 || !strings.Contains(flat(out), want) {
		t.Errorf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
}

// A function that gives another answer has no times.
func TestColdWrongAnswer(t *testing.T) {
	b := &coldBench{functions: []report.Program{{Name: report.Ours}, {Name: "liar"}}}
	records := &object{}
	c := &coldRun{b, &rig{setting: &b.setting, host: new(sandbox.Host), objects: map[int64]*object{0: records}}}
	one := []report.Sample{{StartToNext: 1, Init: 1, Billed: 2, Client: 2}}
	c.cells = []*cell{
		{rig: c.rig, object: records, function: c.functions[0], memory: 128, samples: one},
		{rig: c.rig, object: records, function: c.functions[1], memory: 128, samples: one, failed: "wrong"},
	}
	r := c.report()
	if r.OK || len(r.Ratios) != 0 || r.Results[0].Billed == nil || r.Results[1].Billed != nil || len(r.Results[1].Samples) != 0 {
		t.Errorf("%+v", r)
	}
	c.cells[1].ok = true // out of memory
	if r := c.report(); !r.OK {
		t.Errorf("%+v", r)
	}
}
