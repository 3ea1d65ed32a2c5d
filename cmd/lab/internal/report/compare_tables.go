package report

import (
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
)

// A chapter is the tables under one heading.
type chapter struct {
	title  string
	notes  []string
	tables []table
}

// sizesPerTable is how many memory sizes a table has next to each other, to fit a terminal.
const sizesPerTable = 3

// chapters returns the report's tables.
func (r *Compare) chapters() []chapter {
	var out []chapter
	measured := r.measuredSizes()
	for _, rows := range r.Rows {
		c := chapter{title: r.inputTitle(rows)}
		for sizes := range slices.Chunk(measured, sizesPerTable) {
			for _, figure := range []string{FigureBilled, FigureWarm} {
				for _, trip := range r.RoundTrips {
					c.tables = append(c.tables, r.bySize(figure, rows, trip, sizes))
				}
			}
			for _, figure := range []string{FigureStartCPU, FigureWarmCPU} {
				if t := r.bySize(figure, rows, r.RoundTrips[0], sizes); t.hasValues() {
					c.tables = append(c.tables, t)
				}
			}
		}
		out = append(out, c)
	}
	out = append(out, r.packages(measured))
	if r.Published != nil {
		out = append(out, r.elsewhere())
	}
	return out
}

// measuredSizes returns the memory sizes at which something was measured.
func (r *Compare) measuredSizes() []int {
	return slices.DeleteFunc(slices.Clone(r.Memory), func(memory int) bool {
		return !slices.ContainsFunc(r.Results, func(f Result) bool { return f.MemoryMB == memory && len(f.Samples) > 0 })
	})
}

// inputTitle says what the functions were given.
func (r *Compare) inputTitle(rows int64) string {
	if r.Event != "" {
		return "Event " + r.Event
	}
	return cli.Thousands(rows) + " rows"
}

// figureTitles are the titles of tables by memory size.
var figureTitles = map[string]string{
	FigureBilled:   "INIT + first invocation",
	FigureWarm:     "warm invocation",
	FigureStartCPU: "CPU time of INIT + first invocation",
	FigureWarmCPU:  "CPU time of a warm invocation",
}

// bySize returns one figure of all functions, by memory size: the median, how many times the first
// function's it is, and the interval of that.
func (r *Compare) bySize(figure string, rows int64, trip float64, sizes []int) table {
	t := table{title: fmt.Sprintf("%s, round trip %v ms", figureTitles[figure], trip)}
	for _, memory := range sizes {
		t.columns = append(t.columns, fmt.Sprintf("%d MB", memory), "times "+r.Functions[0].Name)
	}
	for _, function := range r.Functions {
		row := []string{function.Name}
		for _, memory := range sizes {
			median, times := "-", ""
			f := r.result(function.Name, memory, rows, trip)
			if s := f.Summary(figure); s != nil {
				median = cli.ThreeDigits(s.P50)
				if n := len(f.Samples); n < FewStarts {
					median += fmt.Sprintf(" (%d)", n)
				}
			}
			for _, ratio := range r.Ratios {
				if ratio.Peer == function.Name && ratio.MemoryMB == memory && ratio.Rows == rows && ratio.RoundTrip == trip && ratio.Figure == figure {
					times = ratio.text()
				}
			}
			row = append(row, median, times)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// packages returns the sizes of the deployment packages, and the functions' peak memory at the
// largest of the sizes.
func (r *Compare) packages(sizes []int) chapter {
	c := chapter{title: "Deployment package"}
	t := table{columns: []string{"zip", "program"}}
	for _, function := range r.Functions {
		t.rows = append(t.rows, []string{function.Name, function.zipText(), cli.Size(function.Bytes)})
	}
	if len(sizes) > 0 {
		largest := sizes[len(sizes)-1]
		c.title = fmt.Sprintf("Deployment package, and peak memory at %d MB", largest)
		for _, rows := range r.Rows {
			column := "peak memory"
			if len(r.Rows) > 1 {
				column = r.inputTitle(rows)
			}
			t.columns = append(t.columns, column)
			for i, function := range r.Functions {
				t.rows[i] = append(t.rows[i], r.result(function.Name, largest, rows, r.RoundTrips[0]).peak())
			}
		}
	}
	c.tables = []table{t}
	if slices.ContainsFunc(r.Functions, func(f Program) bool { return f.Estimated }) {
		c.notes = append(c.notes, "About: there is no zip of this very program, so lab compressed its files; make zip makes ours.")
	}
	for i, f := range r.Functions {
		if f.Built != "" && i != 1 { // the second is the first again
			c.notes = append(c.notes, fmt.Sprintf("%s: %s", f.Name, f.Built))
		}
	}
	return c
}

// elsewhere returns what others measured, of the files that were measured here, too.
func (r *Compare) elsewhere() chapter {
	p := r.Published
	c := chapter{title: "Measured elsewhere, by others: on AWS, in " + p.Region,
		notes: []string{p.Source + ".", "Mean milliseconds of AWS Lambda Power Tuning, on " + p.Architecture + "; LLRT's costs are of x86_64. Their implementations, not these."}}
	for _, rows := range r.Rows {
		t := table{title: cli.Thousands(rows) + " rows"}
		for _, tuning := range p.PowerTuning {
			if tuning.Rows != rows {
				continue
			}
			row := []string{tuning.Strategy}
			t.columns = t.columns[:0]
			for i, ms := range tuning.MeanMs {
				t.columns = append(t.columns, fmt.Sprintf("%d MB", tuning.MemoryMB[i]))
				row = append(row, fmt.Sprintf("%.0f", ms))
			}
			t.rows = append(t.rows, row)
		}
		if len(t.rows) > 0 {
			c.tables = append(c.tables, t)
		}
	}
	t := table{title: "cold start, as they call it", columns: []string{"512 MB"}}
	for _, tuning := range p.PowerTuning {
		if ms, ok := p.ColdStarts[tuning.Strategy]; ok && !slices.ContainsFunc(t.rows, func(row []string) bool { return row[0] == tuning.Strategy }) {
			t.rows = append(t.rows, []string{tuning.Strategy, fmt.Sprintf("%.0f", ms)})
		}
	}
	c.tables = append(c.tables, t)
	return c
}

// details returns every figure of every result.
func (r *Compare) details() chapter {
	c := chapter{title: "Every figure", notes: []string{"Milliseconds, p50 and p90, and p99 where there are a hundred values; memory, reads, faults and context switches at p50."}}
	for same := range slices.Chunk(r.Results, len(r.Functions)) {
		first := same[0]
		t := table{title: fmt.Sprintf("%s rows, %d MB, round trip %v ms", cli.Thousands(first.Rows), first.MemoryMB, first.RoundTrip), columns: []string{"starts"}}
		columns := append(startColumns(same),
			column{"warm", "invocation", FigureWarm, func(f *Result) string { return percentiles(f.Warm) }},
			column{"its", "CPU", FigureWarmCPU, func(f *Result) string { return percentiles(f.WarmCPU) }},
			column{"its context", "switches", "", (*Result).switches})
		for _, col := range columns {
			t.columns = append(t.columns, strings.TrimSpace(col.line1+" "+col.line2))
		}
		for i := range same {
			f := &same[i]
			t.rows = append(t.rows, append([]string{f.Function, fmt.Sprint(len(f.Samples))}, cellsOf(columns, f)...))
		}
		c.tables = append(c.tables, t)
	}
	return c
}
