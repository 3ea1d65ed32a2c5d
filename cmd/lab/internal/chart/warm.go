package chart

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/report"
)

// warmTimes draws a figure of the warm invocations of results that differ in function and memory
// size. One memory size makes bars, several make curves, without that of the first function again.
func (fr *frame) warmTimes(results []report.Result, figure figure) chart {
	var sizes []int
	for _, f := range results {
		sizes = append(sizes, f.MemoryMB)
	}
	slices.Sort(sizes)
	sizes = slices.Compact(sizes)
	h := heading{
		Name:     report.Slug(fr.prefix, figure.slug, inputSlug(fr.event, results[0].Rows)),
		Title:    figure.title + ", " + inputText(fr.event, results[0].Rows),
		Subtitle: "Mark: p50; line: to p90; less is better.",
		Notes:    []string{fr.method},
		Missing:  report.Failures(results),
	}
	if results[0].RoundTrip == 0 {
		h.Title += ", no round trip"
	}
	if len(sizes) == 1 {
		h.Title += fmt.Sprintf(", %d MB", sizes[0])
		ch := percentileChart(h)
		var bars barGroup
		for i := range results {
			f := &results[i]
			if s := f.Summary(figure.name); s != nil {
				bars.Bars = append(bars.Bars, percentiles(f.Function, fr.looks.of(f.Function), s))
			} else {
				bars.Bars = append(bars.Bars, bar{Label: f.Function, None: noTimes(f.Failed)})
			}
		}
		ch.Groups = []barGroup{bars}
		ch.settle("")
		return ch
	}
	ch := &curveChart{heading: h, Time: "p50", High: "p90"}
	for i := range results {
		f := &results[i]
		if f.Function == fr.first.Again().Name {
			continue // it would cover the first; the ratios show the difference
		}
		at := slices.IndexFunc(ch.Curves, func(c curve) bool { return c.Name == f.Function })
		if at < 0 {
			at = len(ch.Curves)
			ch.Curves = append(ch.Curves, curve{Name: f.Function, Look: fr.looks.of(f.Function)})
		}
		p := curvePoint{MemoryMB: f.MemoryMB, None: noTimes(f.Failed)}
		if s := f.Summary(figure.name); s != nil {
			p = curvePoint{MemoryMB: f.MemoryMB, Time: s.P50, Low: s.P50, High: s.P90}
		}
		ch.Curves[at].Points = append(ch.Curves[at].Points, p)
	}
	for i := range ch.Curves {
		slices.SortFunc(ch.Curves[i].Points, func(a, b curvePoint) int { return a.MemoryMB - b.MemoryMB })
	}
	return ch
}
