package chart

import (
	"fmt"
	"math"
	"slices"

	"reduction/cmd/lab/internal/report"
)

// ratioCharts draws the ratios of what is billed, of the warm invocations, of the start, and of the
// CPU time of these.
func (fr *frame) ratioCharts(ratios []report.Ratio) []chart {
	var out []chart
	for _, figure := range []string{report.FigureBilled, report.FigureWarm, report.FigureStart, report.FigureStartCPU, report.FigureWarmCPU} {
		of := slices.DeleteFunc(slices.Clone(ratios), func(x report.Ratio) bool { return x.Figure != figure })
		if len(of) > 0 {
			out = append(out, fr.timesFirst(of, figureOf(figure)))
		}
	}
	return out
}

// timesFirst draws how many times as long as the first function, ours as a rule, each other takes,
// by one figure, over one file. Its groups are memory sizes, and round trips if there are several.
func (fr *frame) timesFirst(ratios []report.Ratio, f figure) *barChart {
	first, rows := fr.first.Name, ratios[0].Rows
	ch := &barChart{
		heading: heading{
			Name:     report.Slug(fr.prefix, "times", first, f.slug, inputSlug(fr.event, rows)),
			Title:    fmt.Sprintf("How many times %s each takes: %s, %s", first, lowerFirst(f.title), inputText(fr.event, rows)),
			Subtitle: "Mark: ratio of medians; line: its 95% bootstrap interval; none: too few starts. No difference: what the same program again differs by.",
			Notes:    []string{fr.method},
		},
		Unit: unitTimes, Dots: true,
		Value: "times " + first, Low: "95% from", High: "to",
		Below: first + " slower", Above: first + " faster",
	}
	trips := map[float64]bool{}
	for _, r := range ratios {
		trips[r.RoundTrip] = true
	}
	for _, r := range ratios {
		label := fmt.Sprintf("%d MB", r.MemoryMB)
		if len(trips) > 1 {
			label += ", " + report.RoundTripText(r.RoundTrip)
		}
		at := slices.IndexFunc(ch.Groups, func(g barGroup) bool { return g.Label == label })
		if at < 0 {
			at = len(ch.Groups)
			ch.Groups = append(ch.Groups, barGroup{Label: label})
		}
		ch.Groups[at].Bars = append(ch.Groups[at].Bars, ratioBar(&r, fr.looks))
	}
	return ch
}

// ratioBar returns the bar of a ratio. A division by zero has no value, and few starts have no
// interval.
func ratioBar(r *report.Ratio, l looks) bar {
	b := bar{Label: r.Peer, Look: l.of(r.Peer), Value: r.Value, Low: r.Low, High: r.High}
	for _, v := range []float64{b.Value, b.Low, b.High} {
		if !(v > 0) || math.IsInf(v, 0) {
			return bar{Label: r.Peer, None: "no ratio: a time is zero"}
		}
	}
	if r.Few {
		b.Low, b.High = 0, 0
	}
	if r.NoDifference {
		b.Text = "no difference"
	}
	return b
}

// lowerFirst makes the first letter small, except that of an abbreviation.
func lowerFirst(s string) string {
	if len(s) > 1 && 'A' <= s[0] && s[0] <= 'Z' && 'a' <= s[1] && s[1] <= 'z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}
