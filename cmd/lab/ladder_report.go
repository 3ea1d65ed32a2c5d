package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/stats"
)

const kindLadder = "lab ladder"

// ladderReport is what `lab ladder` found.
type ladderReport struct {
	Kind string `json:"kind"`
	coldReport
	Job      bool          `json:"job"`               // the whole job, or the start alone
	Storage  string        `json:"storage,omitempty"` // that the programs were read from
	Rungs    []rung        `json:"rungs"`             // of the functions, in their order
	Left     []string      `json:"left"`
	Compared []ladderRatio `json:"compared"`
}

// A ladderRatio is that of a step to the one before ("step"), or of ours to a function.
type ladderRatio struct {
	Kind     string `json:"kind"`
	Function string `json:"function"`
	MemoryMB int    `json:"memoryMB"`
	stats.Interval
}

func loadLadders(files []string) ([]*ladderReport, error) {
	var out []*ladderReport
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		r := new(ladderReport)
		if err := json.Unmarshal(text, r); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if r.Kind != kindLadder || len(r.Functions) == 0 || len(r.Rungs) != len(r.Functions) || len(r.Cells)%len(r.Functions) != 0 {
			return nil, fmt.Errorf("%s: is not what lab ladder --json writes", file)
		}
		out = append(out, r)
	}
	return out, nil
}

// parts are the tables of a report, in order.
func (r *ladderReport) parts() []grid {
	var out []grid
	n := len(r.Functions)
	for i := 0; i < len(r.Cells); i += n {
		cells := r.Cells[i : i+n]
		if !r.Job {
			out = append(out, r.hello(cells))
			continue
		}
		out = append(out, r.steps(cells), r.languages(cells))
	}
	return out
}

func (r *ladderReport) steps(cells []found) grid {
	g := grid{title: "step by step, " + r.title(cells[0].MemoryMB), columns: []string{"INIT, ms", "INIT + invocation, ms", "by the step before", "peak memory", "program"}}
	for j := range cells {
		if r.Rungs[j].Part == partSteps {
			f := &cells[j]
			g.rows = append(g.rows, []string{f.Function, percentilesText(f.Init), percentilesText(f.Billed), r.ratio("step", f.Function, f.MemoryMB), f.peak(), cli.Size(r.Functions[j].Bytes)})
		}
	}
	return g
}

func (r *ladderReport) languages(cells []found) grid {
	g := grid{title: "languages, " + r.title(cells[0].MemoryMB), columns: []string{"INIT, ms", "INIT + invocation, ms", "ours by it", "peak memory", "program"}}
	for j := range cells {
		if f := &cells[j]; r.Rungs[j].Part == partLanguages || f.Function == ours {
			g.rows = append(g.rows, []string{f.Function, percentilesText(f.Init), percentilesText(f.Billed), r.ratio("ours", f.Function, f.MemoryMB), f.peak(), cli.Size(r.Functions[j].Bytes)})
		}
	}
	return g
}

func (r *ladderReport) hello(cells []found) grid {
	g := grid{title: "start to /next, " + r.title(cells[0].MemoryMB), columns: []string{"ms", "ours by it", "read from storage", "faults, major/minor", "program"}}
	for j := range cells {
		f := &cells[j]
		read, faults := "-", "-"
		if f.ReadBytes != nil {
			read, faults = cli.Size(int64(f.ReadBytes.P50)), fmt.Sprintf("%.0f/%.0f", f.Major.P50, f.Minor.P50)
		}
		g.rows = append(g.rows, []string{f.Function, percentilesText(f.StartToNext), r.ratio("ours", f.Function, f.MemoryMB), read, faults, cli.Size(r.Functions[j].Bytes)})
	}
	return g
}

func (f *found) peak() string {
	if f.MaxMemory == nil {
		return "-"
	}
	return cli.Size(int64(f.MaxMemory.P50))
}

// about is what holds for all tables of a report.
func (r *ladderReport) about() []string {
	first := r.method(fmt.Sprintf("n = %d", r.N))
	if r.Job {
		first = r.method(cli.Thousands(r.Rows)+" rows", fmt.Sprintf("round trip %v ms", r.RoundTrip), fmt.Sprintf("n = %d", r.N))
	}
	return append(append([]string{first}, r.Sandbox...), r.Left...)
}

// failures are the rungs without times.
func (r *ladderReport) failures() []string {
	var out []string
	for _, f := range r.Cells {
		if f.Failed != "" {
			out = append(out, fmt.Sprintf("%s, %d MB: %s", f.Function, f.MemoryMB, f.Failed))
		}
	}
	return out
}

const ladderLegend = "Milliseconds, p50 and p90, p99 from a hundred samples on. Ratios are of medians, with 95% bootstrap intervals: under 1, the first is faster."

