package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/stats"
)

func TestSummarise(t *testing.T) {
	r := Result{Samples: []Sample{
		{StartToNext: 1, Init: 2, Billed: 3, Client: 4, MaxMemory: 10, Counted: &Counters{1, 2, 3}, Warm: []float64{5, 6},
			InitCPU: 1, FirstCPU: 2, WarmCPU: []float64{7, 9}, WarmSwitches: []float64{20, 22}},
		{StartToNext: 3, Init: 4, Billed: 5, Client: 6, MaxMemory: 20, Counted: &Counters{3, 4, 5}, Warm: []float64{10},
			InitCPU: 3, FirstCPU: 4, WarmCPU: []float64{8}},
		{StartToNext: 2, Init: 3, Billed: 4, Client: 5, MaxMemory: 15, Counted: &Counters{2, 3, 4}}, // CPU time not known
	}}
	r.Summarise()
	for figure, want := range map[string]float64{FigureStart: 2, FigureInit: 3, FigureBilled: 4, FigureClient: 5, FigureWarm: 6, FigureInitCPU: 2, FigureStartCPU: 5, FigureWarmCPU: 8} {
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
	cells := cellsOf(startColumns([]Result{bare}), &bare)
	if bare.Warm != nil || bare.MaxMemory != nil || bare.Major != nil || bare.InitCPU != nil || strings.Join(cells, " ") != "0.00 0.00 1.00 1.00 0.00 0.00 - -" {
		t.Errorf("%+v, %q", bare, cells)
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
	got := ratios(results, []Program{{Name: Ours}, {Name: "a"}, {Name: "b"}})
	want := []float64{2, 4, 5, 8, 10}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, ratio := range got {
		if ratio.Value != want[i] || ratio.Peer != "a" || !ratio.Few {
			t.Errorf("%+v, want %v", ratio, want[i])
		}
	}
}

// A ratio is read as it was written, and the reciprocal of one of an older report.
func TestRatioFile(t *testing.T) {
	want := Ratio{Peer: "a", MemoryMB: 128, Rows: 2000, RoundTrip: 5, Figure: FigureWarm, Few: true, Interval: stats.Interval{Value: 2, Low: 1.25, High: 4}}
	written, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	const older = `{"peer":"a","memoryMB":128,"rows":2000,"roundTripMs":5,"figure":"warmMs","few":true,"value":0.5,"low":0.25,"high":0.8}`
	for _, text := range []string{string(written), older} {
		var got Ratio
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	if err := json.Unmarshal([]byte(`{"peer":1}`), new(Ratio)); err == nil {
		t.Error("a peer that is a number is read")
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

// A ratio within the interval of the same program again is called no difference; one outside is not,
// nor one of too few starts.
func TestNoDifference(t *testing.T) {
	interval := func(value, low, high float64) stats.Interval {
		return stats.Interval{Value: value, Low: low, High: high}
	}
	functions := []Program{{Name: "f", Path: "x"}, {Name: "f again", Path: "x"}, {Name: "g", Path: "y"}}
	for _, test := range []struct {
		name  string
		noise stats.Interval
		peer  Ratio
		want  bool
	}{
		{"inside", interval(1.02, 0.95, 1.1), Ratio{Interval: interval(1.08, 1.05, 1.12)}, true},
		{"below", interval(1.02, 0.95, 1.1), Ratio{Interval: interval(0.94, 0.9, 1.0)}, false},
		{"above", interval(1.02, 0.95, 1.1), Ratio{Interval: interval(1.11, 1.0, 1.2)}, false},
		{"one counts as inside", interval(1.08, 1.05, 1.1), Ratio{Interval: interval(1.01, 1.0, 1.2)}, true},
		{"few starts", interval(1.02, 0.95, 1.1), Ratio{Interval: interval(1.08, 1.05, 1.12), Few: true}, false},
		{"another figure", interval(1.02, 0.95, 1.1), Ratio{Interval: interval(1.08, 1.05, 1.12), Figure: FigureWarm}, false},
	} {
		test.peer.Peer = "g"
		all := []Ratio{{Peer: "f again", Interval: test.noise}, test.peer}
		markNoDifference(all, functions)
		if all[1].NoDifference != test.want || all[0].NoDifference {
			t.Errorf("%s: %+v", test.name, all)
		}
	}
}

// Each reason is there once, with all places.
func TestFailures(t *testing.T) {
	results := []Result{
		{Function: "a", MemoryMB: 128, Rows: 10, Failed: "it did"},
		{Function: "b", MemoryMB: 128, Rows: 10, Failed: "it did"},
		{Function: "a", MemoryMB: 256, Rows: 10, Failed: "it did"},
		{Function: "a", MemoryMB: 512, Rows: 10, Failed: "in another way"},
		{Function: "c", MemoryMB: 512, Rows: 10},
		{Function: "c", MemoryMB: 512, Rows: 10, Samples: []Sample{{Wrong: "an item"}}},
		{Function: "d", MemoryMB: 128, Rows: 10, Failed: "it did"},
	}
	want := []string{"a, 128, 256 MB: it did", "b, d, 128 MB: it did", "a, 512 MB: in another way", "c, 512 MB: wrong, and timed all the same: an item"}
	if got := Failures(results); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	results = append(results, Result{Function: "a", MemoryMB: 128, Rows: 2000, Failed: "it did"})
	if got, want := Failures(results)[0], "a, 10 rows at 128, 256 MB, 2,000 rows at 128 MB: it did"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
