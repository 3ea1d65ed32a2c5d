package main

import (
	"fmt"
	"math"
	"slices"

	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// figureNames are what the figures of a start are called in charts, and what they are.
var figureNames = []struct{ name, title string }{
	{"startToNextMs", "Start to /next"},
	{"initMs", "INIT"},
	{"initAndInvocationMs", "INIT + invocation, which is billed"},
	{"clientSawMs", "Client saw"},
	{report.FigureWarm, "Warm invocation"},
}

// percentiles makes a bar of a summary.
func percentiles(label string, l look, s *stats.Summary) bar {
	b := bar{Label: label, Look: l, Value: s.P50, Low: s.P50, High: s.P90}
	if s.P99 != nil {
		b.Far = *s.P99
	}
	return b
}

// percentileChart is a bar chart whose bars percentiles makes.
func percentileChart(h heading) *barChart {
	return &barChart{heading: h, Unit: unitMs, Value: "p50", High: "p90", Far: "p99"}
}

// settle makes dots of bars that lie too far apart, and says in the subtitle what is drawn.
func (ch *barChart) settle(also string) {
	var values []float64
	far := false
	for _, b := range ch.bars() {
		if b.None == "" {
			values = append(values, b.Value)
			far = far || b.Far > 0
		}
	}
	if !far {
		ch.Far = ""
	}
	ch.Dots = wide(values)
	what, end := "Bar", "p90"
	if ch.Dots {
		what = "Mark"
		for _, b := range ch.bars() {
			b.Within = 0
		}
		also = ""
	}
	if far {
		end = "p90 and p99"
	}
	ch.Subtitle = report.Sentence(what+": p50", "line: to "+end, "less is better") + also
}

// startUps draws the four figures of cells that differ in the function alone.
func startUps(cells []report.Result, l looks, prefix, method string) *barChart {
	first := &cells[0]
	title := fmt.Sprintf("From start to first answer, %s, %d MB", rowsText(first.Rows), first.MemoryMB)
	if first.VCPUs > 0 {
		title += fmt.Sprintf(" (%.3f vCPUs)", first.VCPUs)
	}
	if first.RoundTrip == 0 {
		title += ", no round trip"
	}
	name := report.Slug(prefix, rowsSlug(first.Rows), fmt.Sprint(first.MemoryMB, "mb"))
	ch := percentileChart(heading{Name: name, Title: title, Notes: []string{method}})
	for _, figure := range figureNames[:len(report.StartFigures)] {
		g := barGroup{Label: figure.title}
		for i := range cells {
			f := &cells[i]
			s := f.Summary(figure.name)
			if s == nil {
				g.Bars = append(g.Bars, bar{Label: f.Function, None: report.Or(f.Failed, "not measured")})
				continue
			}
			b := percentiles(f.Function, l.of(f.Function), s)
			if f.Init != nil && figure.name == "initAndInvocationMs" {
				b.Within = f.Init.P50
			}
			g.Bars = append(g.Bars, b)
		}
		ch.Groups = append(ch.Groups, g)
	}
	ch.settle(" Of what is billed the full colour is INIT.")
	return ch
}

// warmTimes draws warm invocations by memory size, of cells that differ in that and in the
// function. One memory size is bars, several are curves.
func warmTimes(cells []report.Result, l looks, prefix, method string) chart {
	var sizes []int
	for _, f := range cells {
		sizes = append(sizes, f.MemoryMB)
	}
	slices.Sort(sizes)
	sizes = slices.Compact(sizes)
	h := heading{
		Name:     report.Slug(prefix, "warm", rowsSlug(cells[0].Rows)),
		Title:    "Warm invocations, " + rowsText(cells[0].Rows),
		Subtitle: "Mark: p50; line: to p90; less is better.",
		Notes:    []string{method},
	}
	if cells[0].RoundTrip == 0 {
		h.Title += ", no round trip"
	}
	if len(sizes) == 1 {
		h.Title += fmt.Sprintf(", %d MB", sizes[0])
		ch := percentileChart(h)
		var g barGroup
		for i := range cells {
			if f := &cells[i]; f.Warm != nil {
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
	for i := range cells {
		f := &cells[i]
		if f.Function == report.OursAgain {
			continue // it would lie over ours; the ratios show it
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

// timesOurs draws how many times ours each rival takes, of one figure over one file: the
// reciprocals of the ratios. Groups are memory sizes, and round trips where there are several.
func timesOurs(ratios []report.Ratio, figure string, l looks, prefix, method string) *barChart {
	title := ""
	for _, f := range figureNames {
		if f.name == figure {
			title = f.title
		}
	}
	rows := ratios[0].Rows
	ch := &barChart{
		heading: heading{
			Name:     report.Slug(prefix, "times-ours", figureSlugs[figure], rowsSlug(rows)),
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

// inverse is a ratio of theirs by ours. What has been divided by nothing is none. Few starts make
// no interval.
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

var figureSlugs = map[string]string{
	"startToNextMs": "start", "initMs": "init", "initAndInvocationMs": "billed", "clientSawMs": "client", report.FigureWarm: "warm",
}

// lowerFirst begins with a small letter, except what is an abbreviation.
func lowerFirst(s string) string {
	if len(s) > 1 && 'A' <= s[0] && s[0] <= 'Z' && 'a' <= s[1] && s[1] <= 'z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}
