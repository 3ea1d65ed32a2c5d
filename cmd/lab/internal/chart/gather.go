package chart

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
)

// A drawn is a chart with the name of its file.
type drawn struct {
	chart
	file string // "" if it is of several files, or of none
}

// gather returns the charts of all inputs: what was measured here first, what was measured
// elsewhere last. Each has a name and a title of its own.
func gather(in []*input, others bool) []chart {
	l := looks{}
	var tuned, tool []*input
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
	var sources []string // a file may hold what others asks for
	for _, p := range publications {
		if !slices.Contains(sources, p.Source) {
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

// tellApart makes the charts' names unique and fit for files. To titles that several charts have
// it adds the name of the file.
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

// groupBy returns the elements grouped by their keys, in the order in which the keys first appear.
func groupBy[T any](all []T, key func(*T) any) [][]T {
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
