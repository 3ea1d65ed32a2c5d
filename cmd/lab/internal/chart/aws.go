package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
)

// othersCharts draws what the experiment's authors measured on AWS.
func othersCharts(p *published.Experiment, l looks) []chart {
	const by = "Measured on AWS by others"
	note := report.Sentence(by+": "+p.Source, p.Region, p.Architecture)
	var out []chart
	for _, same := range groupBy(p.PowerTuning, func(t *published.Tuning) any { return t.Rows }) {
		ch := &curveChart{
			heading: heading{
				Name:     report.Slug("aws-tuning", inputSlug("", same[0].Rows)),
				Title:    by + ": time and cost by memory size, " + inputText("", same[0].Rows),
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
