package cli

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// text returns what a page without a terminal holds.
func text(add func(p *Page)) string {
	var b strings.Builder
	p := NewPage(&b, false)
	add(p)
	p.Flush()
	return b.String()
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		s           string
		first, rest int
		want        []string
	}{
		{"", 10, 10, []string{""}},
		{"one two three", 20, 20, []string{"one two three"}},
		{"one two three", 13, 13, []string{"one two three"}},
		{"one two three", 12, 12, []string{"one two", "three"}},
		{"one two three four", 13, 5, []string{"one two three", "four"}},
		{"one two three four", 3, 9, []string{"one", "two three", "four"}},
		{"unbreakable is whole", 4, 4, []string{"unbreakable", "is", "whole"}},
		{"é é é", 3, 3, []string{"é é", "é"}},
		{"a  b", 9, 9, []string{"a  b"}},
		{"one", -1, -1, []string{"one"}},
	} {
		if got := wrap(test.s, test.first, test.rest); !slices.Equal(got, test.want) {
			t.Errorf("%q in %d and %d: %q, want %q", test.s, test.first, test.rest, got, test.want)
		}
	}
}

// However long the name of a machine's processor is, no line is longer than the page is wide.
func TestPageWraps(t *testing.T) {
	const machine = "linux/amd64, 64 CPUs, Intel(R) Xeon(R) Platinum 8488C Processor with a long name @ 2.80GHz"
	got := text(func(p *Page) {
		p.Heading("A heading")
		p.Note("2,000 rows, 90 kB; TLS; round trip 5 ms; page cache warm; n = 20; %s", machine)
		p.Bad("  node failed: %s\n  second line", machine+", "+machine)
	})
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > textWidth {
			t.Errorf("a line of %d columns: %q", n, line)
		}
	}
	const want = `A heading
2,000 rows, 90 kB; TLS; round trip 5 ms; page cache warm; n = 20; linux/amd64, 64 CPUs, Intel(R)
  Xeon(R) Platinum 8488C Processor with a long name @ 2.80GHz
  node failed: linux/amd64, 64 CPUs, Intel(R) Xeon(R) Platinum 8488C Processor with a long name @
    2.80GHz, linux/amd64, 64 CPUs, Intel(R) Xeon(R) Platinum 8488C Processor with a long name @
    2.80GHz
  second line
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestProse(t *testing.T) {
	got := text(func(p *Page) {
		p.Prose("\nOne\ntwo.\n\n  as  it is\n\tthis, too\nThree\n" + strings.Repeat("four ", 29) + "four\n")
	})
	want := "One two.\n\n  as  it is\n\tthis, too\nThree" + strings.Repeat(" four", 19) + "\n" + strings.Repeat("four ", 10) + "four\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestDefinitions(t *testing.T) {
	got := text(func(p *Page) {
		p.Definitions([][2]string{{"  --a N", "short"}, {"  --much-longer", strings.Repeat("word ", 20) + "end"}})
	})
	want := "  --a N           short\n" +
		"  --much-longer   " + strings.TrimSpace(strings.Repeat("word ", 16)) + "\n" +
		strings.Repeat(" ", 18) + strings.TrimSpace(strings.Repeat("word ", 4)) + " end\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestStyles(t *testing.T) {
	coloured := style{bold: "<b>", dim: "<d>", good: "<g>", bad: "<x>", off: "</>", line: "="}
	var b strings.Builder
	p := &Page{w: &b, wrap: 9, style: coloured}
	p.Heading("Head")
	p.Text("text")
	p.Note("one two three")
	p.Good("yes")
	p.Bad("no")
	p.Table(&Table{lines: []tableLine{{label: "T", kind: title}, {kind: rule}, {label: "row"}}})
	p.Flush()
	const want = "<b>Head</>\ntext\n<d>one two</>\n<d>  three</>\n<g>yes</>\n<x>no</>\n<b>T</>\n<d>===</>\nrow\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
}
