package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"reduction/cmd/lab/internal/report"
)

// builtForTest builds the function and returns its path.
func builtForTest(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.Command("go", "build", "-o", path, "reduction/bootstrap")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building bootstrap: %v\n%s", err, out)
	}
	// As make zip leaves it: compressing takes longer than what is tested.
	if err := os.WriteFile(path+".zip", make([]byte, 1_000_000), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The main job end to end: the real binary as a child process, over TLS, every item.
func TestRun(t *testing.T) {
	bootstrap := builtForTest(t)

	status, out, stderr := shell(nil, "run", "--rows", "2000", "--warm", "3", "--bootstrap", bootstrap, "--json")
	if status != 0 || stderr != "" {
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	var r report.Run
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Runs) != 1 || !r.OK || r.MemoryMB != defaultMemory {
		t.Fatalf("%+v", r)
	}
	f := r.Runs[0]
	if f.Rows != 2000 || f.Groups < 390 || f.Items != 4*f.Groups || len(f.Warm) != 3 || len(f.Wrong) != 0 || len(f.Sample) == 0 {
		t.Errorf("%+v", f)
	}
	for name, ms := range map[string]float64{"startToReadyMs": f.StartToReady, "initMs": f.Init, "firstAnswerMs": f.FirstAnswer, "warmMinMs": f.WarmMin, "warmMedianMs": f.WarmMedian} {
		if ms <= 0 {
			t.Errorf("%s is %v", name, ms)
		}
	}
	if f.FirstAnswer < f.StartToReady || f.WarmMedian < f.WarmMin {
		t.Errorf("times do not agree: %+v", f)
	}

	status, out, stderr = shell(nil, "run", "--rows", "0", "--warm", "0", "--bootstrap", bootstrap)
	if status != 0 || stderr != "" {
		t.Fatalf("no rows: status %d, stderr %s, stdout %s", status, stderr, out)
	}
	for _, want := range []string{"not AWS", "start to ready", "INIT", "first answer", "peak memory", "all right"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("colours where there is no terminal")
	}
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(line); n > 101 && !strings.Contains(line, bootstrap) {
			t.Errorf("a line of %d: %s", n, line)
		}
	}
}

// A program that is no Lambda function fails the run; it does not hang.
func TestRunOfSomethingElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	status, out, stderr := shell(nil, "run", "--rows", "10", "--bootstrap", path)
	if status != 1 || out != "" || !regexp.MustCompile(`^lab run: 10 rows: the function failed: `).MatchString(stderr) {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
}
