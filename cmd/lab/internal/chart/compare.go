package chart

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/report"
)

// coldCharts draws a report of lab cold: a chart of the starts for each memory size, and the
// ratios.
func coldCharts(r *report.Cold, l looks) []chart {
	method := r.Method(report.RoundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N))
	var out []chart
	for _, results := range groupBy(r.Results, func(f *report.Result) any { return f.MemoryMB }) {
		out = append(out, startUps(results, l, "startup", method))
	}
	return append(out, ratioCharts(r.Ratios, l, "startup", method)...)
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
			method := r.Method(report.RoundTripText(trip), startsText(results), done)
			for _, same := range groupBy(results, func(f *report.Result) any { return f.MemoryMB }) {
				out = append(out, startUps(same, l, prefix, method))
			}
			if slices.ContainsFunc(results, func(f report.Result) bool { return f.Warm != nil }) {
				out = append(out, warmTimes(results, l, prefix, method))
			}
		}
		ratios := slices.DeleteFunc(slices.Clone(r.Ratios), func(x report.Ratio) bool { return x.Rows != rows })
		out = append(out, ratioCharts(ratios, l, "compare", r.Method(done))...)
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
