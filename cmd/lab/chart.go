package main

import (
	"reduction/cmd/lab/internal/chart"
	"reduction/cmd/lab/internal/cli"
)

var chartCommand = &cli.Command{
	Name:  "chart",
	Args:  "FILE...",
	Short: "pictures of what the other commands measured: SVG files, or one HTML page",
	About: `
Draws files of lab cold --json, lab tune --json, lab compare --json, lab ladder --json and
lab run --json, any number of them together:

  lab tune      time and cost by memory size, on two axes; results over the same file, on the
                same machine, at the prices of one architecture share a chart
  lab cold      the four figures of a start, by function, a chart for each memory size, with
                p90 and p99; how many times ours each rival takes, with 95% intervals
  lab compare   the same for each file, and warm invocations by memory size
  lab ladder    the steps, as bars
  lab run       the phases of an invocation

The output of AWS Lambda Power Tuning is drawn too, and a published.json; what was measured
elsewhere stands apart, and says so. Where times lie so far apart that the small ones would
have no bar to be seen, they are marks on a logarithmic scale.

The pictures need nothing beside themselves: no script, no font, no file. They follow the
reader's choice of light or dark, and are told in words to who can't see them. The page has
every number in a table besides, and can be printed.`,
	Examples: `
lab chart --svg docs cold.json
lab chart --html results.html ours.json rust.json compare.json --published
lab chart --svg pictures --html pictures/index.html *.json`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		o := new(chart.Options)
		f.String(&o.SVG, "svg", "", "`DIR` write a file for each chart there; it is made where there is none")
		f.String(&o.HTML, "html", "", "`FILE` write a page with all charts and their tables")
		f.Bool(&o.Published, "published", "draw what the experiment's authors measured on AWS too, apart")
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
