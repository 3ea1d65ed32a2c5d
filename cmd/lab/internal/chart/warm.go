package chart

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/report"
)

// warmTimes draws the warm invocations of results that differ in function and memory size. One
// memory size makes bars, several make curves.
func warmTimes(results []report.Result, l looks, prefix, method string) chart {
	var sizes []int
	for _, f := range results {
		sizes = append(sizes, f.MemoryMB)
	}
	slices.Sort(sizes)
	sizes = slices.Compact(sizes)
	h := heading{
		Name:     report.Slug(prefix, "warm", rowsSlug(results[0].Rows)),
		Title:    "Warm invocations, " + rowsText(results[0].Rows),
		Subtitle: "Mark: p50; line: to p90; less is better.",
		Notes:    []string{method},
	}
	if results[0].RoundTrip == 0 {
		h.Title += ", no round trip"
	}
	if len(sizes) == 1 {
		h.Title += fmt.Sprintf(", %d MB", sizes[0])
		ch := percentileChart(h)
		var g barGroup
		for i := range results {
			if f := &results[i]; f.Warm != nil {
				g.Bars = append(g.Bars, percentiles(f.Function, l.of(f.Function), f.Warm))
			} else {
				g.Bars = append(g.Bars, bar{Label: f.Function, None: report.Or(f.Failed, "not measured")})
			}
		}
		ch.Groups = []barGroup{g}
		ch.settle("")
		return ch
	}
	ch := &curveChart{heading: h, Time: "p50", High: "p90"}
	for i := range results {
		f := &results[i]
		if f.Function == report.OursAgain {
			continue // it would cover ours; the ratios show the difference
		}
		at := slices.IndexFunc(ch.Curves, func(c curve) bool { return c.Name == f.Function })
		if at < 0 {
			at = len(ch.Curves)
			ch.Curves = append(ch.Curves, curve{Name: f.Function, Look: l.of(f.Function)})
		}
		p := curvePoint{MemoryMB: f.MemoryMB, None: report.Or(f.Failed, "not measured")}
		if f.Warm != nil {
			p = curvePoint{MemoryMB: f.MemoryMB, Time: f.Warm.P50, Low: f.Warm.P50, High: f.Warm.P90}
		}
		ch.Curves[at].Points = append(ch.Curves[at].Points, p)
	}
	for i := range ch.Curves {
		slices.SortFunc(ch.Curves[i].Points, func(a, b curvePoint) int { return a.MemoryMB - b.MemoryMB })
	}
	return ch
}
