package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/tune"
)

var tuneCommand = &cli.Command{
	Name:  "tune",
	Short: "measure time and cost by memory size, as AWS Lambda Power Tuning calculates them",
	About: `
Runs the function at several memory sizes, one after another in random order, in the sandbox
of lab cold: a start, its first invocation, which is reported by itself, and n warm ones. Before
a time counts, every item of its invocation is compared with the reference; for a function with
another job there are --event and --expect. Sizes with more vCPUs than this machine has for the
function are skipped. Where nothing can be limited, sizes differ in nothing: one is measured, and
none is chosen.

The mean is AWS Lambda Power Tuning's: it leaves out a fifth of the durations at either end.
That tool counts the first invocation among the n. Beside the mean there are p50 and p95, each
with its 95% bootstrap interval over the n invocations, which are of one process a size.

The cost is what AWS charges for a warm invocation, by its published prices in us-east-1 for
one architecture: the time, rounded up to milliseconds; the request itself; and what the
invocation makes S3 and DynamoDB charge, that is, the reading requests that were counted, and
a write unit for each KB of each item. KMS is not used. There is no free tier in it, and no
transfer, which is free between services of one region.

The times are this machine's, and so are the costs that follow from them. Ctrl-C ends the run, and
what was measured until then is printed and written.

With --function, a function in an AWS account is measured instead, through Lambda's API and with the
credentials that the AWS CLI would use. Lab makes a temporary copy of it, of the same package,
role and settings, and deletes it; with --live NAME it measures the function itself. It says first
what it will do and what that costs, and asks. docs/aws.md has the rest.`,
	Examples: `
lab tune
lab tune --rows 10000 -n 50 --strategy balanced --json tune.json
lab tune --bootstrap hello/bootstrap --event event.json --shared
lab tune --arch arm64 --bootstrap peers/rust/dist/bootstrap --tool-json rust.json
lab tune --function reduction --table measured --json tune.json`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		o := &tune.Config{Weight: 0.5}
		var functions measure.Functions
		var architecture, tool string
		var plain bool
		cli.Whole(f, &o.Rows, "rows", 1_000_000, 0, measure.MostRows, "`N` rows of the experiment's data (default 1000000)")
		measure.DeclareMemory(f, &o.Memory, []int{256, 512, 1024, 1536, 2048, 3008, 5000}, "`LIST` memory sizes in MB, with commas between (default the experiment's seven, 256 to 5000)")
		cli.Whole(f, &o.N, "n", 10, 5, 100_000, "`N` warm invocations at each size (default 10)")
		o.DeclareTimeout(f, 2*time.Minute, "`TIME` that INIT or an invocation may take (default 2m)")
		f.Duration(&o.RoundTrip, "rtt", measure.RoundTrip, 0, time.Minute, "`TIME` of a round trip to S3 and DynamoDB (default 5ms)")
		f.String(&architecture, "arch", pricing.MachineArchitecture(), "`NAME` architecture of the prices: x86_64 or arm64 (default this machine's)")
		f.String(&o.Strategy, "strategy", powertuning.Cost, "`NAME` strategy that chooses a size: cost, speed or balanced (default cost)")
		f.Func("balanced-weight", "`W` weight of the balanced strategy, from 0, the fastest, to 1, the cheapest (default 0.5)", func(text string) error {
			n, err := fmt.Sscan(text, &o.Weight)
			if n != 1 || err != nil || !(o.Weight >= 0 && o.Weight <= 1) {
				return errors.New("expected a number from 0 to 1")
			}
			return nil
		})
		o.Declare(f)
		f.String(&tool, "tool-json", "", "`FILE` to write AWS Lambda Power Tuning's output to")
		o.Job.Declare(f)
		functions.DeclareFirst(f)
		away := declareAWS(f, "NAME|ARN")
		f.Bool(&plain, "plain", "print the table without colours, as it is printed where there is no terminal")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			var ok bool
			if o.Prices, ok = pricing.Of(architecture); !ok {
				return cli.Usagef("--arch is %q; expected %s or %s", architecture, pricing.X86, pricing.ARM)
			}
			if !slices.Contains([]string{powertuning.Cost, powertuning.Speed, powertuning.Balanced}, o.Strategy) {
				return cli.Usagef("--strategy is %q; expected cost, speed or balanced", o.Strategy)
			}
			if err := away.check(); err != nil {
				return err
			}
			if away.asked() {
				return away.tune(c, o, tool, plain)
			}
			function, err := functions.List()
			if err != nil {
				return err
			}
			if err := o.Ready(o.Memory, function); err != nil {
				return err
			}
			if err := measure.Writable(tool); err != nil {
				return err
			}
			o.Function = function[0]
			ctx, stop := interruptible()
			defer stop()
			r, err := tune.Measure(ctx, o, c.Status())
			if r == nil {
				return err
			}
			// An interrupted run is reported, too.
			if err := errors.Join(err, report.Save(o.File, r), saveToolJSON(tool, r), r.Print(cli.NewPage(c.Out, plain))); err != nil {
				return err
			}
			return reported(r.OK)
		}
	},
}

// saveToolJSON writes AWS Lambda Power Tuning's output to a file, if one is named.
func saveToolJSON(file string, r *report.Tune) error {
	if file != "" && r.PowerTuning == nil {
		return fmt.Errorf("%s: not written: no size was chosen", file)
	}
	return report.Save(file, r.PowerTuning)
}
