package chart

import (
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// A figure has a name in titles, and one in the names of files.
type figure struct{ name, title, slug string }

// figures are those of a start and of the invocations behind it.
var figures = []figure{
	{report.FigureStart, "Start to /next", "start"},
	{report.FigureInit, "INIT", "init"},
	{report.FigureBilled, "INIT + invocation, which is billed", "billed"},
	{report.FigureClient, "Client saw", "client"},
	{report.FigureInitCPU, "CPU time of INIT", "init-cpu"},
	{report.FigureStartCPU, "CPU time of INIT + invocation", "cpu"},
	{report.FigureWarm, "Warm invocation", "warm"},
	{report.FigureWarmCPU, "CPU time of a warm invocation", "warm-cpu"},
}

// figureOf returns the figure of a name.
func figureOf(name string) figure {
	return figures[slices.IndexFunc(figures, func(f figure) bool { return f.name == name })]
}

// startFigures returns the figures of a start that some of the results have. INIT is among them
// only where it is not the same as the time to /next.
func startFigures(results []report.Result) []figure {
	var out []figure
	for _, of := range slices.Concat(report.StartFigures, report.CPUFigures) {
		f := figureOf(of.Name)
		switch {
		case f.name == report.FigureInit && !report.InitDiffers(results):
			continue
		case f.name == report.FigureStart && !report.InitDiffers(results):
			f.title = "INIT, start to /next"
		}
		if slices.ContainsFunc(results, func(r report.Result) bool { return r.Summary(f.name) != nil }) {
			out = append(out, f)
		}
	}
	return out
}

// percentiles returns the bar of a summary.
func percentiles(label string, l look, s *stats.Summary) bar {
	b := bar{Label: label, Look: l, Value: s.P50, Low: s.P50, High: s.P90}
	if s.P99 != nil {
		b.Far = *s.P99
	}
	return b
}

// percentileChart returns a chart of bars that percentiles made.
func percentileChart(h heading) *barChart {
	return &barChart{heading: h, Unit: unitMs, Value: "p50", High: "p90", Far: "p99"}
}

// noTimes says in two words why a result has no times. Missing of the chart has the rest.
func noTimes(failed string) string {
	if failed == "" {
		return "not measured"
	}
	if kind, _, _ := strings.Cut(failed, ":"); kind == "skipped" || kind == "not measured" {
		return kind
	}
	return "no times"
}

// settle draws dots instead of bars if the values are too far apart, and sets the subtitle. Also
// is a sentence that applies to bars only.
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

// inputText says what the functions were given: an event, or a file with so many rows. Of functions
// in an account neither is known.
func inputText(event string, rows int64) string {
	switch {
	case rows == report.OnAWS:
		return "on AWS"
	case event != "":
		return "event " + event
	case rows == 1:
		return "1 row"
	}
	return cli.Thousands(rows) + " rows"
}

// inputSlug is the same for the names of files.
func inputSlug(event string, rows int64) string {
	switch {
	case rows == report.OnAWS:
		return "aws"
	case event != "":
		return "event"
	}
	return fmt.Sprintf("%d rows", rows)
}
