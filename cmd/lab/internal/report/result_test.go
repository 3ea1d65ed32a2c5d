package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSummarise(t *testing.T) {
	r := Result{Samples: []Sample{
		{StartToNext: 1, Init: 2, Billed: 3, Client: 4, MaxMemory: 10, Counted: &Counters{1, 2, 3}, Warm: []float64{5, 6}},
		{StartToNext: 3, Init: 4, Billed: 5, Client: 6, MaxMemory: 20, Counted: &Counters{3, 4, 5}, Warm: []float64{10}},
	}}
	r.Summarise()
	for figure, want := range map[string]float64{FigureStart: 2, FigureInit: 3, FigureBilled: 4, FigureClient: 5, FigureWarm: 6} {
		if s := r.Summary(figure); s == nil || s.P50 != want {
			t.Errorf("%s: %+v, want %v", figure, s, want)
		}
	}
	if r.MaxMemory.P50 != 15 || r.Minor.P50 != 2 || r.Major.P50 != 3 || r.ReadBytes.P50 != 4 {
		t.Errorf("%+v", r)
	}
	if r.Summary("another") != nil {
		t.Error("a figure that does not exist has a summary")
	}
	bare := Result{Samples: []Sample{{Billed: 1}}}
	bare.Summarise()
	if bare.Warm != nil || bare.MaxMemory != nil || bare.Major != nil || strings.Join(bare.cells(), " ") != "0.00 0.00 0.00 0.00 1.00 1.00 0.00 0.00 - - -" {
		t.Errorf("%+v, %q", bare, bare.cells())
	}
}

func TestWrong(t *testing.T) {
	r := Result{Samples: []Sample{{}, {Wrong: "an item is missing"}}}
	if got := r.Wrong(); !strings.HasSuffix(got, ": an item is missing") {
		t.Errorf("%q", got)
	}
	if got := (&Result{Samples: []Sample{{}}}).Wrong(); got != "" {
		t.Errorf("%q", got)
	}
}

// The ratios of a function are those of every figure; without samples on one side there are none.
func TestRatios(t *testing.T) {
	results := []Result{
		{Function: Ours, MemoryMB: 128, Samples: []Sample{{StartToNext: 1, Init: 1, Billed: 1, Client: 1, Warm: []float64{1}}}},
		{Function: "a", MemoryMB: 128, Samples: []Sample{{StartToNext: 2, Init: 4, Billed: 5, Client: 8, Warm: []float64{10}}}},
		{Function: "b", MemoryMB: 128, Failed: "it did"},
	}
	got := ratios(results, 3)
	want := []float64{0.5, 0.25, 0.2, 0.125, 0.1}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, ratio := range got {
		if ratio.Value != want[i] || ratio.Peer != "a" || !ratio.Few {
			t.Errorf("%+v, want %v", ratio, want[i])
		}
	}
}

// Paths below the working folder are written relative to it.
func TestProgramPath(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(here, "dist", "bootstrap"): "dist/bootstrap",
		filepath.Join(here, "..", "bootstrap"):   filepath.Join(filepath.Dir(here), "bootstrap"),
	} {
		text, err := json.Marshal(Program{Path: path})
		var p Program
		if err != nil || json.Unmarshal(text, &p) != nil || p.Path != want {
			t.Errorf("%s: %s, %v", path, text, err)
		}
	}
}

func TestSlug(t *testing.T) {
	for want, words := range map[string][]string{
		"ours-again-128":    {"ours again", "128"},
		"hello-our-runtime": {"hello, our runtime", ""},
		"":                  {"--"},
	} {
		if got := Slug(words...); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}
