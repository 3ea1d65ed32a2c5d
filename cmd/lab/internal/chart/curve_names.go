package chart

import (
	"slices"
	"sort"
)

// names writes the name of each result beside the end of its curve: behind the last point, or
// with before, where the axis is on the right, before the first point. Names that would overlap
// are moved apart.
func (ch *curveChart) names(c *canvas, x, s *scale, before bool) {
	type name struct {
		text     string
		from, at float64 // the heights of the point and of the name
		x        float64
	}
	var all []name
	for _, cu := range ch.Curves {
		points := slices.DeleteFunc(slices.Clone(cu.Points), func(p curvePoint) bool { return p.value(before) < 0 })
		if len(points) == 0 {
			continue
		}
		end := points[len(points)-1]
		if before {
			end = points[0]
		}
		y := s.at(end.value(before))
		all = append(all, name{cut(cu.Name, widestName/1.5, labelSize), y, y, x.at(float64(end.MemoryMB))})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].from < all[j].from })
	for i := range all {
		if i > 0 {
			all[i].at = max(all[i].at, all[i-1].at+nameLead)
		}
	}
	// Names that were moved out of the field move the others back.
	for i := len(all) - 1; i >= 0; i-- {
		limit := s.from + 2
		if i+1 < len(all) {
			limit = all[i+1].at - nameLead
		}
		all[i].at = min(all[i].at, limit)
	}
	for _, n := range all {
		if before {
			c.line("lead", n.x-8, n.from, x.from-14-2, n.at)
			c.text("label end", x.from-14-5, n.at+4.5, n.text)
		} else {
			c.line("lead", n.x+8, n.from, x.to+14+2, n.at)
			c.text("label", x.to+14+5, n.at+4.5, n.text)
		}
	}
}

// legend names the curves in lines above the field, where names beside the curves would
// overlap an axis.
func (ch *curveChart) legend(c *canvas, y float64, costs bool) float64 {
	const sample, apart = 34, 300
	entry := func(x float64, cu *curve, text, class string, cost bool) {
		c.line("curve "+cu.Look.stroke()+class, x, y+6, x+sample, y+6)
		c.mark(cu.Look, x+sample/2, y+6, markRadius, cost)
		c.text("label", x+sample+8, y+10.5, cut(text, apart-sample-16, labelSize))
	}
	for i := range ch.Curves {
		cu := &ch.Curves[i]
		if costs {
			entry(margin, cu, cu.Name+", time (left axis)", "", false)
			entry(margin+apart, cu, cu.Name+", cost (right axis)", " dashed thin", true)
		} else {
			entry(margin, cu, cu.Name, "", false)
		}
		y += 20
	}
	return y + 4
}
