package chart

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
)

// A file that is no report, or not a whole one, is refused with its name and the reason.
func TestWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, test := range map[string]struct{ text, says string }{
		"empty.json":     {"", "is not JSON"},
		"text.json":      {"hello", "is not JSON"},
		"list.json":      {"[1,2]", "is no report of lab's: the JSON has another form"},
		"object.json":    {"{}", "is no report of lab cold, tune, compare, ladder or run"},
		"kind.json":      {`{"kind":"lab dance"}`, `its kind is "lab dance"; expected one of "lab cold"`},
		"none.json":      {`{"kind":"lab cold"}`, "holds no figures"},
		"failed.json":    {`{"kind":"lab cold","cells":[{"function":"x","memoryMB":128,"samples":[]}]}`, "holds no figures"},
		"nosizes.json":   {`{"kind":"lab tune","sizes":[]}`, "holds no figures"},
		"wrong.json":     {`{"kind":"lab cold","cells":7}`, "does not read as what it says it is"},
		"uneven.json":    {`{"power_tuning":[{"strategy":"x","memory_mb":[1,2],"mean_duration_ms":[1],"mean_cost_usd":[]}]}`, "as many times and costs as memory sizes"},
		"nomemory.json":  {`{"stateMachine":{},"stats":[{"value":0,"averageDuration":1}]}`, "a memory size of 0 MB"},
		"huge.json":      {`{"stateMachine":{},"stats":[{"value":1,"averageDuration":1e300}]}`, "the number 1e+300 is not a measured one"},
		"ladder.json":    {`{"kind":"lab ladder","cells":[{}],"functions":[{}]}`, "a rung for each function"},
		"negative.json":  {`{"kind":"lab bars","groups":[{"bars":[{"label":"a","look":-1}]}]}`, `bar "a": its look is negative`},
		"kindless.json":  {`{"kind":7}`, "is no report of lab's"},
		"truncated.json": {`{"kind":"lab cold","cells":[{`, "is not JSON"},
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(test.text), 0o644); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		err := Write(&out, []string{file}, &Options{SVG: filepath.Join(dir, "out")})
		if err == nil || out.Len() > 0 || !strings.HasPrefix(err.Error(), file+": ") || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, output %q; want %q", name, err, &out, test.says)
		}
	}
	if err := Write(new(strings.Builder), []string{"/nowhere/at/all.json"}, &Options{SVG: dir}); err == nil || !strings.Contains(err.Error(), "/nowhere/at/all.json") {
		t.Errorf("%v", err)
	}
}

// Reports are drawn as they are written by the other commands.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for name, report := range map[string]any{
		"cold": sampleCold([]string{report.Ours, "rust"}, []int{128}, false), "tune": sampleTune(report.Ours, 256, 512), "compare": sampleCompare(),
		"run": sampleRun(), "ladder": sampleLadder(), "tool": sampleTune(report.Ours, 256).PowerTuning, "others": published.Results(),
	} {
		data, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name+".json")
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	var out strings.Builder
	if err := Write(&out, files, &Options{SVG: filepath.Join(dir, "svg"), HTML: filepath.Join(dir, "page.html"), Published: true}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	written := map[string]bool{}
	for _, line := range lines {
		file, _, _ := strings.Cut(line, "  ")
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
		written[file] = true
	}
	if len(written) != len(lines) || len(written) < 15 {
		t.Errorf("%d files for %d lines: %v", len(written), len(lines), written)
	}
}

func TestWriteLadders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "svg")
	if err := WriteLadders(dir, []*report.Ladder{sampleLadder()}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ladder-steps-128-warm.svg", "ladder-languages-128-warm.svg", "ladder-steps-cpu-128-warm.svg", "ladder-languages-cpu-128-warm.svg"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
