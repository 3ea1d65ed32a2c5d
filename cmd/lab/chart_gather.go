package main

import (
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
)

// drawn is a chart, and the file that it is of.
type drawn struct {
	chart
	file string // "" where it is of several, or of none
}

// chartsOf draws all inputs: ours first, what was measured elsewhere last. Each chart has a
// name of its own, and a title.
func chartsOf(in []*chartInput, others bool) []chart {
	l := looks{}
	var tuned, tool []*chartInput
	var publications []*published.Experiment
	var all []drawn
	for _, in := range in {
		add := func(charts ...chart) {
			for _, ch := range charts {
				all = append(all, drawn{ch, in.file})
			}
		}
		switch {
		case in.cold != nil:
			add(coldCharts(in.cold, l)...)
		case in.compare != nil:
			add(compareCharts(in.compare, l)...)
			publications = append(publications, in.compare.Published)
		case in.ladder != nil:
			for _, ch := range ladderCharts(in.ladder) {
				add(ch)
			}
		case in.run != nil:
			add(runCharts(in.run)...)
		case in.bars != nil:
			add(in.bars)
		case in.tune != nil:
			tuned = append(tuned, in)
		case in.tool != nil:
			tool = append(tool, in)
		case in.others != nil:
			publications = append(publications, in.others)
		}
	}
	if others {
		publications = append(publications, published.Results())
	}
	together := tuneCharts(tuned, l)
	apart := toolCharts(tool, l)
	var sources []string // every compare holds the same published.Experiment
	for _, p := range publications {
		if p != nil && !slices.Contains(sources, p.Source) {
			sources = append(sources, p.Source)
			apart = append(apart, othersCharts(p, l)...)
		}
	}
	return tellApart(slices.Concat(drawnOf(together), all, drawnOf(apart)))
}

func drawnOf(charts []chart) []drawn {
	out := make([]drawn, len(charts))
	for i, ch := range charts {
		out[i].chart = ch
	}
	return out
}

// tellApart makes the names of charts fit for files, and no two alike, and says of which file
// a chart is where another has its title.
func tellApart(all []drawn) []chart {
	taken, titles := map[string]bool{}, map[string]int{}
	for _, d := range all {
		titles[d.head().Title]++
	}
	out := make([]chart, len(all))
	for i, d := range all {
		h := d.head()
		if titles[h.Title] > 1 && d.file != "" {
			h.Title += " (" + d.file + ")"
		}
		h.Name = report.Or(report.Slug(h.Name), "chart")
		for base, n := h.Name, 2; taken[h.Name]; n++ {
			h.Name = fmt.Sprintf("%s-%d", base, n)
		}
		taken[h.Name] = true
		out[i] = d.chart
	}
	return out
}

// sourcesOf says of each input what its figures hold good for.
func sourcesOf(in []*chartInput) []source {
	var out []source
	for _, in := range in {
		s := source{File: in.file + ".json", OK: true}
		about := func(c *report.Conditions, ok bool, more ...string) {
			s.Method, s.Sandbox, s.OK = c.Method(more...), c.Sandbox, ok
		}
		switch {
		case in.cold != nil:
			r := in.cold
			about(&r.Conditions, r.OK, report.KindCold, report.RoundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N), fmt.Sprintf("seed %d", r.Seed))
		case in.tune != nil:
			r := in.tune
			about(&r.Conditions, r.OK, report.KindTune, r.Function.Name, report.RoundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N), fmt.Sprintf("seed %d", r.Seed))
		case in.compare != nil:
			r := in.compare
			about(&r.Conditions, r.OK, report.KindCompare, fmt.Sprintf("%d of %d planned starts in %.0f s", r.Done, r.Planned, r.Took), fmt.Sprintf("seed %d", r.Seed))
			for _, out := range r.LeftOut {
				s.Sandbox = append(s.Sandbox, fmt.Sprintf("left out: %s, %s", out.Name, out.Why))
			}
		case in.ladder != nil:
			r := in.ladder
			about(&r.Conditions, r.OK, report.KindLadder, report.RoundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N), fmt.Sprintf("seed %d", r.Seed))
		case in.run != nil:
			s.Method, s.OK = report.Sentence("Measured on "+in.run.Where, in.run.Machine, "lab run"), in.run.OK
		case in.others != nil:
			s.Method = report.Sentence("Measured on AWS by others: "+in.others.Source, in.others.Region, in.others.Architecture)
		case in.tool != nil:
			s.Method = "Output of AWS Lambda Power Tuning, which does not say what was measured."
		case in.bars != nil:
			s.Method = strings.Join(in.bars.Notes, " ")
		}
		out = append(out, s)
	}
	return out
}
