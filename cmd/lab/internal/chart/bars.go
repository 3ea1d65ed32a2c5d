package chart

import (
	"strings"

	"reduction/cmd/lab/internal/report"
)

// A barChart draws horizontal bars from zero, in groups, with whiskers for their spread. With
// Dots it draws marks on a logarithmic scale: for ratios, and for values so far apart that the
// bars of the small ones could not be seen. It can be read from JSON of the kind kindBars.
type barChart struct {
	heading
	Unit   string     `json:"unit"` // "ms", "times", or any word, which stands behind the numbers
	Groups []barGroup `json:"groups"`
	Parts  []string   `json:"parts,omitempty"` // the names of the bars' parts
	Dots   bool       `json:"dots,omitempty"`

	// The table's names for the numbers of a bar; "" leaves the number out.
	Value string `json:"value"`
	Low   string `json:"low,omitempty"`
	High  string `json:"high,omitempty"`
	Far   string `json:"far,omitempty"`

	// Below and Above are what values on either side of 1 mean. A line is drawn at 1.
	Below string `json:"below,omitempty"`
	Above string `json:"above,omitempty"`
}

// A barGroup is bars under one label, which may be empty.
type barGroup struct {
	Label string `json:"label"`
	Bars  []bar  `json:"bars"`
}

// A bar is a value with its spread.
type bar struct {
	Label  string    `json:"label"`
	Look   look      `json:"look"`
	Value  float64   `json:"value"`
	Low    float64   `json:"low,omitempty"`    // the whisker's ends; no whisker if both are 0
	High   float64   `json:"high,omitempty"`   //
	Far    float64   `json:"far,omitempty"`    // a point beyond High; there is none if 0
	Within float64   `json:"within,omitempty"` // where the full colour ends; 0: at its end
	Parts  []float64 `json:"parts,omitempty"`  // what Value is the sum of
	Text   string    `json:"text,omitempty"`   // written instead of the value
	None   string    `json:"none,omitempty"`   // why there is no value
}

// text returns what is written behind the bar.
func (b *bar) text(u unit) string { return report.Or(b.Text, u.value(b.Value)) }

const kindBars = "lab bars"

// Sizes of bars.
const (
	barRow     = 21.0
	barHeight  = 12.0
	groupHead  = 22.0
	groupGap   = 10.0
	markRadius = 4.6
	labelGap   = 10.0
	widestName = 230.0
	capHalf    = 4.0
)

func (ch *barChart) draw(c *canvas, y float64) float64 {
	u := unitOf(ch.Unit)
	s := ch.scale(u)
	if len(ch.Parts) > 0 {
		y = ch.legend(c, y)
	}
	if ch.Below != "" || ch.Above != "" {
		y += noteLead
		if below := "← " + ch.Below; s.at(1)-8-textWidth(below, noteSize) > margin {
			c.text("soft end", s.at(1)-8, y-4, below)
		}
		if above := ch.Above + " →"; s.at(1)+8+textWidth(above, noteSize) < drawWidth-margin {
			c.text("soft", s.at(1)+8, y-4, above)
		}
	}
	top, bottom := y, y
	for i, g := range ch.Groups {
		bottom += ch.groupTop(i) + barRow*float64(len(g.Bars))
	}
	bottom += 4
	for _, v := range s.ticks {
		c.line("grid", s.at(v), top, s.at(v), bottom)
	}
	switch {
	case ch.Below != "" || ch.Above != "":
		c.line("one", s.at(1), top, s.at(1), bottom)
	case !s.log:
		c.line("axis", s.at(0), top, s.at(0), bottom)
	}
	for i, g := range ch.Groups {
		y += ch.groupTop(i)
		if g.Label != "" {
			c.rect("ground", margin, y-groupHead+3, textWidth(g.Label, labelSize)*1.08+4, groupHead-4)
			c.text("head", margin, y-7, g.Label)
		}
		for j := range g.Bars {
			ch.drawBar(c, &g.Bars[j], &s, u, y+barRow/2)
			y += barRow
		}
	}
	s.tickLabels(c, bottom+15, u.tick)
	name := u.axis
	if s.log {
		name = strings.TrimPrefix(name+", logarithmic scale", ", ")
	}
	if name != "" {
		c.text("tick mid", (s.from+s.to)/2, bottom+32, name)
		bottom += 17
	}
	return bottom + 18
}

// groupTop returns the space above a group's bars.
func (ch *barChart) groupTop(i int) float64 {
	space := 0.0
	if i > 0 {
		space = groupGap
	}
	if ch.Groups[i].Label != "" {
		space += groupHead
	}
	return space
}

