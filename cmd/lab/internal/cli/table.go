package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Table is rows of a label and cells, aligned in columns.
type Table struct {
	Left  bool // cells are aligned left instead of right
	lines []tableLine
}

type tableLine struct {
	label string
	cells []string
	kind  lineKind
}

type lineKind int

const (
	row lineKind = iota
	title
	rule
)

// Row adds a row.
func (t *Table) Row(label string, cells ...string) {
	t.lines = append(t.lines, tableLine{label: label, cells: cells})
}

// Title adds a heading for the rows that follow.
func (t *Table) Title(label string) { t.lines = append(t.lines, tableLine{label: label, kind: title}) }

// Rule adds a line across the table.
func (t *Table) Rule() { t.lines = append(t.lines, tableLine{kind: rule}) }

// gap is the space between two columns.
const gap = 3

// widths returns how wide the labels are, and how wide each column is.
func (t *Table) widths() (label int, columns []int) {
	for _, l := range t.lines {
		if l.kind == row {
			label = max(label, utf8.RuneCountInString(l.label))
		}
		for i, cell := range l.cells {
			if i == len(columns) {
				columns = append(columns, 0)
			}
			columns[i] = max(columns[i], utf8.RuneCountInString(cell))
		}
	}
	return label, columns
}

// shortestLabel is how far labels are cut where a table is wider than the terminal.
const shortestLabel = 12

// Table adds a table. Where it is wider than the terminal, its labels are shortened; where that is
// not enough, its columns are divided among several tables. The cells stay as they are.
func (p *Page) Table(t *Table) {
	label, columns := t.widths()
	cells := 0
	for _, n := range columns {
		cells += gap + n
	}
	switch {
	case p.room == 0:
	case shortestLabel+cells <= p.room:
		label = min(label, p.room-cells)
	default:
		label = min(label, max(shortestLabel, p.room/3))
	}
	for first := 0; ; {
		last, width := first, label
		for last < len(columns) && (last == first || p.room == 0 || width+gap+columns[last] <= p.room) {
			width += gap + columns[last]
			last++
		}
		if first > 0 {
			p.Blank()
		}
		p.part(t, label, columns, first, last, width)
		if first = last; first == len(columns) {
			return
		}
	}
}

// part adds the columns from first to last, width wide together with the labels.
func (p *Page) part(t *Table, label int, columns []int, first, last, width int) {
	for _, l := range t.lines {
		switch l.kind {
		case rule:
			fmt.Fprintf(&p.b, "%s%s%s\n", p.dim, strings.Repeat(p.line, width), p.off)
		case title:
			fmt.Fprintf(&p.b, "%s%s%s\n", p.bold, l.label, p.off)
		case row:
			line := pad(shorten(l.label, label), label, true)
			for i := first; i < min(last, len(l.cells)); i++ {
				line += strings.Repeat(" ", gap) + pad(l.cells[i], columns[i], t.Left)
			}
			p.b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
}

// pad adds spaces up to a width, behind s or before it.
func pad(s string, width int, behind bool) string {
	space := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if behind {
		return s + space
	}
	return space + s
}

// shorten cuts s to a width and ends it with an ellipsis.
func shorten(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}
