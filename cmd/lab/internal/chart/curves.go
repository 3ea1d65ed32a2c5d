package chart

import (
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
)

// A curveChart draws time, and cost where it is known, by memory size, as AWS Lambda Power
// Tuning does, for any number of results. Time has the left axis and cost the right one. The
// costs of three results or more are drawn in a second field below: one would be a tangle.
type curveChart struct {
	heading
	Curves []curve
	Time   string // the table's name for the time: "trimmed mean"
	Low    string // the table's names for the ends of its whisker; "" leaves them out
	High   string
}

// A curve is one result.
type curve struct {
	Name   string
	Look   look
	Points []curvePoint // by memory, the smallest first
}

// A curvePoint is one memory size. Times are milliseconds; there is no whisker if both of its
// ends are 0. The cost is US dollars for a million invocations; 0 is unknown.
type curvePoint struct {
	MemoryMB        int
	Time, Low, High float64
	Cost            float64
	None            string // why there are no figures
}

// Sizes of fields.
const (
	fieldHeight   = 300.0
	lowerHeight   = 240.0
	fieldGap      = 58.0
	nameLead      = 15.5
	mostTogether  = 2
	axisLabelRoom = 62.0
)

func (ch *curveChart) draw(c *canvas, y float64) float64 {
	times, costs := ch.values(false), ch.values(true)
	apart := len(ch.Curves) > mostTogether
	names := 0.0
	for _, cu := range ch.Curves {
		names = max(names, min(widestName/1.5, textWidth(cu.Name, labelSize)))
	}
	left, right := axisLabelRoom, float64(margin+8)
	if apart {
		left, right = max(left, names+labelGap+4), names+labelGap+8
	}
	if len(costs) > 0 {
		right = max(right, axisLabelRoom+6)
	}
	x := ch.memoryScale(margin+left, drawWidth-margin-right)

	if !apart {
		y = ch.legend(c, y, len(costs) > 0)
	}
	field := y + 24
	bottom := field + fieldHeight
	ts := newScale(lowest(times), highest(times), wide(times)).along(bottom, field)
	ch.axis(c, &ts, &x, unitOf(unitMs), "time", false, true)
	cs := newScale(lowest(costs), highest(costs), wide(costs)).along(bottom, field)
	if len(costs) > 0 && !apart {
		ch.axis(c, &cs, &x, unitOf(unitDollars), "US dollars a million invocations", true, false)
	}
	for i := range ch.Curves {
		if len(costs) > 0 && !apart {
			ch.drawCurve(c, &ch.Curves[i], &x, &cs, true)
		}
		ch.drawCurve(c, &ch.Curves[i], &x, &ts, false)
	}
	ch.empty(c, &x, bottom)
	if apart {
		ch.names(c, &x, &ts, false)
	}
	if len(costs) > 0 && apart {
		field = bottom + fieldGap
		bottom = field + lowerHeight
		cs = cs.along(bottom, field)
		ch.axis(c, &cs, &x, unitOf(unitDollars), "US dollars a million invocations", true, true)
		for i := range ch.Curves {
			ch.drawCurve(c, &ch.Curves[i], &x, &cs, true)
		}
		ch.names(c, &x, &cs, true)
	}
	return bottom + 36
}

// values returns all times, with the ends of their whiskers, or all costs.
func (ch *curveChart) values(cost bool) []float64 {
	var out []float64
	for _, cu := range ch.Curves {
		for _, p := range cu.Points {
			switch {
			case p.None != "":
			case cost && p.Cost > 0:
				out = append(out, p.Cost)
			case !cost:
				out = append(out, p.Time)
				if p.High > 0 {
					out = append(out, p.High)
				}
				if p.Low > 0 {
					out = append(out, p.Low)
				}
			}
		}
	}
	return out
}

func lowest(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return slices.Min(values)
}

func highest(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return slices.Max(values)
}

// memoryScale returns a logarithmic scale with a tick for every memory size: a size that is
// twice another is at the same distance everywhere.
func (ch *curveChart) memoryScale(from, to float64) scale {
	var ticks []float64
	for _, cu := range ch.Curves {
		for _, p := range cu.Points {
			ticks = append(ticks, float64(p.MemoryMB))
		}
	}
	slices.Sort(ticks)
	ticks = slices.Compact(ticks)
	const inset = 14
	s := scale{low: 1, high: 2, log: true, ticks: ticks}
	switch n := len(ticks); {
	case n == 1:
		s.low, s.high = ticks[0]/2, ticks[0]*2
	case n > 1:
		s.low, s.high = ticks[0], ticks[n-1]
	}
	return s.along(from+inset, to-inset)
}

