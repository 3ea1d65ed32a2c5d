package report

import (
	"flag"
	"os"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/published"
)

var update = flag.Bool("update", false, "write the golden files anew")

// example is a report with round figures. Node takes four times as long as ours, and is out
// of memory at 128 MB; rust takes twice as long, and has too few starts for an interval; llrt
// was not built.
func example() *Compare {
	r := &Compare{
		Conditions: Conditions{Where: "a machine of a test", Date: "2026-11-23T05:06:07Z", Machine: "linux/amd64, 2 CPUs",
			Sandbox: []string{"CPU: half of it"}, TLS: true, Cache: "warm", Seed: 1},
		RoundTrips: []float64{5, 0},
		Rows:       []int64{2000},
		Memory:     []int{128, 1769},
		Functions: []Program{{Name: Ours, Path: "o", Bytes: 5_400_000, Zip: 2_300_000, Built: "go1.26.8"}, {Name: OursAgain, Path: "o", Bytes: 5_400_000, Zip: 2_300_000},
			{Name: "node", Path: "n", Bytes: 40, Zip: 214_000, Estimated: true}, {Name: "rust", Path: "r", Bytes: 10_000_000, Zip: 4_380_000, Built: "rustc 1.95.0, static, musl"}},
		LeftOut:   []LeftOut{{"llrt", "not built", "peers/llrt/build.sh"}},
		Budget:    900,
		Took:      431,
		Planned:   70,
		Published: published.Results(),
		OK:        true,
	}
	for _, trip := range r.RoundTrips {
		for _, memory := range r.Memory {
			for i, function := range r.Functions {
				f := Result{Function: function.Name, MemoryMB: memory, Rows: 2000, RoundTrip: trip}
				if function.Name == "node" && memory == 128 {
					f.Failed = "Runtime.OutOfMemory: signal: killed"
					r.Results = append(r.Results, f)
					continue
				}
				starts := 6
				if function.Name == "rust" {
					starts = 2
				}
				for k := range starts {
					ms := (20 + trip + float64(k)) * 1769 / float64(memory) * []float64{1, 1, 4, 2}[i]
					f.Samples = append(f.Samples, Sample{StartToNext: ms / 4, Init: ms / 4, Billed: ms, Client: ms + 1,
						MaxMemory: 10_000_000 * int64(i+1), Counted: &Counters{Minor: 900}, Warm: []float64{ms / 2, ms/2 + 1},
						InitCPU: ms / 8, FirstCPU: ms / 9, WarmCPU: []float64{ms / 10, ms / 11}, WarmSwitches: []float64{20, 22}})
				}
				f.Summarise()
				r.Done += starts
				r.Results = append(r.Results, f)
			}
		}
	}
	r.SetRatios()
	return r
}

func TestCompare(t *testing.T) {
	r := example()
	var text strings.Builder
	if err := r.Print(cli.NewPage(&text, true)); err != nil {
		t.Fatal(err)
	}
	for file, got := range map[string]string{"testdata/compare.txt": text.String(), "testdata/compare.md": r.Markdown()} {
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; go test ./cmd/lab/internal/report -run Compare -update writes it anew:\n%s", file, got)
		}
	}
}

// A memory size that was skipped is in no table, and said once for all functions.
func TestCompareSkipped(t *testing.T) {
	r := example()
	var before, after strings.Builder
	if err := r.Print(cli.NewPage(&before, true)); err != nil {
		t.Fatal(err)
	}
	r.Memory = append(r.Memory, 5000)
	for _, trip := range r.RoundTrips {
		for _, f := range r.Functions {
			r.Results = append(r.Results, Result{Function: f.Name, MemoryMB: 5000, Rows: 2000, RoundTrip: trip, Failed: "skipped"})
		}
	}
	if err := r.Print(cli.NewPage(&after, true)); err != nil {
		t.Fatal(err)
	}
	const line = "  ours, ours again, node, rust, 5000 MB: skipped\n"
	if got := strings.Replace(after.String(), line, "", 1); got != before.String() || got == after.String() {
		t.Errorf("not the same but for one line:\n%s", &after)
	}
}
