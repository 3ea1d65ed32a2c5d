package main

import (
	"errors"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/compare"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

var compareCommand = &cli.Command{
	Name:  "compare",
	Short: "compare ours with every rival that is built, by file and memory size, cold and warm",
	About: `
Measures our function and its rivals in one run, in the sandbox of lab cold: at each memory
size, over each file, a start with its first invocation and then warm ones. Ours takes part
twice, as "ours" and "ours again": the difference between the two is chance, and a rival within
its interval shows no difference.

Rivals are the programs peers/*/dist*/bootstrap, and every --peer; dist-original has the
habits of the experiment's own program. A rival that is not built is left out, and the output
names the command that builds it. A function that fails, writes anything but what the reference
says, or takes longer than --timeout has no times; that is said at once and in the report, and
the run goes on. With --event, which gives functions another job, only --bootstrap and every
--peer take part.
INIT may take as long as the timeout: Lambda stops it after 10 s and repeats it, with less CPU,
in the first invocation.

Everything is measured twice: with the network's round trip, and without. The difference is
what the latency costs. Counting round trips and multiplying would be wrong, since some of them
pass while the function computes, and others at the same time.

A first start of each function counts for nothing but the plan: from how long it took follows
how many starts fit into --budget, at most -n, and fewer of slow functions. Then that is fixed.
Starts are taken in rounds, each in a new random order; slow functions take part in some rounds
only. Ratios are of medians, with 95% bootstrap intervals; processes are drawn again, and the
warm invocations of a process are drawn together.

Every start is written at once to a file beside --json. After Ctrl-C, --resume goes on. Without
--resume the starts of an earlier run are kept, under a name with their date.`,
	Examples: `
lab compare
lab compare --rows 2000,1000000 --memory 128,512,1769 --json compare.json --markdown compare.md
lab compare --only rust,rust-bare --memory 128,256,512 --cache dropped
lab compare --budget 2h -n 100 --json compare.json --resume
lab compare --peers '' --peer mine=../mine/bootstrap --rows 2000
lab compare --bootstrap hello/bootstrap --peer other=other/bootstrap --event event.json`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		o := new(compare.Config)
		var plain bool
		cli.WholeList(f, &o.Rows, "rows", []int64{2_000, 10_000, 1_000_000}, 0, measure.MostRows, "`LIST` rows of the experiment's data, with commas between (default 2000,10000,1000000)")
		measure.DeclareMemory(f, &o.Memory, []int{128, 512, 1769}, "`LIST` memory sizes in MB, with commas between (default 128,512,1769)")
		f.DurationList(&o.RoundTrips, "rtt", []time.Duration{measure.RoundTrip, 0}, 0, time.Minute, "`LIST` round trips to S3 and DynamoDB, the usual one first (default 5ms,0s)")
		cli.Whole(f, &o.N, "n", 20, 1, 100_000, "`N` starts of each function, at most (default 20)")
		cli.Whole(f, &o.Warm, "warm", 10, 1, 100_000, "`N` warm invocations after each start, at most (default 10)")
		f.Duration(&o.Budget, "budget", 30*time.Minute, time.Second, 100*time.Hour, "`TIME` that the measuring may take (default 30m)")
		o.DeclareTimeout(f, 2*time.Minute, "`TIME` that INIT or an invocation may take (default 2m)")
		o.Settings.Declare(f)
		o.Job.Declare(f)
		f.String(&o.Markdown, "markdown", "", "`FILE` to write the tables to as Markdown")
		f.Bool(&o.Resume, "resume", "go on with the run whose starts are beside --json")
		o.Functions.Declare(f)
		f.String(&o.PeersDir, "peers", compare.DefaultPeers, "`DIR` with the rivals; '' for none (default "+compare.DefaultPeers+")")
		f.String(&o.Only, "only", "", "`LIST` names of the rivals that take part, with commas between (default all)")
		f.Bool(&o.Published, "published", "also report what the experiment's authors measured on AWS, apart")
		f.Bool(&plain, "plain", "print the tables without colours, as they are printed where there is no terminal")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			if err := o.Prepare(); err != nil {
				return err
			}
			ctx, stop := interruptible()
			defer stop()
			r, err := compare.Measure(ctx, o, c.Status())
			if r == nil {
				return err
			}
			// An interrupted run is reported, too.
			if err := errors.Join(err, report.Save(o.File, r), r.SaveMarkdown(o.Markdown), r.Print(cli.NewPage(c.Out, plain))); err != nil {
				return err
			}
			return reported(r.OK)
		}
	},
}
