package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

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
		b := new(chartBench)
		f.String(&b.dir, "svg", "", "`DIR` write a file for each chart there; it is made where there is none")
		f.String(&b.page, "html", "", "`FILE` write a page with all charts and their tables")
		f.Bool(&b.published, "published", "draw what the experiment's authors measured on AWS too, apart")
		return func(c *cli.Console, args []string) error {
			if b.dir == "" && b.page == "" {
				return cli.Usagef("expected --svg DIR or --html FILE, or both")
			}
			if len(args) == 0 && !b.published {
				return cli.Usagef("expected one FILE or more, as the other commands write with --json")
			}
			return b.run(c.Out, args)
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
