package main

import (
	"reduction/cmd/lab/internal/chart"
	"reduction/cmd/lab/internal/cli"
)

var chartCommand = &cli.Command{
	Name:  "chart",
	Args:  "FILE...",
	Short: "draw what the other commands measured, as SVG files or as one HTML page",
	About: `
Draws files that lab cold, tune, compare, ladder and run wrote with --json, any number of them
together:

  lab tune      time and cost by memory size, on two axes; results over the same file, on the
                same machine, at the prices of one architecture share a chart
  lab cold      the times and the CPU time of a start, by function, a chart for each memory size,
                with p90 and p99; how many times as long as the first function each other takes,
                with 95% intervals
  lab compare   the same for each file, and warm invocations by memory size
  lab ladder    the steps, as bars
  lab run       the phases of an invocation

CPU time has charts of its own for tune, ladder and run.

It also draws the output of AWS Lambda Power Tuning, and a file of the form of published.json.
What was measured elsewhere is drawn apart, and the charts say so. What the experiment's authors
measured is drawn with --published only. If times differ so much that the bars of the small ones
could not be seen, marks on a logarithmic scale are drawn instead.

The charts need no other file: no script, no font, no picture. They follow the reader's choice of
light or dark, and have a text for readers who cannot see them. The page can be printed, and also
has every number in a table.`,
	Examples: `
lab chart --svg docs cold.json
lab chart --html results.html ours.json rust.json compare.json --published
lab chart --svg pictures --html pictures/index.html *.json`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		o := new(chart.Options)
		f.String(&o.SVG, "svg", "", "`DIR` folder to write a file for each chart to; it is created if missing")
		f.String(&o.HTML, "html", "", "`FILE` file to write a page with all charts and their tables to")
		f.Bool(&o.Published, "published", "also draw what the experiment's authors measured on AWS, apart")
		return func(c *cli.Console, args []string) error {
			if o.SVG == "" && o.HTML == "" {
				return cli.Usagef("expected --svg DIR or --html FILE, or both")
			}
			if len(args) == 0 && !o.Published {
				return cli.Usagef("expected one FILE or more, as the other commands write with --json")
			}
			return chart.Write(c.Out, args, o)
		}
	},
}
