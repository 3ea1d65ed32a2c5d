package chart

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/report"
)

// A frame is what the charts of one report have in common.
type frame struct {
	looks  looks
	first  report.Program // the others are compared with it
	event  string         // the name of its file; "" if the functions read files
	prefix string         // of the charts' names
	method string         // how it was measured
}

// frameOf returns the frame of a report. Its functions may be missing from a file.
func frameOf(l looks, functions []report.Program, c *report.Conditions, prefix, method string) *frame {
	fr := &frame{looks: l, first: report.Program{Name: report.Ours}, event: c.Event, prefix: prefix, method: method}
	if len(functions) > 0 {
		fr.first = functions[0]
	}
	return fr
}

// coldCharts draws a report of lab cold: a chart of the starts for each memory size, and the
// ratios.
func coldCharts(r *report.Cold, l looks) []chart {
	fr := frameOf(l, r.Functions, &r.Conditions, "startup", r.Method(report.RoundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N)))
	var out []chart
	for _, results := range groupBy(r.Results, func(f *report.Result) any { return f.MemoryMB }) {
		if len(startFigures(results)) > 0 {
			out = append(out, fr.startUps(results))
		}
	}
	return append(out, fr.ratioCharts(r.Ratios)...)
}

// compareCharts draws a report of lab compare: for each file the starts by memory size, the warm
// invocations and the ratios.
func compareCharts(r *report.Compare, l looks) []chart {
	done := ""
	if r.Done < r.Planned {
		done = fmt.Sprintf("%d of %d planned starts", r.Done, r.Planned)
	}
	var out []chart
	for _, rows := range r.Rows {
		for _, trip := range r.RoundTrips {
			results := slices.DeleteFunc(slices.Clone(r.Results), func(f report.Result) bool { return f.Rows != rows || f.RoundTrip != trip })
			if len(results) == 0 {
				continue
			}
			prefix := "compare"
			if trip != r.RoundTrips[0] {
				prefix = report.Slug(prefix, fmt.Sprintf("rtt %v", trip))
			}
			fr := frameOf(l, r.Functions, &r.Conditions, prefix, r.Method(report.RoundTripText(trip), startsText(results), done))
			for _, same := range groupBy(results, func(f *report.Result) any { return f.MemoryMB }) {
				if len(startFigures(same)) > 0 {
					out = append(out, fr.startUps(same))
				}
			}
			for _, figure := range []string{report.FigureWarm, report.FigureWarmCPU} {
				if slices.ContainsFunc(results, func(f report.Result) bool { return f.Summary(figure) != nil }) {
					out = append(out, fr.warmTimes(results, figureOf(figure)))
				}
			}
		}
		ratios := slices.DeleteFunc(slices.Clone(r.Ratios), func(x report.Ratio) bool { return x.Rows != rows })
		out = append(out, frameOf(l, r.Functions, &r.Conditions, "compare", r.Method(done)).ratioCharts(ratios)...)
	}
	return out
}

// startsText says how many starts the figures are of: slow functions have fewer.
func startsText(results []report.Result) string {
	low, high := 0, 0
	for _, f := range results {
		if n := len(f.Samples); n > 0 {
			if low == 0 {
				low = n
			}
			low, high = min(low, n), max(high, n)
		}
	}
	if low == high {
		return fmt.Sprintf("n = %d", high)
	}
	return fmt.Sprintf("n = %d to %d, fewer of what is slow", low, high)
}
