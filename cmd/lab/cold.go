package main

import (
	"errors"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/cold"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

var coldCommand = &cli.Command{
	Name:  "cold",
	Short: "measure start-up and first answer in a sandbox like Lambda's, beside other functions",
	About: `
Starts the function anew for every sample, in a sandbox that gives it what Lambda would: all
of the CPU until its first GET /next, then memory/1769 vCPUs in periods of 20 ms; the memory
size as a limit; CPUs of its own if there are enough. Where the machine or its user cannot do
that, the output says so, and what would help. docs/method.md says what is emulated and what
is not.

There are four figures of time, and two of CPU time, which is what a small memory size makes a
function wait for:

  start to /next      from the process's exec to the arrival of its first GET /next
  INIT                as Lambda bills it; shown where an extension makes it longer than that
  INIT + invocation   what is billed for the first invocation, before rounding up to 1 ms
  client saw          from the exec to the arrival of the answer at the Runtime API
  CPU of INIT         in user and system mode, of all its processes, as the kernel counts it
  CPU of both         that of INIT and the first invocation together

Any function can be measured, in any language: a program in a folder of its own that speaks the
Lambda Runtime API. --bootstrap names the first one, each --peer another. Functions and memory
sizes take turns, in a new order each round, after one round that does not count.

Before a sample's times count, every item that it wrote is compared with the reference. For a
function with another job there are --event and --expect. A function that fails, never answers,
or answers anything else has no times, and the exit status is 1; running out of memory is a
result. Give the same program twice, and its ratios show what chance does.

Ratios are of medians, with 95% bootstrap confidence intervals. Ctrl-C ends the run, and what was
measured until then is printed and written.

With --function, functions in an AWS account are measured instead, through Lambda's API and with the
credentials that the AWS CLI would use. Lab makes a temporary copy of each, of the same package,
role and settings, and deletes it; with --live NAME it measures the function itself. It says first
what it will do and what that costs, and asks. docs/aws.md has the rest.`,
	Examples: `
lab cold
lab cold --peer hello=hello/bootstrap --expect status
lab cold --bootstrap hello/bootstrap --event event.json --expect answer.json
lab cold --memory 128,256,512,1024 -n 100 --cache dropped --json cold.json
lab cold --peer rust=peers/rust/dist/bootstrap --peer again=dist/linux-amd64/bootstrap
lab cold --function reduction --table measured
lab cold --function mine,yours:live --memory 128,512 -n 50 --payload @event.json --json cold.json`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		o := new(cold.Config)
		var functions measure.Functions
		var plain bool
		cli.Whole(f, &o.Rows, "rows", 2000, 0, measure.MostRows, "`N` rows of the experiment's data (default 2000, a day of the real feed)")
		measure.DeclareMemory(f, &o.Memory, []int{128, 512}, "`LIST` memory sizes in MB, with commas between (default 128,512; with --function, that of the function)")
		cli.Whole(f, &o.N, "n", 20, 1, 100_000, "`N` samples of each function at each size (default 20); with 100 there is a p99")
		o.DeclareTimeout(f, 30*time.Second, "`TIME` that INIT or an invocation may take (default 30s)")
		f.Duration(&o.RoundTrip, "rtt", measure.RoundTrip, 0, time.Minute, "`TIME` of a round trip to S3 and DynamoDB (default 5ms)")
		o.Declare(f)
		o.Job.Declare(f)
		functions.Declare(f)
		away := declareAWS(f, "NAME|ARN[,…]")
		f.Bool(&plain, "plain", "print the tables without colours, as they are printed where there is no terminal")
		return func(c *cli.Console, args []string) (err error) {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			if err := away.check(); err != nil {
				return err
			}
			if away.asked() {
				return away.cold(c, o, plain)
			}
			if o.Functions, err = functions.List(); err != nil {
				return err
			}
			if err := o.Ready(o.Memory, o.Functions); err != nil {
				return err
			}
			ctx, stop := interruptible()
			defer stop()
			r, err := cold.Measure(ctx, o, c.Status())
			if r == nil {
				return err
			}
			// An interrupted run is reported, too.
			if err := errors.Join(err, report.Save(o.File, r), r.Print(cli.NewPage(c.Out, plain))); err != nil {
				return err
			}
			return reported(r.OK)
		}
	},
}