// axis draws a vertical axis. With grid it draws the grid, too, and the memory sizes below.
func (ch *curveChart) axis(c *canvas, s, x *scale, u unit, name string, onRight, grid bool) {
	const beyond = 14 // the memory scale's inset
	left, right := x.from-beyond, x.to+beyond
	for _, v := range s.ticks {
		if grid {
			c.line("grid", left, s.at(v), right, s.at(v))
		}
		if onRight {
			c.text("tick", right+7, s.at(v)+4, u.tick(v))
		} else {
			c.text("tick end", left-7, s.at(v)+4, u.tick(v))
		}
	}
	if s.log {
		name += ", logarithmic scale"
	}
	if onRight {
		c.text("tick end", drawWidth-margin, s.to-12, name)
	} else {
		c.text("tick", margin, s.to-12, name)
	}
	if grid {
		c.line("axis", left, s.from, right, s.from)
		for _, v := range x.ticks {
			c.line("axis", x.at(v), s.from, x.at(v), s.from+4)
		}
		x.tickLabels(c, s.from+17, func(v float64) string { return fmt.Sprint(v) })
		c.text("tick mid", (left+right)/2, s.from+33, "memory, MB")
	}
}

// empty marks the memory sizes at which no curve has figures. The table says why.
func (ch *curveChart) empty(c *canvas, x *scale, bottom float64) {
	for _, memory := range x.ticks {
		has := slices.ContainsFunc(ch.Curves, func(cu curve) bool {
			return slices.ContainsFunc(cu.Points, func(p curvePoint) bool { return p.None == "" && float64(p.MemoryMB) == memory })
		})
		if !has {
			c.turned("tick", x.at(memory)+4, bottom-8, "not measured")
		}
	}
}

// drawCurve draws the times of a result, or its costs, which are dashed and have hollow marks.
func (ch *curveChart) drawCurve(c *canvas, cu *curve, x, s *scale, cost bool) {
	var d strings.Builder
	class, open := "curve "+cu.Look.stroke(), false
	for _, p := range cu.Points {
		v := p.value(cost)
		if v < 0 {
			open = false // a size without figures makes a gap
			continue
		}
		fmt.Fprintf(&d, "%s%s %s", map[bool]string{true: "L", false: "M"}[open], px(x.at(float64(p.MemoryMB))), px(s.at(v)))
		open = true
	}
	if cost {
		class += " dashed thin"
	}
	if d.Len() > 0 {
		c.path(class, d.String())
	}
	for _, p := range cu.Points {
		v := p.value(cost)
		if v < 0 {
			continue
		}
		at := x.at(float64(p.MemoryMB))
		if !cost && (p.Low > 0 || p.High > 0) {
			c.standing("curve thin "+cu.Look.stroke(), at, s.at(p.Low), s.at(p.High), capHalf)
		}
		c.mark(cu.Look, at, s.at(v), markRadius, cost)
	}
}

// value returns a point's time or cost, a negative number if it has none.
func (p *curvePoint) value(cost bool) float64 {
	switch {
	case p.None != "" || cost && p.Cost <= 0:
		return -1
	case cost:
		return p.Cost
	}
	return p.Time
}

func (ch *curveChart) table() table {
	t := table{Head: []string{"", ch.Time}}
	if ch.Low != "" {
		t.Head = append(t.Head, ch.Low)
	}
	if ch.High != "" {
		t.Head = append(t.Head, ch.High)
	}
	costs := len(ch.values(true)) > 0
	if costs {
		t.Head = append(t.Head, "$ a million")
	}
	for _, cu := range ch.Curves {
		rows := tableGroup{Label: cu.Name}
		for _, p := range cu.Points {
			row := []string{fmt.Sprintf("%d MB", p.MemoryMB)}
			if p.None != "" {
				rows.Rows = append(rows.Rows, append(row, p.None))
				continue
			}
			row = append(row, duration(p.Time))
			if ch.Low != "" {
				row = append(row, durationOr(p.Low))
			}
			if ch.High != "" {
				row = append(row, durationOr(p.High))
			}
			if costs && p.Cost > 0 {
				row = append(row, cli.Dollars(p.Cost))
			}
			rows.Rows = append(rows.Rows, row)
		}
		t.Groups = append(t.Groups, rows)
	}
	return t
}

// durationOr writes a duration, and nothing for 0.
func durationOr(ms float64) string {
	if ms == 0 {
		return ""
	}
	return duration(ms)
}
