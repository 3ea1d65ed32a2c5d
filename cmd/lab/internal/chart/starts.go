package chart

import (
	"fmt"

	"reduction/cmd/lab/internal/report"
)

// startUps draws the four figures of results that differ in the function alone.
func startUps(results []report.Result, l looks, prefix, method string) *barChart {
	first := &results[0]
	title := fmt.Sprintf("From start to first answer, %s, %d MB", rowsText(first.Rows), first.MemoryMB)
	if first.VCPUs > 0 {
		title += fmt.Sprintf(" (%.3f vCPUs)", first.VCPUs)
	}
	if first.RoundTrip == 0 {
		title += ", no round trip"
	}
	name := report.Slug(prefix, rowsSlug(first.Rows), fmt.Sprint(first.MemoryMB, "mb"))
	ch := percentileChart(heading{Name: name, Title: title, Notes: []string{method}})
	for _, figure := range figures[:len(report.StartFigures)] {
		if figure.name == report.FigureStart && first.Rows == report.OnAWS {
			continue // AWS does not say when the process asked for its first event
		}
		g := barGroup{Label: figure.title}
		for i := range results {
			f := &results[i]
			s := f.Summary(figure.name)
			if s == nil {
				g.Bars = append(g.Bars, bar{Label: f.Function, None: report.Or(f.Failed, "not measured")})
				continue
			}
			b := percentiles(f.Function, l.of(f.Function), s)
			if f.Init != nil && figure.name == report.FigureBilled {
				b.Within = f.Init.P50
			}
			g.Bars = append(g.Bars, b)
		}
		ch.Groups = append(ch.Groups, g)
	}
	ch.settle(" Of what is billed the full colour is INIT.")
	return ch
}
