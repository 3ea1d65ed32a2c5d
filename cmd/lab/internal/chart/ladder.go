package chart

import (
	"fmt"
	"strings"

	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// ladderCharts draws the tables of a ladder as bars: the median, with a whisker to p90.
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
		draw := func(name, title, subtitle string, in func(int) bool, of func(*report.Result) *stats.Summary) {
			ch := &barChart{heading: heading{Name: report.Slug("ladder", name, rows, fmt.Sprint(results[0].MemoryMB), r.Cache, r.Storage), Title: title,
				Subtitle: subtitle, Notes: notes}, Unit: unitMs, Value: "p50", High: "p90"}
			var g barGroup
			for j := range results {
				f := &results[j]
				if !in(j) {
					continue
				}
				one := bar{Label: f.Function, Look: ladderLook(f.Function)}
				if s := of(f); s != nil {
					one.Value, one.Low, one.High = s.P50, s.P50, s.P90
				} else {
					one.None = "no times"
				}
				g.Bars = append(g.Bars, one)
			}
			ch.Groups = []barGroup{g}
			out = append(out, ch)
		}
		at := r.Title(results[0].MemoryMB)
		if !r.Job {
			draw("hello", "From exec to GET /next, nothing configured", at+": p50, and a whisker to p90. Less is better.",
				func(int) bool { return true }, func(f *report.Result) *stats.Summary { return f.StartToNext })
			continue
		}
		billed := func(f *report.Result) *stats.Summary { return f.Billed }
		draw("steps", "INIT and first invocation, one habit less at a time", at+": p50, and a whisker to p90. Less is better.",
			func(j int) bool { return r.Rungs[j].Part == report.PartSteps }, billed)
		draw("languages", "Language and architecture apart", at+": INIT and first invocation, p50, and a whisker to p90. Less is better.",
			func(j int) bool { return r.Rungs[j].Part == report.PartLanguages || results[j].Function == report.Ours }, billed)
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
