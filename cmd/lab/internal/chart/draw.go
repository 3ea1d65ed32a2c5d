package chart

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Margins and line heights of all charts.
const (
	margin      = 16
	titleLead   = 22
	noteLead    = 16
	textInside  = drawWidth - 2*margin
	afterHead   = 10
	beforeNotes = 14
)

// drawSVG draws a chart as a file of its own, with heading, style sheet and notes.
func drawSVG(ch chart) []byte {
	h := ch.head()
	c := new(canvas)
	y := c.lines("title", margin, margin+titleSize, textInside, titleSize, titleLead, h.Title)
	y = c.lines("note", margin, y-2, textInside, noteSize, noteLead, h.Subtitle)
	y = ch.draw(c, y-noteSize+afterHead) + beforeNotes
	for _, note := range slices.Concat(h.Notes, h.Missing) {
		y = c.lines("note", margin, y+noteSize, textInside, noteSize, noteLead, note) - noteSize
	}
	return assemble(h, c, y+margin-4, describe(ch), styleSheet())
}

// drawInline draws a chart for the page, which has the style sheet and the table.
func drawInline(ch chart) []byte {
	c := new(canvas)
	h := ch.head()
	return assemble(h, c, ch.draw(c, margin)+margin, h.Subtitle+" The table holds the numbers.", "")
}

// assemble returns the document around what was drawn. Told is its text for readers who cannot
// see it.
func assemble(h *heading, c *canvas, height float64, told, style string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="lab-chart" role="img" width="%d" height="%s" viewBox="0 0 %[1]d %[2]s" aria-labelledby="%s-title %[3]s-desc">`+"\n",
		drawWidth, px(height), escape(h.Name))
	fmt.Fprintf(&b, "<title id=\"%s-title\">%s</title>\n<desc id=\"%[1]s-desc\">%[3]s</desc>\n", escape(h.Name), escape(h.Title), escape(told))
	if style != "" { // the page has the ground, too, and shows at its edges that there is more
		fmt.Fprintf(&b, "<style>\n%s</style>\n", style)
		fmt.Fprintf(&b, `<rect class="ground" width="%d" height="%s" rx="6"/>`+"\n", drawWidth, px(height))
	}
	b.Write(c.b.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// describe returns a chart's table as sentences.
func describe(ch chart) string {
	var b strings.Builder
	b.WriteString(ch.head().Subtitle)
	t := ch.table()
	for _, g := range t.Groups {
		if g.Label != "" {
			fmt.Fprintf(&b, "\n%s.", g.Label)
		}
		for _, row := range g.Rows {
			var cells []string
			for i, cell := range row {
				switch {
				case i == 0 || cell == "":
				case len(row) > 2 && t.Head[i] != "":
					cells = append(cells, t.Head[i]+" "+cell)
				default:
					cells = append(cells, cell)
				}
			}
			fmt.Fprintf(&b, "\n%s: %s.", row[0], strings.Join(cells, ", "))
		}
	}
	return b.String()
}

// tickLabels writes the labels of an axis that have room, those at both ends first.
func (s *scale) tickLabels(c *canvas, y float64, label func(float64) string) {
	type placed struct{ from, to float64 }
	var taken []placed
	try := func(v float64) {
		at, half := s.at(v), textWidth(label(v), tickSize)/2+3
		for _, p := range taken {
			if at-half < p.to && at+half > p.from {
				return
			}
		}
		taken = append(taken, placed{at - half, at + half})
		c.text("tick mid", at, y, label(v))
	}
	if n := len(s.ticks); n > 0 {
		try(s.ticks[0])
		try(s.ticks[n-1])
		for _, v := range s.ticks[1:n] {
			try(v)
		}
	}
}

// wide reports whether values differ so much that small ones could not be seen on a linear scale.
func wide(values []float64) bool {
	const much = 30
	low, high := 0.0, 0.0
	for i, v := range values {
		if v <= 0 {
			return false
		}
		if i == 0 {
			low, high = v, v
		}
		low, high = min(low, v), max(high, v)
	}
	return high > much*low
}