// scale returns the scale of the values. It leaves room for the names on the left, and on the
// right for the value behind the longest bar.
func (ch *barChart) scale(u unit) scale {
	names, values := 0.0, 0.0
	low, high, first := 0.0, 0.0, true
	for _, b := range ch.bars() {
		names = max(names, min(widestName, textWidth(b.Label, labelSize)))
		if b.None != "" {
			continue
		}
		values = max(values, textWidth(b.text(u), labelSize))
		for _, v := range []float64{b.Value, b.Low, b.High, b.Far} {
			if v == 0 && (ch.Dots || !first) {
				continue
			}
			if first {
				low, high, first = v, v, false
			}
			low, high = min(low, v), max(high, v)
		}
	}
	if ch.Below != "" || ch.Above != "" {
		low, high = min(low, 1), max(high, 1)
		if first {
			low, high = 0.5, 2
		}
	}
	if ch.Dots && high <= low*1.01 {
		low, high = low/2, high*2
	}
	s := newScale(low, high, ch.Dots).along(margin+names+labelGap, drawWidth-margin-values-labelGap)
	s.trim(high)
	return s
}

func (ch *barChart) bars() []*bar {
	var out []*bar
	for i := range ch.Groups {
		for j := range ch.Groups[i].Bars {
			out = append(out, &ch.Groups[i].Bars[j])
		}
	}
	return out
}

func (ch *barChart) drawBar(c *canvas, b *bar, s *scale, u unit, y float64) {
	const down = labelSize * 0.36 // from the middle of a line to its baseline
	c.text("label end", s.from-labelGap, y+down, cut(b.Label, widestName, labelSize))
	if b.None != "" {
		c.text("soft", s.from+6, y+down, cut(b.None, drawWidth-margin-s.from-6, noteSize))
		return
	}
	end := s.at(b.Value)
	switch {
	case ch.Dots:
		c.line("lead", s.from, y, end, y)
	case len(b.Parts) > 0:
		ch.drawParts(c, b, s, u, y)
	case b.Within > 0 && b.Within < b.Value:
		c.rect(b.Look.fill()+" part", s.at(b.Within), y-barHeight/2, end-s.at(b.Within), barHeight)
		c.rect(b.Look.fill(), s.at(0), y-barHeight/2, s.at(b.Within)-s.at(0), barHeight)
	default:
		c.rect(b.Look.fill(), min(s.at(0), end), y-barHeight/2, max(end-s.at(0), s.at(0)-end), barHeight)
	}
	if b.Low != 0 || b.High != 0 {
		c.whisker("whisker", s.at(b.Low), s.at(b.High), y, capHalf)
		end = max(end, s.at(b.High))
	}
	if b.Far != 0 {
		c.line("whisker", end, y, s.at(b.Far), y)
		c.line("whisker", s.at(b.Far), y-capHalf, s.at(b.Far), y+capHalf)
		end = max(end, s.at(b.Far))
	}
	if ch.Dots {
		c.mark(b.Look, s.at(b.Value), y, markRadius, false)
		end = max(end, s.at(b.Value)+markRadius)
	}
	c.text("value", end+7, y+down, b.text(u))
}

// drawParts draws a bar in the colours of its parts. A part that is wide enough has its value
// inside.
func (ch *barChart) drawParts(c *canvas, b *bar, s *scale, u unit, y float64) {
	from := 0.0
	for i, part := range b.Parts {
		if part <= 0 {
			continue
		}
		left, right := s.at(from), s.at(from+part)
		from += part
		c.rect(look(i).fill(), left, y-barHeight/2-2, right-left, barHeight+4)
		if text := u.value(part); textWidth(text, tickSize) < right-left-6 {
			c.text("tick inside mid", (left+right)/2, y+tickSize*0.36, text)
		}
	}
}

func (ch *barChart) legend(c *canvas, y float64) float64 {
	x := float64(margin)
	for i, name := range ch.Parts {
		width := 18 + textWidth(name, noteSize) + 16
		if x+width > drawWidth-margin && x > margin {
			x, y = margin, y+noteLead+2
		}
		c.rect(look(i).fill(), x, y, 12, 12)
		c.text("soft", x+18, y+10.5, name)
		x += width
	}
	return y + noteLead + 10
}

func (ch *barChart) table() table {
	u := unitOf(ch.Unit)
	columns := []struct {
		name string
		of   func(*bar) float64
	}{
		{ch.Value, func(b *bar) float64 { return b.Value }},
		{ch.Low, func(b *bar) float64 { return b.Low }},
		{ch.High, func(b *bar) float64 { return b.High }},
		{ch.Far, func(b *bar) float64 { return b.Far }},
	}
	t := table{Head: []string{""}}
	for i, col := range columns {
		if i == 0 || col.name != "" {
			t.Head = append(t.Head, col.name)
		}
	}
	t.Head = append(t.Head, ch.Parts...)
	for _, g := range ch.Groups {
		rows := tableGroup{Label: g.Label}
		for _, b := range g.Bars {
			row := []string{b.Label}
			if b.None != "" {
				rows.Rows = append(rows.Rows, append(row, b.None))
				continue
			}
			for i, col := range columns {
				switch {
				case i == 0:
					row = append(row, b.text(u))
				case col.name == "":
				case col.of(&b) == 0 && (i == 3 || b.Low == 0 && b.High == 0):
					row = append(row, "")
				default:
					row = append(row, u.value(col.of(&b)))
				}
			}
			for _, part := range b.Parts[:min(len(b.Parts), len(ch.Parts))] {
				row = append(row, u.value(part))
			}
			rows.Rows = append(rows.Rows, row)
		}
		t.Groups = append(t.Groups, rows)
	}
	return t
}
