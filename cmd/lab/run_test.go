package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

// The whole job: the real binary as a child process, over TLS, every item.
func TestRun(t *testing.T) {
	bootstrap := labtest.Bootstrap(t)

	status, out, stderr := shell(nil, "run", "--rows", "2000", "--warm", "3", "--bootstrap", bootstrap, "--json")
	if status != 0 || stderr != "" {
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	var r report.Run
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Runs) != 1 || !r.OK || r.MemoryMB != measure.MemoryMB {
		t.Fatalf("%+v", r)
	}
	s := r.Runs[0]
	if s.Rows != 2000 || s.Groups < 390 || s.Items != 4*s.Groups || len(s.Warm) != 3 || len(s.Wrong) != 0 || len(s.Sample) == 0 {
		t.Errorf("%+v", s)
	}
	for name, ms := range map[string]float64{"startToReadyMs": s.StartToReady, "initMs": s.Init, "firstAnswerMs": s.FirstAnswer, "warmMinMs": s.WarmMin, "warmMedianMs": s.WarmMedian} {
		if ms <= 0 {
			t.Errorf("%s is %v", name, ms)
		}
	}
	if s.FirstAnswer < s.StartToReady || s.WarmMedian < s.WarmMin {
		t.Errorf("times do not agree: %+v", s)
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
	checkWidth(t, out, bootstrap)
}

// checkWidth fails for lines longer than a terminal should need, except those with a path.
func checkWidth(t *testing.T, out, path string) {
	t.Helper()
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(line); n > 111 && !strings.Contains(line, path) {
			t.Errorf("a line of %d: %s", n, line)
		}
	}
}

// A program that is no Lambda function fails the run; it does not hang.
func TestRunOfSomethingElse(t *testing.T) {
	status, out, stderr := shell(nil, "run", "--rows", "10", "--bootstrap", labtest.Script(t, "exit 3"))
	if status != 1 || out != "" || !regexp.MustCompile(`^lab run: 10 rows: the function failed: `).MatchString(stderr) {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
}

// A function that says less than it should, and writes nothing, is found out.
func TestRunOfLiar(t *testing.T) {
	status, out, stderr := shell(nil, "run", "--rows", "10", "--warm", "1", "--bootstrap", labtest.Liar(t))
	if status != 1 || stderr != "" {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
	for _, want := range []string{"WRONG", "10 rows, differences from the reference: 22", "an item that is missing", "the response does not report 10 rows"} {
		if !strings.Contains(labtest.Flat(out), want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
	}
}
