package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
)

// coldCharts draws a lab cold: the start-ups by memory size, and the ratios of what is billed.
func coldCharts(r *report.Cold, l looks) []chart {
	method := r.Method(report.RoundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N))
	var out []chart
	for _, cells := range split(r.Results, func(f *report.Result) any { return f.MemoryMB }) {
		out = append(out, startUps(cells, l, "startup", method))
	}
	return append(out, ratioCharts(r.Ratios, l, "startup", method)...)
}

// compareCharts draws a lab compare: for each file the start-ups by memory size, the warm
// invocations and the ratios; those without round trips after those with.
func compareCharts(r *report.Compare, l looks) []chart {
	done := ""
	if r.Done < r.Planned {
		done = fmt.Sprintf("%d of %d planned starts", r.Done, r.Planned)
	}
	var out []chart
	for _, rows := range r.Rows {
		for _, trip := range r.RoundTrips {
			cells := slices.DeleteFunc(slices.Clone(r.Results), func(f report.Result) bool { return f.Rows != rows || f.RoundTrip != trip })
			if len(cells) == 0 {
				continue
			}
			prefix := "compare"
			if trip != r.RoundTrips[0] {
				prefix = report.Slug(prefix, fmt.Sprintf("rtt %v", trip))
			}
			method := r.Method(report.RoundTripText(trip), startsText(cells), done)
			for _, same := range split(cells, func(f *report.Result) any { return f.MemoryMB }) {
				out = append(out, startUps(same, l, prefix, method))
			}
			if slices.ContainsFunc(cells, func(f report.Result) bool { return f.Warm != nil }) {
				out = append(out, warmTimes(cells, l, prefix, method))
			}
		}
		ratios := slices.DeleteFunc(slices.Clone(r.Ratios), func(x report.Ratio) bool { return x.Rows != rows })
		out = append(out, ratioCharts(ratios, l, "compare", r.Method(done))...)
	}
	return out
}

