package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
)

var compareCommand = &cli.Command{
	Name:  "compare",
	Short: "ours beside every rival that is built: files, memory sizes, cold and warm, with intervals",
	About: `
Measures our function and its rivals in one run, in the sandbox of lab cold: at each memory
size, over each file, a start with its first invocation and then warm ones. Ours takes part
twice, as "ours" and "ours again": what it differs by from itself is noise.

Rivals are the programs peers/*/dist*/bootstrap, and every --peer; dist-original has the
habits of the experiment's own program. One that is not built is named and left out, with the
command that builds it. One that fails, writes anything but what
the reference says, or needs more than --timeout has no times, and its row says why; the run
goes on. INIT may take as long as the timeout: Lambda stops it after 10 s and repeats it, with
less CPU, in the first invocation.

All is measured twice: with the network's round trip, and with none. What emulated latency
costs is the difference. Round trips counted and multiplied would be wrong, since some of
them pass while the function computes, and others side by side.

A first start of each counts for nothing but the plan: from how long it took it follows how
many starts fit into --budget, never more than -n, fewer of what is slow. That is fixed then.
Starts are taken in rounds, each in a new random order, slow cells in some of the rounds only.
Ratios are of medians, with the bootstrap's 95% intervals; processes are drawn again, warm
invocations of one process together.

Every start is written to a file beside --json at once. After Ctrl-C, --resume goes on.`,
	Examples: `
lab compare
lab compare --rows 2000,1000000 --memory 128,512,1769 --json compare.json --markdown compare.md
lab compare --only rust,rust-bare --memory 128,256,512 --cache dropped
lab compare --budget 2h -n 100 --json compare.json --resume
lab compare --peers '' --peer mine=../mine/bootstrap --rows 2000`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		b := new(compareBench)
		var binary, folder, only string
		var plain bool
		cli.WholeList(f, &b.rows, "rows", []int64{2_000, 10_000, 1_000_000}, 0, maxRunRows, "`LIST` rows of the experiment's data, with commas between (default 2000,10000,1000000)")
		memoryFlag(f, &b.memory, []int{128, 512, 1769}, "`LIST` memory sizes in MB (default 128,512,1769)")
		f.DurationList(&b.trips, "rtt", []time.Duration{defaultRoundTrip, 0}, 0, time.Minute, "`LIST` round trips to S3 and DynamoDB, the usual one first (default 5ms,0s)")
		cli.Whole(f, &b.n, "n", 20, 1, 100_000, "`N` starts of each function at most (default 20)")
		cli.Whole(f, &b.warm, "warm", 10, 1, 100_000, "`N` warm invocations after each start at most (default 10)")
		f.Duration(&b.budget, "budget", 30*time.Minute, time.Second, 100*time.Hour, "`TIME` that the measuring may take (default 30m)")
		f.Duration(&b.timeout, "timeout", 2*time.Minute, time.Second, functionTimeout, "`TIME` that INIT or an invocation may take (default 2m)")
		b.declare(f)
		f.String(&b.markdown, "markdown", "", "`FILE` write the tables there as Markdown")
		f.Bool(&b.resume, "resume", "go on with the run whose starts are beside --json")
		f.String(&binary, "bootstrap", builtBootstrap(), "`PATH` our function (default "+builtBootstrap()+")")
		f.String(&folder, "peers", "peers", "`DIR` where rivals are looked for; '' for none (default peers)")
		f.Func("peer", "`NAME=PATH` another rival, a program in a folder of its own; may be repeated", b.peers.Set)
		f.String(&only, "only", "", "`LIST` names of the rivals that take part, with commas between (default all)")
		f.Bool(&plain, "plain", "print the tables without colour or lines, as they are where no terminal is")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			if err := b.check(binary, folder, only); err != nil {
				return err
			}
			result, err := b.run(cli.NewStatus(c.Err))
			if result == nil {
				return err
			}
			if err := errors.Join(err, report.Save(b.file, result), result.SaveMarkdown(b.markdown), result.Print(cli.NewPage(c.Out, plain))); err != nil {
				return err
			}
			if !result.OK {
				return cli.ErrReported
			}
			return nil
		}
	},
}

// compareBench is one `lab compare`.
type compareBench struct {
	setting
	functions []report.Program // ours, ours again, then the others
	leftOut   []report.LeftOut
	peers     peers
	rows      []int64
	memory    []int
	trips     []time.Duration
	n, warm   int
	budget    time.Duration
	markdown  string
	resume    bool
}

// check finds what makes no sense before anything is begun, and the functions.
func (b *compareBench) check(binary, folder, only string) error {
	if b.resume && b.file == "" {
		return cli.Usagef("--resume is without --json: there is no file to go on with")
	}
	var found []report.Program
	var err error
	if found, b.leftOut, err = findPeers(folder); err != nil {
		return err
	}
	for _, p := range b.peers {
		if p.Name == report.OursAgain || slices.ContainsFunc(found, func(f report.Program) bool { return f.Name == p.Name }) {
			return cli.Usagef("--peer %s: there is a function of that name", p.Name)
		}
	}
	if b.elsewhere() {
		b.trips = []time.Duration{0}
	}
	b.functions = append([]report.Program{{Name: report.Ours, Path: binary}, {Name: report.OursAgain, Path: binary}}, found...)
	b.functions = append(b.functions, b.peers...)
	if err := b.keep(only); err != nil {
		return err
	}
	if err := b.ready(b.memory, b.functions); err != nil {
		return err
	}
	return writable(b.markdown)
}

// keep leaves out all rivals but those of a list; "" is all.
func (b *compareBench) keep(only string) error {
	if only == "" {
		return nil
	}
	names := strings.Split(only, ",")
	for _, name := range names {
		if !slices.ContainsFunc(b.functions[2:], func(p report.Program) bool { return p.Name == name }) {
			return cli.Usagef("--only %s: there is no rival of that name", name)
		}
	}
	b.functions = append(b.functions[:2], slices.DeleteFunc(b.functions[2:], func(p report.Program) bool { return !slices.Contains(names, p.Name) })...)
	b.leftOut = nil
	return nil
}

// errInterrupted ends a run that its user ended.
var errInterrupted = errors.New("interrupted")

// run measures. A run that was interrupted has a report too, of what there is.
func (b *compareBench) run(s *cli.Status) (*report.Compare, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer s.Clear()
	j, err := b.open(s)
	if err != nil {
		return nil, err
	}
	defer j.close()
	c, err := newCompareRun(b, j, s)
	if err != nil {
		return nil, err
	}
	err = c.measure(ctx)
	result := c.report()
	if closed := c.close(); err == nil {
		err = closed
	}
	if ctx.Err() != nil {
		switch err = errInterrupted; {
		case b.file == "":
		case c.plan == nil:
			err = fmt.Errorf("%w before the first start that counts; --resume goes on", err)
		default:
			err = fmt.Errorf("%w after %d starts of %d; --resume goes on", err, result.Done, result.Planned)
		}
	}
	return result, err
}