func printLadders(p *cli.Page, reports []*ladderReport) error {
	bad := false
	for _, r := range reports {
		for _, line := range r.about() {
			p.Note("%s", line)
		}
		for _, g := range r.parts() {
			p.Blank()
			p.Table(g.table())
		}
		for _, line := range r.failures() {
			p.Bad("%s", line)
		}
		p.Blank()
		bad = bad || !r.OK
	}
	p.Note("%s", ladderLegend)
	if err := p.Flush(); err != nil {
		return err
	}
	if bad {
		return cli.ErrReported
	}
	return nil
}

// writeLadders writes tables and pictures; neither where there is no name.
func writeLadders(reports []*ladderReport, markdown, svg string) error {
	if markdown != "" {
		if err := os.WriteFile(markdown, []byte(ladderMarkdown(reports)), 0o644); err != nil {
			return err
		}
	}
	if svg == "" {
		return nil
	}
	if err := os.MkdirAll(svg, 0o755); err != nil {
		return err
	}
	for _, r := range reports {
		for _, ch := range r.charts() {
			if err := os.WriteFile(filepath.Join(svg, ch.Name+".svg"), drawSVG(ch), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

func ladderMarkdown(reports []*ladderReport) string {
	var b strings.Builder
	b.WriteString("# The ladder, measured\n\nWritten by `lab ladder`; [cold-start.md](cold-start.md) says what it means.\n\n" + ladderLegend + "\n")
	for _, r := range reports {
		parts := r.parts()
		fmt.Fprintf(&b, "\n## %s\n\n", strings.ToUpper(parts[0].title[:1])+parts[0].title[1:])
		for _, line := range append(r.about(), r.failures()...) {
			fmt.Fprintf(&b, "- %s\n", line)
		}
		for _, g := range parts {
			g.markdown(&b)
		}
	}
	b.WriteString("\n## What is what\n\n")
	said := map[string]bool{}
	for _, r := range reports {
		for _, x := range r.Rungs {
			if !said[x.Part+x.Name] {
				said[x.Part+x.Name] = true
				fmt.Fprintf(&b, "- **%s** (%s): %s\n", x.Name, x.Part, x.What)
			}
		}
	}
	return b.String()
}

// charts are the tables as bars: the median, and to p90 a whisker.
func (r *ladderReport) charts() []*barChart {
	var out []*barChart
	n := len(r.Functions)
	rows := "" // in a picture's name, where they are not the usual ones
	if r.Job && r.Rows != 2000 {
		rows = fmt.Sprint(r.Rows)
	}
	for i := 0; i < len(r.Cells); i += n {
		cells := r.Cells[i : i+n]
		notes := r.about()[:1]
		draw := func(name, title, subtitle string, in func(int) bool, of func(*found) *stats.Summary) {
			ch := &barChart{heading: heading{Name: slug("ladder", name, rows, fmt.Sprint(cells[0].MemoryMB), r.Cache, r.Storage), Title: title,
				Subtitle: subtitle, Notes: notes}, Unit: unitMs, Value: "p50", High: "p90"}
			var g barGroup
			for j := range cells {
				f := &cells[j]
				if !in(j) {
					continue
				}
				one := bar{Label: f.Function, Look: ladderLook(f.Function)}
				if s := of(f); s != nil {
					one.Value, one.Low, one.High = s.P50, s.P50, s.P90
				} else {
					one.None = "no times"
				}
				g.Bars = append(g.Bars, one)
			}
			ch.Groups = []barGroup{g}
			out = append(out, ch)
		}
		at := r.title(cells[0].MemoryMB)
		if !r.Job {
			draw("hello", "From exec to GET /next, nothing configured", at+": p50, and a whisker to p90. Less is better.",
				func(int) bool { return true }, func(f *found) *stats.Summary { return f.StartToNext })
			continue
		}
		billed := func(f *found) *stats.Summary { return f.Billed }
		draw("steps", "INIT and first invocation, one habit less at a time", at+": p50, and a whisker to p90. Less is better.",
			func(j int) bool { return r.Rungs[j].Part == partSteps }, billed)
		draw("languages", "Language and architecture apart", at+": INIT and first invocation, p50, and a whisker to p90. Less is better.",
			func(j int) bool { return r.Rungs[j].Part == partLanguages || cells[j].Function == ours }, billed)
	}
	return out
}

// ladderLook tells ours, Go's and Rust's apart by their colours.
func ladderLook(name string) look {
	switch {
	case name == ours:
		return knownLooks[ours]
	case strings.Contains(strings.ToLower(name), "rust"), strings.Contains(name, "lambda_runtime"):
		return knownLooks["rust"]
	}
	return knownLooks["go-sdk"]
}