// startsText says of how many starts the figures are: slow functions get fewer.
func startsText(cells []report.Result) string {
	low, high := 0, 0
	for _, f := range cells {
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

// ratioCharts draws what is billed and the warm invocations; the others say the same of parts.
func ratioCharts(ratios []report.Ratio, l looks, prefix, method string) []chart {
	var out []chart
	for _, figure := range []string{"initAndInvocationMs", report.FigureWarm, "startToNextMs"} {
		of := slices.DeleteFunc(slices.Clone(ratios), func(x report.Ratio) bool { return x.Figure != figure })
		if len(of) > 0 {
			out = append(out, timesOurs(of, figure, l, prefix, method))
		}
	}
	return out
}

// tuneCharts draws results of lab tune together where their figures may stand side by side:
// over the same file, on the same machine, at the prices of one architecture.
func tuneCharts(in []*chartInput, l looks) []chart {
	var out []chart
	for _, same := range split(in, func(in **chartInput) any {
		t := (*in).tune
		return [4]any{t.Rows, t.Where, t.Machine, t.Prices.Architecture}
	}) {
		first := same[0].tune
		ch := &curveChart{
			heading: heading{
				Name:     report.Slug("tuning", rowsSlug(first.Rows)),
				Title:    "Time and cost by memory size, " + rowsText(first.Rows) + ", warm",
				Subtitle: fmt.Sprintf("Time: mean without the highest and lowest %v%%; line: its 95%% interval. Cost: compute alone, at AWS's prices for %s in %s.", 100*first.Discarded, first.Prices.Architecture, first.Prices.Region),
			},
			Time: "trimmed mean", Low: "95% from", High: "to",
		}
		names := tuneNames(same)
		for i, in := range same {
			ch.Curves = append(ch.Curves, tuneCurve(in.tune, names[i], l))
			note := in.tune.Method(report.RoundTripText(in.tune.RoundTrip), fmt.Sprintf("n = %d at each size", in.tune.N))
			if !slices.Contains(ch.Notes, note) {
				ch.Notes = append(ch.Notes, note)
			}
		}
		if len(same) > 1 {
			ch.Notes = append(ch.Notes, fmt.Sprintf("From %d runs, one after the other: what the machine did besides may differ.", len(same)))
		}
		out = append(out, ch)
	}
	return out
}

// tuneNames are the functions' names, with what tells two of one name apart.
func tuneNames(in []*chartInput) []string {
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

func tuneCurve(t *report.Tune, name string, l looks) curve {
	c := curve{Name: name, Look: l.of(name)}
	for i := range t.Sizes {
		size := &t.Sizes[i]
		p := curvePoint{MemoryMB: size.MemoryMB, None: report.Or(size.Failed, "not measured")}
		if size.Mean != nil {
			p = curvePoint{MemoryMB: size.MemoryMB, Time: size.Mean.Value, Low: size.Mean.Low, High: size.Mean.High}
			if size.Cost != nil {
				p.Cost = size.Cost.Compute * 1e6
			}
		}
		c.Points = append(c.Points, p)
	}
	return c
}

// toolCharts draws outputs of AWS Lambda Power Tuning, whose files don't say of what or where.
func toolCharts(in []*chartInput, l looks) []chart {
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

// runCharts draws an invocation's phases, as the function itself reports them.
func runCharts(r *report.Run) []chart {
	ch := &barChart{
		heading: heading{
			Name:     "phases",
			Title:    "Where an invocation's time goes",
			Subtitle: "INIT only where the process is started. The phases are as the function reports them; the rest is all that it doesn't time.",
			Notes: []string{report.Sentence("Measured on "+r.Where, r.Machine, fmt.Sprintf("told it has %d MB", r.MemoryMB), "CPU not limited here", "TLS",
				"warm: the median invocation")},
		},
		Unit: unitMs, Value: "all",
		Parts: []string{"INIT", "S3 answers", "read, reduce", "write items", "rest"},
	}
	for _, f := range r.Runs {
		if f == nil {
			continue
		}
		g := barGroup{Label: rowsText(f.Rows)}
		g.Bars = append(g.Bars, phaseBar("first", f.Init, &f.Cold))
		if len(f.Warm) > 0 {
			median := f.Median()
			g.Bars = append(g.Bars, phaseBar("warm", 0, &median))
		}
		ch.Groups = append(ch.Groups, g)
	}
	return []chart{ch}
}

func phaseBar(label string, init float64, v *report.Invocation) bar {
	phases := v.Answer.Ms
	known := phases.Open + phases.Read + phases.Write
	if known == 0 {
		return bar{Label: label, None: "the function reports no phases"}
	}
	parts := []float64{init, phases.Open, phases.Read, phases.Write, max(0, v.Duration-known)}
	b := bar{Label: label, Parts: parts}
	for _, p := range parts {
		b.Value += p
	}
	return b
}

// othersCharts draws what the experiment's authors measured on AWS.
func othersCharts(p *published.Experiment, l looks) []chart {
	const by = "Measured on AWS by others"
	note := report.Sentence(by+": "+p.Source, p.Region, p.Architecture)
	var out []chart
	for _, same := range split(p.PowerTuning, func(t *published.Tuning) any { return t.Rows }) {
		ch := &curveChart{
			heading: heading{
				Name:     report.Slug("aws-tuning", rowsSlug(same[0].Rows)),
				Title:    by + ": time and cost by memory size, " + rowsText(same[0].Rows),
				Subtitle: "Means of AWS Lambda Power Tuning; it gives no intervals. Cost: compute alone.",
				Notes:    []string{note},
				Apart:    true,
			},
			Time: "mean",
		}
		var x86Priced []string
		for _, t := range same {
			c := curve{Name: t.Strategy, Look: l.of(t.Strategy)}
			for i, memory := range t.MemoryMB {
				c.Points = append(c.Points, curvePoint{MemoryMB: memory, Time: t.MeanMs[i], Cost: t.MeanUSD[i] * 1e6})
			}
			slices.SortFunc(c.Points, func(a, b curvePoint) int { return a.MemoryMB - b.MemoryMB })
			ch.Curves = append(ch.Curves, c)
			if t.X86Priced() {
				x86Priced = append(x86Priced, t.Strategy)
			}
		}
		if len(x86Priced) > 0 && p.Architecture == pricing.ARM {
			ch.Notes = append(ch.Notes, fmt.Sprintf("The costs of %s fit the price of %s, not of %s: comparing it with the others crosses architectures.",
				strings.Join(x86Priced, " and "), pricing.X86, pricing.ARM))
		}
		out = append(out, ch)
	}
	if len(p.ColdStarts) > 0 {
		out = append(out, othersColdStarts(p, l, by, note))
	}
	return out
}

func othersColdStarts(p *published.Experiment, l looks, by, note string) chart {
	ch := &barChart{
		heading: heading{
			Name:  "aws-cold-starts",
			Title: by + ": their cold starts at 512 MB",
			Notes: []string{note},
			Apart: true,
		},
		Unit: unitMs, Value: "published",
	}
	var g barGroup
	for name, ms := range p.ColdStarts {
		g.Bars = append(g.Bars, bar{Label: name, Look: l.of(name), Value: ms})
	}
	slices.SortFunc(g.Bars, func(a, b bar) int { return cmp.Compare(a.Value, b.Value) })
	ch.Groups = []barGroup{g}
	ch.Subtitle = "No intervals are published; less is better."
	return ch
}

// split returns what has the same key together, in the order in which the keys come first.
func split[T any](all []T, key func(*T) any) [][]T {
	var out [][]T
	at := map[any]int{}
	for i := range all {
		k := key(&all[i])
		if _, ok := at[k]; !ok {
			at[k] = len(out)
			out = append(out, nil)
		}
		out[at[k]] = append(out[at[k]], all[i])
	}
	return out
}
