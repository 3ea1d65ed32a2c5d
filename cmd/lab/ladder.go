package main

import (
	"errors"
	"os"
	"slices"
	"time"

	"reduction/cmd/lab/internal/chart"
	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/ladder"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

var ladderCommand = &cli.Command{
	Name:  "ladder",
	Args:  "[FILE...]",
	Short: "measure what each habit costs a cold start, step by step from AWS's SDK to ours",
	About: `
Measures as lab cold does: the same sandbox, samples, checks and figures. The functions are a
ladder: each rung has one habit less than the one before it.

  go-sdk, as usual          AWS's SDK; nothing opened in INIT; one batch after another
  batches together          eight batches in flight
  connections in INIT       a connection to each service
  no SDK                    net/http and encoding/json, requests signed by hand
  no net/http               our own runtime, S3 and DynamoDB clients
  all connections in INIT   a connection for each batch in flight
  roots embedded            the system's root certificates are not loaded
  own parser                our parser and tables in place of encoding/csv and maps, with SIMD
  pages asked for           the program asks the kernel for all of its pages at its start
  ours                      compiled for size where it runs a few times only

Beside it, the same job is measured in Go and in Rust, with AWS's SDK and without. Without --job
only starts are measured, from exec to GET /next: of the smallest function with each library,
and of the functions above with nothing configured.

peers/ladder/build.sh builds the rungs, peers/*/build.sh the others. The output names those that
are not built and left out. A FILE is what an earlier run wrote with --json: then nothing is
measured, and the reports of all files are printed, and written to --markdown and --svg.`,
	Examples: `
lab ladder --job --memory 128 --json ladder-128.json
lab ladder --cache dropped --json hello-dropped.json
lab ladder --markdown docs/ladder.md --svg docs ladder-128.json hello-dropped.json`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		o := new(ladder.Config)
		var plain bool
		var markdown, svg string
		f.Bool(&o.Job, "job", "measure the whole job, up to the first answer; otherwise the start to /next alone")
		cli.Whole(f, &o.Rows, "rows", 2000, 0, measure.MostRows, "`N` rows of the experiment's data (default 2000)")
		measure.DeclareMemory(f, &o.Memory, []int{128}, "`LIST` memory sizes in MB, with commas between (default 128)")
		cli.Whole(f, &o.N, "n", 20, 1, 100_000, "`N` samples of each function at each size (default 20)")
		f.Duration(&o.RoundTrip, "rtt", measure.RoundTrip, 0, time.Minute, "`TIME` of a round trip to S3 and DynamoDB (default 5ms)")
		o.Declare(f)
		f.String(&o.Bootstrap, "bootstrap", measure.BuiltBootstrap(), "`PATH` our function (default "+measure.BuiltBootstrap()+")")
		f.String(&o.PeersDir, "peers", "peers", "`DIR` with the rungs and the other functions (default peers)")
		f.String(&o.Only, "only", "", "`NAMES` of the functions to measure, without the commas in them, with commas between (default all)")
		f.String(&o.Storage, "storage", "", "`TEXT` what the programs are stored on, if it is not this machine's disk")
		f.String(&markdown, "markdown", "", "`FILE` to write the tables to as Markdown")
		f.String(&svg, "svg", "", "`DIR` to write a chart of each table to")
		f.Bool(&plain, "plain", "print the tables without colours, as they are printed where there is no terminal")
		return func(c *cli.Console, args []string) error {
			reports, err := report.ReadLadders(args)
			if err != nil {
				return err
			}
			var interrupted error
			if len(args) == 0 {
				r, err := measureLadder(o, c)
				if r == nil {
					return err
				}
				reports, interrupted = []*report.Ladder{r}, err
			}
			if markdown != "" {
				if err := os.WriteFile(markdown, []byte(report.LadderMarkdown(reports)), 0o644); err != nil {
					return err
				}
			}
			if svg != "" {
				if err := chart.WriteLadders(svg, reports); err != nil {
					return err
				}
			}
			if err := errors.Join(interrupted, report.PrintLadders(cli.NewPage(c.Out, plain), reports)); err != nil {
				return err
			}
			return reported(!slices.ContainsFunc(reports, func(r *report.Ladder) bool { return !r.OK }))
		}
	},
}

// measureLadder measures and writes the report to its file. An interrupted run has a report, too.
func measureLadder(o *ladder.Config, c *cli.Console) (*report.Ladder, error) {
	if err := o.Prepare(); err != nil {
		return nil, err
	}
	ctx, stop := interruptible()
	defer stop()
	r, err := ladder.Measure(ctx, o, c.Status())
	if r == nil {
		return nil, err
	}
	return r, errors.Join(err, report.Save(o.File, r))
}
