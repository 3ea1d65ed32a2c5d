package chart

import (
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/report"
)

// ladderCharts draws the tables of a ladder as bars: the median, with a whisker to p90. CPU time has
// charts of its own, if it is known.
func ladderCharts(r *report.Ladder) []*barChart {
	var out []*barChart
	n := len(r.Functions)
	rows := "" // in the chart's name, if they are not the usual ones
	if r.Job && r.Rows != 2000 {
		rows = fmt.Sprint(r.Rows)
	}
	for i := 0; i < len(r.Results); i += n {
		results := r.Results[i : i+n]
		notes := r.About()[:1]
		draw := func(name, title, subtitle string, in func(int) bool, figure string) {
			ch := &barChart{heading: heading{Name: report.Slug("ladder", name, rows, fmt.Sprint(results[0].MemoryMB), r.Cache, r.Storage), Title: title,
				Subtitle: subtitle, Notes: notes}, Unit: unitMs, Value: "p50", High: "p90"}
			var g barGroup
			for j := range results {
				f := &results[j]
				if !in(j) {
					continue
				}
				one := bar{Label: f.Function, Look: ladderLook(f.Function)}
				if s := f.Summary(figure); s != nil {
					one.Value, one.Low, one.High = s.P50, s.P50, s.P90
				} else {
					one.None = "no times"
				}
				g.Bars = append(g.Bars, one)
			}
			if slices.ContainsFunc(g.Bars, func(b bar) bool { return b.None == "" }) {
				ch.Groups = []barGroup{g}
				out = append(out, ch)
			}
		}
		at := r.Title(results[0].MemoryMB)
		const drawn = "p50, and a whisker to p90. Less is better."
		if !r.Job {
			all := func(int) bool { return true }
			draw("hello", "From exec to GET /next, nothing configured", at+": "+drawn, all, report.FigureStart)
			draw("hello-cpu", "CPU time from exec to GET /next, nothing configured", at+": "+drawn, all, report.FigureInitCPU)
			continue
		}
		steps := func(j int) bool { return r.Rungs[j].Part == report.PartSteps }
		languages := func(j int) bool { return r.Rungs[j].Part == report.PartLanguages || results[j].Function == report.Ours }
		draw("steps", "INIT and first invocation, one habit less at a time", at+": "+drawn, steps, report.FigureBilled)
		draw("steps-cpu", "CPU time, one habit less at a time", at+": INIT and first invocation, "+drawn, steps, report.FigureStartCPU)
		draw("languages", "Language and architecture apart", at+": INIT and first invocation, "+drawn, languages, report.FigureBilled)
		draw("languages-cpu", "CPU time, language and architecture apart", at+": INIT and first invocation, "+drawn, languages, report.FigureStartCPU)
	}
	return out
}

// ladderLook returns a colour for ours, one for Rust, and one for Go.
func ladderLook(name string) look {
	switch {
	case name == report.Ours:
		return knownLooks[report.Ours]
	case strings.Contains(strings.ToLower(name), "rust"), strings.Contains(name, "lambda_runtime"):
		return knownLooks["rust"]
	}
	return knownLooks["go-sdk"]
}
