package main

import (
	"fmt"
	"strings"

	"reduction/cmd/lab/internal/cli"
)

// markdown is the report for a file: what the terminal shows, and then every cell with all
// its figures.
func (r *compareReport) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Ours and others\n\nOn %s. %s\n\n", r.Where, r.Date)
	for _, note := range append(r.notes(), r.legend()...) {
		fmt.Fprintf(&b, "- %s\n", note)
	}
	for _, c := range append(r.chapters(), r.details()) {
		fmt.Fprintf(&b, "\n## %s\n", c.title)
		for _, note := range c.notes {
			fmt.Fprintf(&b, "\n%s\n", note)
		}
		for _, g := range c.grids {
			g.markdown(&b)
		}
	}
	if missing := r.missing(); len(missing) > 0 {
		b.WriteString("\n## Left out, failed or wrong\n\n")
		for _, line := range missing {
			fmt.Fprintf(&b, "- %s\n", line)
		}
	}
	return b.String()
}

func (g *grid) markdown(b *strings.Builder) {
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	line := func(cells []string) {
		for _, text := range cells {
			b.WriteString("| " + cell.Replace(text) + " ")
		}
		b.WriteString("|\n")
	}
	b.WriteString("\n")
	line(append([]string{g.title}, g.columns...))
	b.WriteString("|:--" + strings.Repeat("|--:", len(g.columns)) + "|\n")
	for _, row := range g.rows {
		line(row)
	}
}

// details are the four figures of a start and the fifth of what follows, cell by cell.
func (r *compareReport) details() chapter {
	c := chapter{title: "Every figure", notes: []string{"Milliseconds, p50 and p90, and p99 where there are a hundred values; memory, reads and faults at p50."}}
	for i := 0; i < len(r.Cells); i += len(r.Functions) {
		f := r.Cells[i]
		g := grid{title: fmt.Sprintf("%s rows, %d MB, round trip %v ms", cli.Thousands(f.Rows), f.MemoryMB, f.RoundTrip), columns: []string{"starts"}}
		for _, figure := range coldFigures {
			g.columns = append(g.columns, strings.TrimSpace(figure.first+" "+figure.second))
		}
		g.columns = append(g.columns, "peak memory", "read from storage", "faults, major/minor", "warm invocation")
		for _, f := range r.Cells[i : i+len(r.Functions)] {
			g.rows = append(g.rows, append(append([]string{f.Function, fmt.Sprint(len(f.Samples))}, f.cells()...), percentilesText(f.Warm)))
		}
		c.grids = append(c.grids, g)
	}
	return c
}
