package chart

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// tuneCharts draws reports of lab tune. Those over the same file or event, on the same machine, and at
// the prices of one architecture share a chart of the time and the cost, and one of the CPU time if it
// is known.
func tuneCharts(in []*input, l looks) []chart {
	var out []chart
	for _, same := range groupBy(in, func(in **input) any {
		t := (*in).tune
		return [5]any{t.Event, t.Rows, t.Where, t.Machine, t.Prices.Architecture}
	}) {
		first := same[0].tune
		ch := &curveChart{
			heading: heading{
				Name:     report.Slug("tuning", inputSlug(first.Event, first.Rows)),
				Title:    "Time and cost by memory size, " + inputText(first.Event, first.Rows) + ", warm",
				Subtitle: fmt.Sprintf("Time: mean without the highest and lowest %v%%; line: its 95%% interval. Cost: compute alone, at AWS's prices for %s in %s.", 100*first.Discarded, first.Prices.Architecture, first.Prices.Region),
			},
			Time: "trimmed mean", Low: "95% from", High: "to",
		}
		cpu := &curveChart{
			heading: heading{
				Name:     report.Slug("tuning cpu", inputSlug(first.Event, first.Rows)),
				Title:    "CPU time by memory size, " + inputText(first.Event, first.Rows) + ", warm",
				Subtitle: "CPU time in user and system mode: p50; line: its 95% interval; less is better.",
			},
			Time: "p50", Low: "95% from", High: "to",
		}
		names := tuneNames(same)
		for i, in := range same {
			ch.Curves = append(ch.Curves, tuneCurve(in.tune, names[i], l, func(t *report.TunedSize) *stats.Interval { return t.Mean }, true))
			cpu.Curves = append(cpu.Curves, tuneCurve(in.tune, names[i], l, func(t *report.TunedSize) *stats.Interval { return t.CPU }, false))
			note := in.tune.Method(report.RoundTripText(in.tune.RoundTrip), fmt.Sprintf("n = %d at each size", in.tune.N))
			if !slices.Contains(ch.Notes, note) {
				ch.Notes = append(ch.Notes, note)
			}
			ch.Missing = append(ch.Missing, in.tune.Failures()...)
		}
		if len(same) > 1 {
			ch.Notes = append(ch.Notes, fmt.Sprintf("From %d runs, one after the other: what the machine did besides may differ.", len(same)))
		}
		out = append(out, ch)
		if cpu.Notes, cpu.Missing = ch.Notes, ch.Missing; len(cpu.values(false)) > 0 {
			out = append(out, cpu)
		}
	}
	return out
}

// tuneNames returns the names of the functions. Two of the same name have their files' names, too.
func tuneNames(in []*input) []string {
	names := make([]string, len(in))
	for i, a := range in {
		names[i] = a.tune.Function.Name
		for _, b := range in {
			if a == b || a.tune.Function.Name != b.tune.Function.Name {
				continue
			}
			names[i] = fmt.Sprintf("%s (%s)", a.tune.Function.Name, a.file)
		}
	}
	return names
}

// tuneCurve returns the curve of a figure, with the costs or without.
func tuneCurve(t *report.Tune, name string, l looks, figure func(*report.TunedSize) *stats.Interval, costs bool) curve {
	c := curve{Name: name, Look: l.of(name)}
	for i := range t.Sizes {
		size := &t.Sizes[i]
		p := curvePoint{MemoryMB: size.MemoryMB, None: noTimes(size.Failed)}
		if v := figure(size); v != nil {
			p = curvePoint{MemoryMB: size.MemoryMB, Time: v.Value, Low: v.Low, High: v.High}
			if costs && size.Cost != nil {
				p.Cost = size.Cost.Compute * 1e6
			}
		}
		c.Points = append(c.Points, p)
	}
	return c
}

// toolCharts draws outputs of AWS Lambda Power Tuning, which do not say what was measured.
func toolCharts(in []*input, l looks) []chart {
	if len(in) == 0 {
		return nil
	}
	ch := &curveChart{
		heading: heading{
			Name:     "power-tuning",
			Title:    "Time and cost by memory size, outputs of AWS Lambda Power Tuning",
			Subtitle: "Time: the tool's mean. Cost: compute alone, as it reckons.",
			Notes:    []string{"The files don't say what was measured, nor where, nor when; the names are theirs."},
			Apart:    true,
		},
		Time: "mean",
	}
	for _, in := range in {
		c := curve{Name: in.file, Look: l.of(in.file)}
		for _, s := range in.tool.Stats {
			c.Points = append(c.Points, curvePoint{MemoryMB: s.Value, Time: s.AverageDuration, Cost: s.AveragePrice * 1e6})
		}
		slices.SortFunc(c.Points, func(a, b curvePoint) int { return a.MemoryMB - b.MemoryMB })
		ch.Curves = append(ch.Curves, c)
	}
	return []chart{ch}
}
