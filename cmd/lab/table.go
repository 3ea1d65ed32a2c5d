package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// table is lines of a label and cells, aligned in columns.
type table struct {
	style *style
	left  bool // cells begin at their column's left instead of ending at its right
	lines []tableLine
}

type tableLine struct {
	label string
	cells []string
	kind  byte // 0, or 't' for a title, 'r' for a rule
}

func (t *table) row(label string, cells []string) {
	t.lines = append(t.lines, tableLine{label: label, cells: cells})
}
func (t *table) title(label string) { t.lines = append(t.lines, tableLine{label: label, kind: 't'}) }
func (t *table) rule()              { t.lines = append(t.lines, tableLine{kind: 'r'}) }

func (t *table) print(b *strings.Builder) {
	const gap = 3
	var widths []int
	first, total := 0, 0
	for _, l := range t.lines {
		first = max(first, utf8.RuneCountInString(l.label))
		for i, cell := range l.cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	total = first
	for _, n := range widths {
		total += gap + n
	}
	for _, l := range t.lines {
		switch l.kind {
		case 'r':
			fmt.Fprintf(b, "%s%s%s\n", t.style.dim, strings.Repeat(t.style.line, total), t.style.off)
			continue
		case 't':
			fmt.Fprintf(b, "%s%s%s\n", t.style.bold, l.label, t.style.off)
			continue
		}
		line := pad(l.label, first, true)
		for i, cell := range l.cells {
			line += strings.Repeat(" ", gap) + pad(cell, widths[i], t.left)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

func pad(s string, width int, left bool) string {
	space := strings.Repeat(" ", width-utf8.RuneCountInString(s))
	if left {
		return s + space
	}
	return space + s
}
