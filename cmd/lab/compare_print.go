package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/stats"
)

// A grid is a table of the report, for the terminal and for Markdown alike.
type grid struct {
	title   string
	columns []string
	rows    [][]string // the first cell is the row's name
}

// A chapter is what belongs under one heading.
type chapter struct {
	title string
	notes []string
	grids []grid
}

// sizesSide is how many memory sizes stand side by side where a line is to fit a terminal.
const sizesSide = 3

// chapters are the report's tables.
func (r *compareReport) chapters() []chapter {
	var out []chapter
	for _, rows := range r.Rows {
		c := chapter{title: cli.Thousands(rows) + " rows"}
		for sizes := range slices.Chunk(r.Memory, sizesSide) {
			for _, figure := range []string{"initAndInvocationMs", warmFigure} {
				for _, trip := range r.RoundTrips {
					c.grids = append(c.grids, r.grid(figure, rows, trip, sizes))
				}
			}
		}
		out = append(out, c)
	}
	return append(out, r.packages(), r.elsewhere())
}

// figureTitles are what the figures of the grids are called.
var figureTitles = map[string]string{
	"initAndInvocationMs": "INIT + first invocation",
	warmFigure:            "warm invocation",
}

// grid is one figure of all functions, by memory size: the median, how many times ours it is,
// and the interval of that.
func (r *compareReport) grid(figure string, rows int64, trip float64, sizes []int) grid {
	g := grid{title: fmt.Sprintf("%s, round trip %v ms", figureTitles[figure], trip)}
	for _, memory := range sizes {
		g.columns = append(g.columns, fmt.Sprintf("%d MB", memory), "times ours, 95%")
	}
	for _, function := range r.Functions {
		row := []string{function.Name}
		for _, memory := range sizes {
			cells := []string{"-", ""}
			f := r.cell(function.Name, memory, rows, trip)
			if s := f.of(figure); s != nil {
				cells[0] = cli.ThreeDigits(s.P50)
				if n := len(f.Samples); n < fewStarts {
					cells[0] += fmt.Sprintf(" (%d)", n)
				}
			}
			for _, ratio := range r.Ratios {
				if ratio.Peer == function.Name && ratio.MemoryMB == memory && ratio.Rows == rows && ratio.RoundTrip == trip && ratio.Figure == figure {
					cells[1] = cli.ThreeDigits(1 / ratio.Value)
					if !ratio.Few {
						cells[1] += fmt.Sprintf(" (%s-%s)", cli.ThreeDigits(1/ratio.High), cli.ThreeDigits(1/ratio.Low))
					}
				}
			}
			row = append(row, cells...)
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// cell returns a cell of the report; there is one for each function, size, file and trip.
func (r *compareReport) cell(function string, memory int, rows int64, trip float64) *found {
	i := slices.IndexFunc(r.Cells, func(f found) bool {
		return f.Function == function && f.MemoryMB == memory && f.Rows == rows && f.RoundTrip == trip
	})
	return &r.Cells[i]
}

func (f *found) of(figure string) *stats.Summary {
	if figure == warmFigure {
		return f.Warm
	}
	for _, c := range coldFigures {
		if c.name == figure {
			return *c.summary(f)
		}
	}
	return nil
}

// packages is the deployment packages, and what the functions need of memory.
func (r *compareReport) packages() chapter {
	g := grid{columns: []string{"zip", "program"}}
	largest := r.Memory[len(r.Memory)-1]
	for _, rows := range r.Rows {
		g.columns = append(g.columns, cli.Thousands(rows)+" rows")
	}
	for _, function := range r.Functions {
		row := []string{function.Name, cli.Size(function.Zip), cli.Size(function.Bytes)}
		for _, rows := range r.Rows {
			memory := "-"
			if f := r.cell(function.Name, largest, rows, r.RoundTrips[0]); f.MaxMemory != nil {
				memory = cli.Size(int64(f.MaxMemory.P50))
			}
			row = append(row, memory)
		}
		g.rows = append(g.rows, row)
	}
	return chapter{title: fmt.Sprintf("Deployment package, and peak memory at %d MB", largest), grids: []grid{g}}
}

// elsewhere is what others measured, of the files that were measured here too.
func (r *compareReport) elsewhere() chapter {
	p := r.Published
	c := chapter{title: "Measured elsewhere, by others: on AWS, in " + p.Region,
		notes: []string{p.Source + ".", "Mean milliseconds of AWS Lambda Power Tuning, on " + p.Architecture + "; LLRT's costs are of x86_64. Their implementations, not these."}}
	for _, rows := range r.Rows {
		g := grid{title: cli.Thousands(rows) + " rows"}
		for _, t := range p.PowerTuning {
			if t.Rows != rows {
				continue
			}
			row := []string{t.Strategy}
			g.columns = g.columns[:0]
			for i, ms := range t.MeanMs {
				g.columns = append(g.columns, fmt.Sprintf("%d MB", t.MemoryMB[i]))
				row = append(row, fmt.Sprintf("%.0f", ms))
			}
			g.rows = append(g.rows, row)
		}
		if len(g.rows) > 0 {
			c.grids = append(c.grids, g)
		}
	}
	g := grid{title: "cold start, as they call it", columns: []string{"512 MB"}}
	for _, t := range p.PowerTuning {
		if ms, ok := p.ColdStarts[t.Strategy]; ok && !slices.ContainsFunc(g.rows, func(row []string) bool { return row[0] == t.Strategy }) {
			g.rows = append(g.rows, []string{t.Strategy, fmt.Sprintf("%.0f", ms)})
		}
	}
	c.grids = append(c.grids, g)
	return c
}

// notes say what all of it is, a line each.
func (r *compareReport) notes() []string {
	notes := []string{fmt.Sprintf("%s; page cache %s; %s; seed %d", transport(r.TLS), r.Cache, r.Machine, r.Seed)}
	notes = append(notes, r.conditions.notes()...)
	done := fmt.Sprintf("%s starts of %s planned, in %s of %s", cli.Thousands(int64(r.Done)), cli.Thousands(int64(r.Planned)), cli.RoughTime(r.Took), cli.RoughTime(r.Budget))
	if r.Done < r.Planned {
		done += ": the rest was not measured"
	}
	return append(notes, done)
}

// legend explains the grids.
func (r *compareReport) legend() []string {
	out := []string{
		"Medians in milliseconds; (n) is how many starts, where they are too few for an interval of 95%.",
		"Times ours: their median by ours; over 1, ours is faster. What \"ours again\" differs by is noise.",
	}
	if slices.Contains(r.RoundTrips, 0) && len(r.RoundTrips) > 1 {
		out = append(out, "Round trip 0 ms: the same measured again without the emulated latency, not a subtraction;",
			fmt.Sprintf("not where a start takes more than %d round trips, of which it makes some twenty.", manyTrips))
	}
	return out
}

// missing says why functions have no times, or times that do not count, each reason once.
func (r *compareReport) missing() []string {
	var out []string
	for _, l := range r.LeftOut {
		out = append(out, fmt.Sprintf("%s is left out, %s; %s builds it", l.Name, l.Why, l.Build))
	}
	for _, f := range r.Cells {
		if why := f.Failed + f.wrong(); why != "" && f.RoundTrip == r.RoundTrips[0] {
			what, _, _ := strings.Cut(why, "\n")
			out = append(out, fmt.Sprintf("%s, %s rows, %d MB: %s", f.Function, cli.Thousands(f.Rows), f.MemoryMB, what))
		}
	}
	return out
}

func (r *compareReport) print(p *cli.Page) error {
	p.Heading("Ours and others, on %s", r.Where)
	for _, note := range append(r.notes(), r.legend()...) {
		p.Note("%s", note)
	}
	for _, c := range r.chapters() {
		p.Blank()
		p.Heading("%s", c.title)
		for _, note := range c.notes {
			p.Note("%s", note)
		}
		for i, g := range c.grids {
			if i > 0 {
				p.Blank()
			}
			if g.title != "" {
				p.Text("%s", g.title)
			}
			g.title = ""
			p.Table(g.table())
		}
	}
	if missing := r.missing(); len(missing) > 0 {
		p.Blank()
		p.Heading("Left out, failed or wrong")
		for _, line := range missing {
			p.Bad("  %s", line)
		}
	}
	if r.OK && r.Done > 0 {
		p.Blank()
		p.Good("Every item of every invocation is what the reference says.")
	}
	return p.Flush()
}

// table is the grid for a terminal.
func (g *grid) table() *cli.Table {
	t := new(cli.Table)
	t.Row(g.title, g.columns...)
	t.Rule()
	for _, row := range g.rows {
		t.Row("  "+row[0], row[1:]...)
	}
	return t
}

// saveMarkdown writes the tables to a file; none where there is no name.
func (r *compareReport) saveMarkdown(file string) error {
	if file == "" {
		return nil
	}
	return os.WriteFile(file, []byte(r.markdown()), 0o644)
}
