package compare

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// config returns the settings of a short run of our function alone.
func config(t *testing.T) *Config {
	t.Helper()
	c := &Config{Functions: measure.Functions{Path: labtest.Bootstrap(t)}, Rows: []int64{100}, Memory: []int{256}, RoundTrips: []time.Duration{0}, N: 3, Warm: 1, Budget: time.Hour}
	c.Settings = measure.Settings{Options: sandbox.Options{Unlimited: true}, Certificates: measure.CertificatesECDSA, Roots: "bundle", Cache: measure.CacheWarm, Seed: 1, Timeout: measure.LongestTimeout}
	return c
}

func TestKeepOnly(t *testing.T) {
	c := &Config{Only: "c,a", functions: []report.Program{{Name: report.Ours}, {Name: report.OursAgain}, {Name: "a"}, {Name: "b"}, {Name: "c"}}}
	if err := c.keepOnly(); err != nil || len(c.functions) != 4 || c.functions[2].Name != "a" || c.functions[3].Name != "c" {
		t.Errorf("%v, %v", c.functions, err)
	}
}

// A package that holds the program, and nothing else, is the one whose size counts.
func TestPackage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dist")
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	program, more := write("bootstrap", "a program"), write("lib/more", "a library")
	check := func(name, what string, estimated bool) {
		t.Helper()
		p := report.Program{Name: name, Path: program}
		if err := weighOne(&p, nil); err != nil {
			t.Fatal(err)
		}
		if p.Estimated != estimated || p.Zip == 0 {
			t.Errorf("%s: %+v", what, p)
		}
		if info, err := os.Stat(dir + ".zip"); !estimated && (err != nil || p.Zip != info.Size()) {
			t.Errorf("%s: %d bytes, %v", what, p.Zip, err)
		}
	}
	check("peer", "no package", true)
	labtest.Zip(t, dir+".zip", program, more)
	check("peer", "a package of the folder", false)
	check(report.Ours, "a package with more than the program", true)
	write("lib/more", "a librarY")
	check("peer", "a package of another build", true)
	labtest.Zip(t, dir+".zip", program)
	check(report.Ours, "a package of the program", false)
	check("peer", "a package without a file", true)
	if err := os.WriteFile(dir+".zip", []byte("no zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	check("peer", "something else", true)
}

// A package that was not made yet is compressed. The sum depends on names and contents.
func TestWeigh(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write("bootstrap", strings.Repeat("a program ", 1000))
	functions := []report.Program{{Name: "a", Path: filepath.Join(dir, "bootstrap")}, {Name: "a again", Path: filepath.Join(dir, "bootstrap")}}
	weighed := func() report.Program {
		if err := weigh(functions, nil); err != nil {
			t.Fatal(err)
		}
		return functions[0]
	}
	first := weighed()
	if functions[1].Zip != first.Zip || functions[1].Sum != first.Sum {
		t.Errorf("%+v", functions)
	}
	if first.Zip < 100 || first.Zip > 1000 || len(first.Sum) != 64 {
		t.Errorf("%+v", first)
	}
	write("more", "data")
	if second := weighed(); second.Sum == first.Sum || second.Zip <= first.Zip {
		t.Errorf("%+v, with more data %+v", first, second)
	}
	known := []report.Program{{Name: "a", Sum: functions[0].Sum, Zip: 7}}
	if err := weigh(functions, known); err != nil || functions[0].Zip != 7 {
		t.Errorf("%+v is weighed again, %v", functions[0], err)
	}
}

// If the time is up before anything was tried, the report says so, and nothing is all right.
func TestNoTime(t *testing.T) {
	c := config(t)
	c.Budget = 1
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	r, err := Measure(t.Context(), c, new(cli.Status))
	if err != nil || r.OK || r.Done != 0 || len(r.Results) != 2 || r.Results[0].Failed != "not measured: the time was up" {
		t.Errorf("%+v, %v", r, err)
	}
}

// A run that is interrupted has a report of what was measured, and a journal to go on from.
func TestInterrupted(t *testing.T) {
	c := config(t)
	c.File = filepath.Join(t.TempDir(), "c.json")
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	j, err := c.openJournal(new(cli.Status))
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRun(c, j, new(cli.Status))
	if err != nil {
		t.Fatal(err)
	}
	// The context ends while the third start that counts is measured.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := r.try(ctx); err != nil {
		t.Fatal(err)
	}
	r.copyTrials()
	r.plan = []planned{{Starts: 3, Warm: 1, Each: 1e-9}, {Starts: 3, Warm: 1, Each: 1e-9}}
	if err := j.write(entry{Plan: r.plan}); err != nil {
		t.Fatal(err)
	}
	for n := range r.bench.Targets {
		sample, err := r.bench.Targets[n].Take(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.note(&started{Target: n, Sample: sample}); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if _, err := r.bench.Targets[0].Take(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := r.bench.End(ctx, nil); !errors.Is(err, measure.ErrInterrupted) {
		t.Errorf("%v", err)
	}
	j.close()

	c.Resume = true
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	out, err := Measure(t.Context(), c, new(cli.Status))
	if err != nil || !out.OK || out.Done != 6 || out.Planned != 6 || len(out.Results[0].Samples) != 3 {
		t.Errorf("%+v, %v", out, err)
	}

	// A run that is interrupted before its plan says that, too.
	c.Resume = false
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Measure(cancelled, c, new(cli.Status)); !errors.Is(err, measure.ErrInterrupted) || !strings.Contains(err.Error(), "before the first start that counts; --resume goes on") {
		t.Errorf("%v", err)
	}
}

// A journal that is not whole is refused, and not written over.
func TestReadJournalRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty":   "",
		"no run":  "{\"seconds\":1}\n",
		"no JSON": "{\"run\":{}}\nhello\n",
	} {
		file := filepath.Join(t.TempDir(), "c.jsonl")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readJournal(file); err == nil || !strings.HasPrefix(err.Error(), file+": ") {
			t.Errorf("%s: %v", name, err)
		}
		if now, _ := os.ReadFile(file); string(now) != text {
			t.Errorf("%s: the journal is %q", name, now)
		}
	}
}
