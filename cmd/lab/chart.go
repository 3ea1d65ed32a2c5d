package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

var chartCommand = &command{
	name:  "chart",
	args:  "FILE...",
	short: "pictures of what the other commands measured: SVG files, or one HTML page",
	about: `
Draws files of lab cold --json, lab tune --json, lab compare --json and lab run --json, any
number of them together:

  lab tune      time and cost by memory size, on two axes; results over the same file, on the
                same machine, at the prices of one architecture share a chart
  lab cold      the four figures of a start, by function, a chart for each memory size, with
                p90 and p99; how many times ours each rival takes, with 95% intervals
  lab compare   the same for each file, and warm invocations by memory size
  lab run       the phases of an invocation

The output of AWS Lambda Power Tuning is drawn too, and a published.json; what was measured
elsewhere stands apart, and says so. Where times lie so far apart that the small ones would
have no bar to be seen, they are marks on a logarithmic scale.

The pictures need nothing beside themselves: no script, no font, no file. They follow the
reader's choice of light or dark, and are told in words to who can't see them. The page has
every number in a table besides, and can be printed.`,
	examples: `
lab chart --svg docs cold.json
lab chart --html results.html ours.json rust.json compare.json --published
lab chart --svg pictures --html pictures/index.html *.json`,
	setup: func(f *flags) func(*console, []string) error {
		b := new(chartBench)
		f.set.StringVar(&b.dir, "svg", "", "`DIR` write a file for each chart there; it is made where there is none")
		f.set.StringVar(&b.page, "html", "", "`FILE` write a page with all charts and their tables")
		f.set.BoolVar(&b.published, "published", false, "draw what the experiment's authors measured on AWS too, apart")
		return func(c *console, args []string) error {
			if b.dir == "" && b.page == "" {
				return usagef("expected --svg DIR or --html FILE, or both")
			}
			if len(args) == 0 && !b.published {
				return usagef("expected one FILE or more, as the other commands write with --json")
			}
			return b.run(c.out, args)
		}
	},
}

// chartBench is one `lab chart`.
type chartBench struct {
	dir, page string // "" is none
	published bool
}

func (b *chartBench) run(w io.Writer, files []string) error {
	var in []*chartInput
	var errs []error
	for _, file := range files {
		one, err := loadChart(file)
		in, errs = append(in, one), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	charts := chartsOf(in, b.published)
	if b.dir != "" {
		if err := os.MkdirAll(b.dir, 0o755); err != nil {
			return err
		}
		for _, ch := range charts {
			file := filepath.Join(b.dir, ch.head().Name+".svg")
			if err := os.WriteFile(file, drawSVG(ch), 0o644); err != nil {
				return err
			}
			fmt.Fprintf(w, "%s  %s\n", file, ch.head().Title)
		}
	}
	if b.page != "" {
		page, err := drawPage(charts, sourcesOf(in))
		if err != nil {
			return err
		}
		if err := os.WriteFile(b.page, page, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(w, "%s  %d charts\n", b.page, len(charts))
	}
	return nil
}

// chartsOf draws all inputs: ours first, what was measured elsewhere last. Each chart has a
// name of its own.
func chartsOf(in []*chartInput, others bool) []chart {
	l := looks{}
	var out, apart []chart
	var tuned, tool []*chartInput
	for _, in := range in {
		switch {
		case in.tune != nil:
			tuned = append(tuned, in)
		case in.tool != nil:
			tool = append(tool, in)
		}
	}
	out = append(out, tuneCharts(tuned, l)...)
	var publications []*publication
	for _, in := range in {
		switch {
		case in.cold != nil:
			out = append(out, coldCharts(in.cold, l)...)
		case in.compare != nil:
			out = append(out, compareCharts(in.compare, l)...)
			publications = append(publications, in.compare.Published)
		case in.run != nil:
			out = append(out, runCharts(in.run)...)
		case in.bars != nil:
			out = append(out, in.bars)
		case in.others != nil:
			publications = append(publications, in.others)
		}
	}
	if others {
		publications = append(publications, published())
	}
	apart = toolCharts(tool, l)
	var drawn []string // every compare holds the same publication
	for _, p := range publications {
		if p == nil || slices.Contains(drawn, p.Source) {
			continue
		}
		drawn = append(drawn, p.Source)
		apart = append(apart, othersCharts(p, l)...)
	}
	out = append(out, apart...)

	taken := map[string]int{}
	for _, ch := range out {
		h := ch.head()
		h.Name = or(slug(h.Name), "chart")
		if taken[h.Name]++; taken[h.Name] > 1 {
			h.Name = fmt.Sprintf("%s-%d", h.Name, taken[h.Name])
		}
	}
	return out
}

// sourcesOf says of each input what its figures hold good for.
func sourcesOf(in []*chartInput) []source {
	var out []source
	for _, in := range in {
		s := source{File: in.file + ".json", OK: true}
		about := func(c *conditions, ok bool, more ...string) {
			s.Method, s.Sandbox, s.OK = c.method(more...), c.Sandbox, ok
		}
		switch {
		case in.cold != nil:
			r := in.cold
			about(&r.conditions, r.OK, kindCold, roundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N), fmt.Sprintf("seed %d", r.Seed))
		case in.tune != nil:
			r := in.tune
			about(&r.conditions, r.OK, kindTune, r.Function.Name, roundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N), fmt.Sprintf("seed %d", r.Seed))
		case in.compare != nil:
			r := in.compare
			about(&r.conditions, r.OK, kindCompare, fmt.Sprintf("%d of %d planned starts in %.0f s", r.Done, r.Planned, r.Took), fmt.Sprintf("seed %d", r.Seed))
			for _, out := range r.LeftOut {
				s.Sandbox = append(s.Sandbox, fmt.Sprintf("left out: %s, %s", out.Name, out.Why))
			}
		case in.run != nil:
			s.Method, s.OK = sentence("Measured on "+in.run.Where, in.run.Machine, "lab run"), in.run.OK
		case in.others != nil:
			s.Method = sentence("Measured on AWS by others: "+in.others.Source, in.others.Region, in.others.Architecture)
		case in.tool != nil:
			s.Method = "Output of AWS Lambda Power Tuning, which does not say what was measured."
		case in.bars != nil:
			s.Method = strings.Join(in.bars.Notes, " ")
		}
		out = append(out, s)
	}
	return out
}
