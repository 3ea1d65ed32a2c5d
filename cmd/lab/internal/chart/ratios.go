package chart

import (
	"fmt"
	"math"
	"slices"

	"reduction/cmd/lab/internal/report"
)

// ratioCharts draws the ratios of what is billed, of the warm invocations, and of the start.
func ratioCharts(ratios []report.Ratio, l looks, prefix, method string) []chart {
	var out []chart
	for _, figure := range []string{report.FigureBilled, report.FigureWarm, report.FigureStart} {
		of := slices.DeleteFunc(slices.Clone(ratios), func(x report.Ratio) bool { return x.Figure != figure })
		if len(of) > 0 {
			out = append(out, timesOurs(of, figure, l, prefix, method))
		}
	}
	return out
}

// timesOurs draws how many times as long as ours each rival takes, by one figure, over one file:
// the reciprocals of the ratios. Its groups are memory sizes, and round trips if there are
// several.
func timesOurs(ratios []report.Ratio, figure string, l looks, prefix, method string) *barChart {
	title, name := "", ""
	for _, f := range figures {
		if f.name == figure {
			title, name = f.title, f.slug
		}
	}
	rows := ratios[0].Rows
	ch := &barChart{
		heading: heading{
			Name:     report.Slug(prefix, "times-ours", name, rowsSlug(rows)),
			Title:    fmt.Sprintf("How many times ours each takes: %s, %s", lowerFirst(title), rowsText(rows)),
			Subtitle: "Mark: ratio of medians; line: its 95% bootstrap interval. One that holds 1 shows no difference; none: too few starts.",
			Notes:    []string{method},
		},
		Unit: unitTimes, Dots: true,
		Value: "times ours", Low: "95% from", High: "to",
		Below: "ours slower", Above: "ours faster",
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
		ch.Groups[at].Bars = append(ch.Groups[at].Bars, inverse(&r, l))
	}
	return ch
}

// inverse returns the bar of a ratio's reciprocal: theirs by ours. A division by zero has no
// value, and few starts have no interval.
func inverse(r *report.Ratio, l looks) bar {
	b := bar{Label: r.Peer, Look: l.of(r.Peer), Value: 1 / r.Value, Low: 1 / r.High, High: 1 / r.Low}
	for _, v := range []float64{b.Value, b.Low, b.High} {
		if !(v > 0) || math.IsInf(v, 0) {
			return bar{Label: r.Peer, None: "no ratio: a time is zero"}
		}
	}
	if r.Few {
		b.Low, b.High = 0, 0
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
