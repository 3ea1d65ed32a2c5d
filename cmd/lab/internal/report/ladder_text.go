package report

import (
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
)

// tables returns the tables of a report.
func (r *Ladder) tables() []table {
	var out []table
	for same := range slices.Chunk(r.Results, len(r.Functions)) {
		if r.Job {
			out = append(out, r.steps(same), r.languages(same))
		} else {
			out = append(out, r.hello(same))
		}
	}
	for i := range out {
		out[i].dropEmpty(cpuOfBoth)
		out[i].dropEmpty(cpuOfInit)
	}
	return out
}

// The columns that a report may lack: older ones have no CPU time.
const (
	cpuOfBoth = "CPU of both, ms"
	cpuOfInit = "CPU, ms"
)

func (r *Ladder) steps(results []Result) table {
	t := table{title: "step by step, " + r.Title(results[0].MemoryMB), columns: jobColumns("times the step before")}
	for i := range results {
		if r.Rungs[i].Part == PartSteps {
			t.rows = append(t.rows, r.jobRow(i, &results[i], RatioStep))
		}
	}
	return t
}

func (r *Ladder) languages(results []Result) table {
	t := table{title: "languages, " + r.Title(results[0].MemoryMB), columns: jobColumns("times ours")}
	for i := range results {
		if r.Rungs[i].Part == PartLanguages || results[i].Function == Ours {
			t.rows = append(t.rows, r.jobRow(i, &results[i], RatioOurs))
		}
	}
	return t
}

// jobColumns and jobRow are the columns of functions that do the whole job.
func jobColumns(ratio string) []string {
	return []string{"INIT, ms", "INIT + invocation, ms", ratio, cpuOfBoth, "peak memory", "program"}
}

func (r *Ladder) jobRow(i int, f *Result, ratio string) []string {
	return []string{f.Function, percentiles(f.Init), percentiles(f.Billed), r.ratio(ratio, f), percentiles(f.StartCPU), f.peak(), cli.Size(r.Functions[i].Bytes)}
}

func (r *Ladder) hello(results []Result) table {
	t := table{title: "start to /next, " + r.Title(results[0].MemoryMB), columns: []string{"ms", "times ours", cpuOfInit, "read from storage", "faults, major/minor", "program"}}
	for i := range results {
		f := &results[i]
		t.rows = append(t.rows, []string{f.Function, percentiles(f.StartToNext), r.ratio(RatioOurs, f), percentiles(f.InitCPU), f.read(), f.faults(), cli.Size(r.Functions[i].Bytes)})
	}
	return t
}

// About returns what applies to all tables of a report, a line each.
func (r *Ladder) About() []string {
	method := r.Method(fmt.Sprintf("n = %d", r.N))
	if r.Job {
		method = r.Method(cli.Thousands(r.Rows)+" rows", fmt.Sprintf("round trip %v ms", r.RoundTrip), fmt.Sprintf("n = %d", r.N))
	}
	return slices.Concat([]string{method}, r.Sandbox, r.LeftOut)
}

const ladderLegend = "Milliseconds, p50 and p90, p99 from a hundred samples on. Ratios are of medians, with 95% bootstrap intervals: over 1, the function takes longer than what it is compared with."

// PrintLadders writes reports as text.
func PrintLadders(p *cli.Page, reports []*Ladder) error {
	for _, r := range reports {
		for _, line := range r.About() {
			p.Note("%s", line)
		}
		for _, t := range r.tables() {
			p.Blank()
			p.Text("%s", t.title)
			p.Table(t.text())
		}
		for _, line := range Failures(r.Results) {
			p.Bad("%s", line)
		}
		p.Blank()
	}
	p.Note("%s", ladderLegend)
	return p.Flush()
}

// LadderMarkdown returns reports as one page of Markdown.
func LadderMarkdown(reports []*Ladder) string {
	var b strings.Builder
	b.WriteString("# The ladder, measured\n\nWritten by `lab ladder`; [cold-start.md](cold-start.md) says what it means.\n\n" + ladderLegend + "\n")
	for _, r := range reports {
		tables := r.tables()
		title := tables[0].title
		fmt.Fprintf(&b, "\n## %s\n\n", strings.ToUpper(title[:1])+title[1:])
		for _, line := range append(r.About(), Failures(r.Results)...) {
			fmt.Fprintf(&b, "- %s\n", line)
		}
		for _, t := range tables {
			t.markdown(&b)
		}
	}
	b.WriteString("\n## What is what\n\n")
	said := map[string]bool{}
	for _, r := range reports {
		for _, rung := range r.Rungs {
			if !said[rung.Part+rung.Name] {
				said[rung.Part+rung.Name] = true
				fmt.Fprintf(&b, "- **%s** (%s): %s\n", rung.Name, rung.Part, rung.What)
			}
		}
	}
	return b.String()
}
