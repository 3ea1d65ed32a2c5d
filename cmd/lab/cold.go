package main

import (
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
that, the output says "not limited here". docs/method.md says what is emulated and what is not.

There are four figures:

  start to /next      from the process's exec to the arrival of its first GET /next
  INIT                as Lambda bills it; there is no extension that could prolong it
  INIT + invocation   what is billed for the first invocation, before rounding up to 1 ms
  client saw          from the exec to the arrival of the answer at the Runtime API

Every --peer is a program that does the same job and speaks the Runtime API. Functions and
memory sizes take turns, in a new order each round, after one round that does not count.
Before a sample's times count, every item that it wrote is compared with the reference. A
function that fails, or writes anything else, has no times, and the exit status is 1; running
out of memory is a result. Give the function as a --peer, too, and its ratios show the noise.

The ratios are of medians, ours by the peer's, with 95% bootstrap confidence intervals.`,
	Examples: `
lab cold
lab cold --memory 128,256,512,1024 -n 100 --cache dropped --json cold.json
lab cold --peer rust=peers/rust/dist/bootstrap --peer again=dist/linux-amd64/bootstrap`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		o := new(cold.Config)
		var binary string
		var peers measure.Peers
		var plain bool
		cli.Whole(f, &o.Rows, "rows", 2000, 0, measure.MostRows, "`N` rows of the experiment's data (default 2000, a day of the real feed)")
		measure.DeclareMemory(f, &o.Memory, []int{128, 512}, "`LIST` memory sizes in MB, with commas between (default 128,512)")
		cli.Whole(f, &o.N, "n", 20, 1, 100_000, "`N` samples of each function at each size (default 20); with 100 there is a p99")
		o.DeclareTimeout(f, measure.LongestTimeout, "`TIME` that INIT or an invocation may take (default 30m)")
		f.Duration(&o.RoundTrip, "rtt", measure.RoundTrip, 0, time.Minute, "`TIME` of a round trip to S3 and DynamoDB (default 5ms)")
		o.Declare(f)
		f.String(&binary, "bootstrap", measure.BuiltBootstrap(), "`PATH` our function (default "+measure.BuiltBootstrap()+")")
		f.Func("peer", "`NAME=PATH` another function, a program in a folder of its own; may be repeated", peers.Set)
		f.Bool(&plain, "plain", "print the tables without colours, as they are printed where there is no terminal")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			o.Functions = append([]report.Program{{Name: report.Ours, Path: binary}}, peers...)
			if err := o.Ready(o.Memory, o.Functions); err != nil {
				return err
			}
			ctx, stop := interruptible()
			defer stop()
			r, err := cold.Measure(ctx, o, cli.NewStatus(c.Err))
			if err != nil {
				return err
			}
			if err := report.Save(o.File, r); err != nil {
				return err
			}
			if err := r.Print(cli.NewPage(c.Out, plain)); err != nil {
				return err
			}
			return reported(r.OK)
		}
	},
}
