package chart

import (
	"fmt"

	"reduction/cmd/lab/internal/report"
)

// startUps draws the figures of results that differ in the function alone.
func (fr *frame) startUps(results []report.Result) *barChart {
	first := &results[0]
	title := fmt.Sprintf("From start to first answer, %s, %d MB", inputText(fr.event, first.Rows), first.MemoryMB)
	if first.VCPUs > 0 {
		title += fmt.Sprintf(" (%.3f vCPUs)", first.VCPUs)
	}
	if first.RoundTrip == 0 {
		title += ", no round trip"
	}
	name := report.Slug(fr.prefix, inputSlug(fr.event, first.Rows), fmt.Sprint(first.MemoryMB, "mb"))
	ch := percentileChart(heading{Name: name, Title: title, Notes: []string{fr.method}, Missing: report.Failures(results)})
	for _, figure := range startFigures(results) {
		bars := barGroup{Label: figure.title}
		for i := range results {
			f := &results[i]
			s := f.Summary(figure.name)
			if s == nil {
				bars.Bars = append(bars.Bars, bar{Label: f.Function, None: noTimes(f.Failed)})
				continue
			}
			b := percentiles(f.Function, fr.looks.of(f.Function), s)
			if f.Init != nil && figure.name == report.FigureBilled {
				b.Within = f.Init.P50
			}
			bars.Bars = append(bars.Bars, b)
		}
		ch.Groups = append(ch.Groups, bars)
	}
	ch.settle(" Of what is billed the full colour is INIT.")
	return ch
}
