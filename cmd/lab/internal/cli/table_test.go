package cli

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	table := &Table{}
	table.Row("", "one", "two")
	table.Rule()
	table.Title("Title")
	table.Row("  naïve", "1", "20000")
	const want = "" +
		"          one     two\n" +
		"---------------------\n" +
		"Title\n" +
		"  naïve     1   20000\n"
	if got := text(func(p *Page) { p.Table(table) }); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	table.Left = true
	const left = "" +
		"          one   two\n" +
		"---------------------\n" +
		"Title\n" +
		"  naïve   1     20000\n"
	if got := text(func(p *Page) { p.Table(table) }); got != left {
		t.Errorf("got\n%swant\n%s", got, left)
	}
}

// A table wider than the terminal has shorter labels, and then fewer columns side by side.
func TestTableFitsTerminal(t *testing.T) {
	table := &Table{}
	table.Row("  a function with a long name", "12.5 13.1", "380")
	table.Row("  ours", "9.1 9.9", "1")
	for _, test := range []struct {
		room int
		want string
	}{
		{0, "  a function with a long name   12.5 13.1   380\n  ours                            9.1 9.9     1\n"},
		{47, "  a function with a long name   12.5 13.1   380\n  ours                            9.1 9.9     1\n"},
		{40, "  a function with a l…   12.5 13.1   380\n  ours                     9.1 9.9     1\n"},
		{62, "  a function with a long name   12.5 13.1   380\n  ours                            9.1 9.9     1\n"},
		{30, "  a functio…   12.5 13.1   380\n  ours           9.1 9.9     1\n"},
		{29, "  a functio…   12.5 13.1\n  ours           9.1 9.9\n\n  a functio…   380\n  ours           1\n"},
		{10, "  a functio…   12.5 13.1\n  ours           9.1 9.9\n\n  a functio…   380\n  ours           1\n"},
	} {
		var b strings.Builder
		p := NewPage(&b, true)
		p.room = test.room
		p.Table(table)
		p.Flush()
		if b.String() != test.want {
			t.Errorf("%d columns:\n%swant\n%s", test.room, &b, test.want)
		}
	}
}

// A table without columns is its labels.
func TestTableOfLabels(t *testing.T) {
	table := new(Table)
	table.Row("one")
	table.Rule()
	table.Row("three")
	if got := text(func(p *Page) { p.Table(table) }); got != "one\n-----\nthree\n" {
		t.Errorf("%q", got)
	}
}
