package main

import (
	"encoding/json"
	"errors"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/run"
	"reduction/internal/dataset"
)

var runCommand = &cli.Command{
	Name:  "run",
	Short: "run the whole job on this machine: data, S3, Lambda, DynamoDB; and check the result",
	About: `
Starts an emulator of S3, DynamoDB and Lambda inside this process, uploads the experiment's
data, and starts the bootstrap binary as a child process, as Lambda does: the function asks the
Runtime API for an event, streams the CSV from S3 over TLS, and writes one item for each
diagnosis in each hospital. It is invoked once cold, then several times warm.

Every item of every invocation is compared with a reference: the same job, written a second
time with encoding/csv and math/big. The exit status is 1 if a single item differs.

Without --rows it runs three sizes one after another: 2,000 rows, which is a day of the real
feed, and the experiment's 10,000 and 1,000,000.

The times are this machine's, and the emulator shares the processors with the function. They
compare one build with another on this machine, and are not what AWS would show. For any other
function there is lab cold.`,
	Examples: `
make run
lab run --rows 2000 --warm 50
lab run --json | jq '.runs[] | {rows, startToReadyMs, warmMinMs}'`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		o := &run.Config{Rows: []int64{2_000, 10_000, 1_000_000}}
		var rows int64
		var asJSON, plain bool
		cli.Whole(f, &rows, "rows", -1, 0, measure.MostRows, "`N` one size of N rows, instead of the three")
		cli.Whole(f, &o.MemoryMB, "memory", measure.MemoryMB, 128, 10_240, "`MB` memory setting that the function is told; not enforced here, lab cold enforces it (default 256)")
		cli.Whole(f, &o.Warm, "warm", 9, 0, 100_000, "`N` warm invocations (default 9)")
		cli.Whole(f, &o.Seed, "seed", dataset.DefaultSeed, 0, 1<<63-1, "`S` seed of the data (default 1)")
		f.String(&o.Bootstrap, "bootstrap", measure.BuiltBootstrap(), "`PATH` the function (default "+measure.BuiltBootstrap()+", which make bootstrap builds)")
		f.Duration(&o.Timeout, "timeout", 2*time.Minute, time.Second, measure.LongestTimeout, "`TIME` that INIT or an invocation may take (default 2m)")
		f.Bool(&asJSON, "json", "print the figures as JSON, times in milliseconds")
		f.Bool(&plain, "plain", "print the table without colours, as it is printed where there is no terminal")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			if rows >= 0 {
				o.Rows = []int64{rows}
			}
			ctx, stop := interruptible()
			defer stop()
			r, err := run.Measure(ctx, o, c.Status())
			if r == nil {
				return err
			}
			// An interrupted run is reported, too.
			if asJSON {
				e := json.NewEncoder(c.Out)
				e.SetIndent("", "  ")
				err = errors.Join(err, e.Encode(r))
			} else {
				err = errors.Join(err, r.Print(cli.NewPage(c.Out, plain)))
			}
			if err != nil {
				return err
			}
			return reported(r.OK)
		}
	},
}
