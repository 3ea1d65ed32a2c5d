package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// A Page collects the output of a command and writes it at once. Text is wrapped at the width
// of the terminal; colours are used only where a person sees them.
type Page struct {
	w    io.Writer
	wrap int // the columns that text gets
	room int // the columns that a table gets; 0 is any number
	style
	b strings.Builder
}

// textWidth is the number of columns that text is wrapped at: longer lines are hard to read.
const textWidth = 100

// NewPage returns an empty page. A plain one has no colours.
func NewPage(w io.Writer, plain bool) *Page {
	p := &Page{w: w, wrap: textWidth, room: terminalWidth(w), style: newStyle(w, plain)}
	if p.room > 0 {
		p.wrap = min(p.wrap, p.room)
	}
	return p
}

// A style is the escape sequences of a terminal; all are empty where no person looks, or where
// the person wants no colour.
type style struct {
	bold, dim, good, bad, off string
	line                      string // what a rule is made of
}

func newStyle(w io.Writer, plain bool) style {
	if plain || !IsTerminal(w) || dumb() {
		return style{line: "-"}
	}
	if os.Getenv("NO_COLOR") != "" { // no-color.org
		return style{line: "─"}
	}
	return style{bold: "\x1b[1m", dim: "\x1b[2m", good: "\x1b[32m", bad: "\x1b[31m", off: "\x1b[m", line: "─"}
}

// Heading adds a line in bold.
func (p *Page) Heading(format string, args ...any) { p.paragraph(p.bold, format, args) }

// Text adds text.
func (p *Page) Text(format string, args ...any) { p.paragraph("", format, args) }

// Note adds text of less importance, dimmed.
func (p *Page) Note(format string, args ...any) { p.paragraph(p.dim, format, args) }

// Good adds text that says what is right.
func (p *Page) Good(format string, args ...any) { p.paragraph(p.good, format, args) }

// Bad adds text that says what is wrong.
func (p *Page) Bad(format string, args ...any) { p.paragraph(p.bad, format, args) }

// Blank adds an empty line.
func (p *Page) Blank() { p.b.WriteByte('\n') }

// Prose adds paragraphs with blank lines between them. Their line ends do not count, except in
// lines that begin with a space or a tab: those stay as they are.
func (p *Page) Prose(text string) {
	paragraph := ""
	end := func() {
		if paragraph != "" {
			for _, line := range wrap(paragraph, p.wrap, p.wrap) {
				p.b.WriteString(line + "\n")
			}
		}
		paragraph = ""
	}
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		if line == "" || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			end()
			p.b.WriteString(line + "\n")
			continue
		}
		paragraph = strings.TrimLeft(paragraph+" "+line, " ")
	}
	end()
}

func (p *Page) paragraph(colour, format string, args []any) {
	text := fmt.Sprintf(format, args...)
	off := p.off
	if colour == "" {
		off = ""
	}
	for line := range strings.SplitSeq(text, "\n") {
		indent := leadingSpaces(line)
		for i, part := range wrap(line[indent:], p.wrap-indent, p.wrap-indent-hanging) {
			margin := indent
			if i > 0 {
				margin += hanging
			}
			fmt.Fprintf(&p.b, "%s%s%s%s\n", colour, strings.Repeat(" ", margin), part, off)
		}
	}
}

// hanging is by how much the further lines of a paragraph are indented, so that one can see
// where the next begins.
const hanging = 2

func leadingSpaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// wrap breaks s at spaces into lines of at most first columns, then of at most rest. A word
// that is longer has a line of its own: cut in two it could not be copied.
func wrap(s string, first, rest int) []string {
	var out []string
	line, room := "", first
	for word := range strings.SplitSeq(s, " ") {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > room:
			out, line, room = append(out, line), word, rest
		default:
			line += " " + word
		}
	}
	return append(out, line)
}

// narrowest is the least width of a column of text, however narrow the terminal is.
const narrowest = 20

// Definitions adds two columns: terms, and what they mean. The second is wrapped.
func (p *Page) Definitions(lines [][2]string) {
	width := 0
	for _, l := range lines {
		width = max(width, utf8.RuneCountInString(l[0]))
	}
	width += gap
	room := max(p.wrap-width, narrowest)
	for _, l := range lines {
		term := l[0]
		for _, part := range wrap(l[1], room, room) {
			p.b.WriteString(pad(term, width, true) + part + "\n")
			term = ""
		}
	}
}

// Flush writes the page.
func (p *Page) Flush() error {
	_, err := io.WriteString(p.w, p.b.String())
	p.b.Reset()
	return err
}
