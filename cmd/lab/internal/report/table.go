package report

import (
	"strings"

	"reduction/cmd/lab/internal/cli"
)

// A table has a form for the terminal and one for Markdown.
type table struct {
	title   string
	columns []string
	rows    [][]string // the first cell is the row's name
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
