package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/ladder"
	"reduction/cmd/lab/internal/report"
)

func TestLadderCommandLine(t *testing.T) {
	for _, test := range []refusal{
		{"ladder --memory 64", 2, `invalid value "64" for --memory`},
		{"ladder --cache hot --bootstrap main.go --peers /nowhere", 1, "main.go: not a program"},
		{"ladder --bootstrap /nowhere/bootstrap", 1, "/nowhere/bootstrap: no such file"},
		{"ladder /nowhere/ladder.json", 1, "/nowhere/ladder.json: no such file"},
		{"ladder go.mod main.go", 1, "no such file"},
		{"ladder internal/published/published.json", 1, "is not what lab ladder --json writes"},
		{"ladder --only nobody", 1, `--only "nobody"`},
	} {
		test.check(t)
	}
}

// The start of our own function, and a report that is written and read again.
func TestLadder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the start of a process is measured on Linux only")
	}
	bootstrap := labtest.Bootstrap(t)
	dir := t.TempDir()
	file, markdown := filepath.Join(dir, "hello.json"), filepath.Join(dir, "ladder.md")
	status, out, stderr := shell(nil, "ladder", "--plain", "--unlimited", "-n", "2", "--memory", "128", "--bootstrap", bootstrap, "--peers", dir, "--json", file)
	if status != 0 || stderr != "" || !strings.Contains(out, "left out: rust, SDK") || !strings.Contains(out, "start to /next, 128 MB") {
		t.Fatalf("status %d: %s%s", status, stderr, out)
	}
	var r report.Ladder
	read(t, file, &r)
	if !r.OK || r.Kind != report.KindLadder || len(r.Results) != 1 || len(r.Results[0].Samples) != 2 || r.Results[0].Samples[0].StartToNext <= 0 {
		t.Fatalf("%+v", r)
	}
	if status, out, stderr := shell(nil, "ladder", "--plain", "--markdown", markdown, "--svg", dir, file); status != 0 {
		t.Fatalf("status %d: %s%s", status, stderr, out)
	}
	if text, err := os.ReadFile(markdown); err != nil || !strings.Contains(string(text), "| ours |") {
		t.Errorf("%v, %s", err, text)
	}
	if _, err := os.Stat(filepath.Join(dir, "ladder-hello-128-warm.svg")); err != nil {
		t.Error(err)
	}
}

// The help names every step.
func TestLadderHelp(t *testing.T) {
	_, help, _ := shell(nil, "help", "ladder")
	steps := ladder.Steps()
	for _, name := range steps {
		if !strings.Contains(help, "\n  "+name+" ") {
			t.Errorf("the help does not name %q", name)
		}
	}
	if len(steps) < 10 {
		t.Errorf("%d steps: %q", len(steps), steps)
	}
}
