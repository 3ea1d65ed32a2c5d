package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/stats"
)

// ladder is a report of three functions: two steps, the second of which is ours, and rust.
func ladder() *Ladder {
	r := &Ladder{Kind: KindLadder, Job: true, Rungs: []Rung{{"a", "a habit", PartSteps}, {Ours, "our function", PartSteps}, {"rust", "peers/rust", PartLanguages}}}
	r.Cold = Cold{Conditions: Conditions{Where: "a test", Cache: "warm"}, Rows: 2000, N: 1, RoundTrip: 5, OK: true}
	for i, rung := range r.Rungs {
		r.Functions = append(r.Functions, Program{Name: rung.Name, Bytes: 1000})
		f := Result{Function: rung.Name, MemoryMB: 128, Samples: []Sample{{Billed: 8 / float64(int(1)<<i)}}}
		f.Summarise()
		r.Results = append(r.Results, f)
	}
	r.SetRatios()
	return r
}

// Each step is how many times the one before it, and everything else how many times ours.
func TestLadderRatios(t *testing.T) {
	r := ladder()
	for _, test := range []struct{ kind, function, want string }{
		{RatioStep, "a", "-"}, {RatioStep, Ours, "0.50 (0.50-0.50)"}, {RatioStep, "rust", "-"},
		{RatioOurs, "a", "2.00 (2.00-2.00)"}, {RatioOurs, Ours, "-"}, {RatioOurs, "rust", "0.50 (0.50-0.50)"},
	} {
		if got := r.ratio(test.kind, &Result{Function: test.function, MemoryMB: 128}); got != test.want {
			t.Errorf("%s of %s: %s, want %s", test.kind, test.function, got, test.want)
		}
	}
}

// The ratios of older reports to ours are read as those of today. Steps have not changed.
func TestOlderLadderRatios(t *testing.T) {
	for text, want := range map[string]LadderRatio{
		`{"kind":"ours","function":"a","memoryMB":128,"value":0.5,"low":0.25,"high":0.8}`:  {RatioOurs, "a", 128, stats.Interval{Value: 2, Low: 1.25, High: 4}},
		`{"kind":"times","function":"a","memoryMB":128,"value":0.5,"low":0.25,"high":0.8}`: {RatioOurs, "a", 128, stats.Interval{Value: 0.5, Low: 0.25, High: 0.8}},
		`{"kind":"step","function":"a","memoryMB":128,"value":0.5,"low":0.25,"high":0.8}`:  {RatioStep, "a", 128, stats.Interval{Value: 0.5, Low: 0.25, High: 0.8}},
	} {
		var got LadderRatio
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

// A ladder that is written and read again is printed in the same way.
func TestLadderFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ladder.json")
	if err := Save(file, ladder()); err != nil {
		t.Fatal(err)
	}
	read, err := ReadLadders([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	want := LadderMarkdown([]*Ladder{ladder()})
	if got := LadderMarkdown(read); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, row := range []string{
		"| a | 0.00 0.00 | 8.00 8.00 | - | - | 1 kB |",
		"| ours | 0.00 0.00 | 4.00 4.00 | 0.50 (0.50-0.50) | - | 1 kB |",
		"| rust | 0.00 0.00 | 2.00 2.00 | 0.50 (0.50-0.50) | - | 1 kB |",
		"- **a** (steps): a habit",
	} {
		if !strings.Contains(want, row+"\n") {
			t.Errorf("no line %q in\n%s", row, want)
		}
	}
	var text strings.Builder
	if err := PrintLadders(cli.NewPage(&text, true), read); err != nil || !strings.Contains(text.String(), "step by step, 2,000 rows, 128 MB, page cache warm") {
		t.Errorf("%v, %s", err, &text)
	}
}

// A file that is no ladder, or not a whole one, is refused.
func TestReadLaddersRefuses(t *testing.T) {
	change := func(f func(*Ladder)) string {
		r := ladder()
		f(r)
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, text := range map[string]string{
		"empty":        "",
		"another kind": change(func(r *Ladder) { r.Kind = KindCold }),
		"no results":   change(func(r *Ladder) { r.Results = nil }),
		"too few":      change(func(r *Ladder) { r.Results = r.Results[1:] }),
		"no rungs":     change(func(r *Ladder) { r.Rungs = nil }),
		"no functions": change(func(r *Ladder) { r.Functions, r.Rungs = nil, nil }),
	} {
		file := filepath.Join(t.TempDir(), "ladder.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadLadders([]string{file}); err == nil || !strings.HasPrefix(err.Error(), file+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
