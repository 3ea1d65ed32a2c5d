package chart

import (
	"fmt"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// figures are the figures of a start, and that of the invocations behind it, with their names in
// titles and in the names of files.
var figures = []struct{ name, title, slug string }{
	{report.FigureStart, "Start to /next", "start"},
	{report.FigureInit, "INIT", "init"},
	{report.FigureBilled, "INIT + invocation, which is billed", "billed"},
	{report.FigureClient, "Client saw", "client"},
	{report.FigureWarm, "Warm invocation", "warm"},
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

// rowsText names the file that was read; of functions in an account it is not known.
func rowsText(rows int64) string {
	switch rows {
	case 1:
		return "1 row"
	case report.OnAWS:
		return "on AWS"
	}
	return cli.Thousands(rows) + " rows"
}

func rowsSlug(rows int64) string {
	if rows == report.OnAWS {
		return "aws"
	}
	return fmt.Sprintf("%d rows", rows)
}
