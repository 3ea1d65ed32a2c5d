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
	for _, rows := range r.Rows {
		c := chapter{title: cli.Thousands(rows) + " rows"}
		for sizes := range slices.Chunk(r.Memory, sizesPerTable) {
			for _, figure := range []string{FigureBilled, FigureWarm} {
				for _, trip := range r.RoundTrips {
					c.tables = append(c.tables, r.bySize(figure, rows, trip, sizes))
				}
			}
		}
		out = append(out, c)
	}
	return append(out, r.packages(), r.elsewhere())
}

// bySize returns one figure of all functions, by memory size: the median, how many times ours
// it is, and the interval of that.
func (r *Compare) bySize(figure string, rows int64, trip float64, sizes []int) table {
	name := "INIT + first invocation"
	if figure == FigureWarm {
		name = "warm invocation"
	}
	t := table{title: fmt.Sprintf("%s, round trip %v ms", name, trip)}
	for _, memory := range sizes {
		t.columns = append(t.columns, fmt.Sprintf("%d MB", memory), "times ours, 95%")
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
					times = timesOurs(&ratio)
				}
			}
			row = append(row, median, times)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// timesOurs writes the reciprocal of a ratio, with its interval.
func timesOurs(r *Ratio) string {
	out := cli.ThreeDigits(1 / r.Value)
	if !r.Few {
		out += fmt.Sprintf(" (%s-%s)", cli.ThreeDigits(1/r.High), cli.ThreeDigits(1/r.Low))
	}
	return out
}

// packages returns the sizes of the deployment packages, and the functions' peak memory.
func (r *Compare) packages() chapter {
	t := table{columns: []string{"zip", "program"}}
	largest := r.Memory[len(r.Memory)-1]
	for _, rows := range r.Rows {
		t.columns = append(t.columns, cli.Thousands(rows)+" rows")
	}
	for _, function := range r.Functions {
		row := []string{function.Name, cli.Size(function.Zip), cli.Size(function.Bytes)}
		for _, rows := range r.Rows {
			row = append(row, r.result(function.Name, largest, rows, r.RoundTrips[0]).peak())
		}
		t.rows = append(t.rows, row)
	}
	return chapter{title: fmt.Sprintf("Deployment package, and peak memory at %d MB", largest), tables: []table{t}}
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
	c := chapter{title: "Every figure", notes: []string{"Milliseconds, p50 and p90, and p99 where there are a hundred values; memory, reads and faults at p50."}}
	for same := range slices.Chunk(r.Results, len(r.Functions)) {
		first := same[0]
		t := table{title: fmt.Sprintf("%s rows, %d MB, round trip %v ms", cli.Thousands(first.Rows), first.MemoryMB, first.RoundTrip), columns: []string{"starts"}}
		for _, figure := range StartFigures {
			t.columns = append(t.columns, strings.TrimSpace(figure.line1+" "+figure.line2))
		}
		t.columns = append(t.columns, "peak memory", "read from storage", "faults, major/minor", "warm invocation")
		for _, f := range same {
			t.rows = append(t.rows, append(append([]string{f.Function, fmt.Sprint(len(f.Samples))}, f.cells()...), percentiles(f.Warm)))
		}
		c.tables = append(c.tables, t)
	}
	return c
}
