package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/sandbox"
)

var update = flag.Bool("update", false, "write the golden files anew")

// made is a report with round figures: node at twice, then four times ours' time; rust, with
// too few starts, the same; out of memory at 128 MB, and a rival that was not built.
func made() *compareReport {
	r := &compareReport{
		conditions: conditions{Where: "a machine of a test", Date: "2026-11-23T05:06:07Z", Machine: "linux/amd64, 2 CPUs",
			Sandbox: []string{"CPU: half of it"}, TLS: true, Cache: cacheWarm, Seed: 1},
		RoundTrips: []float64{5, 0},
		Rows:       []int64{2000},
		Memory:     []int{128, 1769},
		Functions: []program{{Name: ours, Bytes: 5_400_000, Zip: 2_300_000}, {Name: oursAgain, Bytes: 5_400_000, Zip: 2_300_000},
			{Name: "node", Bytes: 40, Zip: 214_000}, {Name: "rust", Bytes: 10_000_000, Zip: 4_380_000}},
		LeftOut:   []leftOut{{"llrt", "not built: there is no peers/llrt/dist/bootstrap", "peers/llrt/build.sh"}},
		Budget:    900,
		Took:      431,
		Planned:   70,
		Published: published.Results(),
		OK:        true,
	}
	rig := &rig{host: new(sandbox.Host)}
	for _, trip := range []float64{5, 0} {
		for _, memory := range r.Memory {
			for i, function := range r.Functions {
				x := &cell{rig: rig, function: function, memory: memory, object: &object{rows: 2000}}
				starts := 6
				if function.Name == "rust" {
					starts = 2
				}
				if function.Name == "node" && memory == 128 {
					x.failed, x.ok = "Runtime.OutOfMemory: signal: killed, at 128 MB", true
					starts = 0
				}
				for k := range starts {
					ms := (20 + trip + float64(k)) * 1769 / float64(memory) * []float64{1, 1, 4, 2}[i]
					x.samples = append(x.samples, coldSample{StartToNext: ms / 4, Init: ms / 4, Billed: ms, Client: ms + 1,
						MaxMemory: 10_000_000 * int64(i+1), Counted: &sandbox.Counters{Minor: 900}, Warm: []float64{ms / 2, ms/2 + 1}})
				}
				f := x.found()
				f.RoundTrip = trip
				r.Done += starts
				r.Cells = append(r.Cells, f)
			}
		}
	}
	r.compare()
	return r
}

func TestCompareReport(t *testing.T) {
	r := made()
	var text strings.Builder
	if err := r.print(cli.NewPage(&text, true)); err != nil {
		t.Fatal(err)
	}
	for file, got := range map[string]string{"testdata/compare.txt": text.String(), "testdata/compare.md": r.markdown()} {
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
			t.Errorf("%s is not what it was; go test ./cmd/lab -run CompareReport -update writes it anew:\n%s", file, got)
		}
	}
}
