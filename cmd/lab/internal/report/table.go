package report

import (
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
)

// A table has a form for the terminal and one for Markdown.
type table struct {
	title   string
	columns []string
	rows    [][]string // the first cell is the row's name
}

// hasValues reports whether any cell is a value.
func (t *table) hasValues() bool {
	return slices.ContainsFunc(t.rows, func(row []string) bool {
		return slices.ContainsFunc(row[1:], func(cell string) bool { return cell != "-" && cell != "" })
	})
}

// dropEmpty removes a column if it has no value.
func (t *table) dropEmpty(column string) {
	at := slices.Index(t.columns, column)
	if at < 0 || slices.ContainsFunc(t.rows, func(row []string) bool { return row[1+at] != "-" }) {
		return
	}
	t.columns = slices.Delete(t.columns, at, at+1)
	for i, row := range t.rows {
		t.rows[i] = slices.Delete(row, 1+at, 2+at)
	}
}

// text returns the table, without its title, for a terminal.
func (t *table) text() *cli.Table {
	out := new(cli.Table)
	out.Row("", t.columns...)
	out.Rule()
	for _, row := range t.rows {
		out.Row("  "+row[0], row[1:]...)
	}
	return out
}

func (t *table) markdown(b *strings.Builder) {
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	line := func(cells []string) {
		for _, text := range cells {
			b.WriteString("| " + cell.Replace(text) + " ")
		}
		b.WriteString("|\n")
	}
	b.WriteString("\n")
	line(append([]string{t.title}, t.columns...))
	b.WriteString("|:--" + strings.Repeat("|--:", len(t.columns)) + "|\n")
	for _, row := range t.rows {
		line(row)
	}
}
