package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
)

var coldCommand = &cli.Command{
	Name:  "cold",
	Short: "start-up and first answer, in a sandbox like Lambda's, beside any other function",
	About: `
Starts the function anew for every sample, in a sandbox that gives it what Lambda would: all
of the CPU until its first GET /next, then memory/1769 vCPUs in periods of 20 ms; the memory
size as a limit; its own CPUs where there are enough. Where the machine or its user can't do
that, the output says "not limited here". docs/method.md says what is emulated and what not.

Four figures are told apart:

  start to /next      from the process's exec to the arrival of its first GET /next
  INIT                as Lambda bills it; no extension delays its end here
  INIT + invocation   what is billed for the first invocation, before rounding up to 1 ms
  client saw          from the exec to the arrival of the answer at the Runtime API

Every --peer is a program that does the same job and speaks the Runtime API. Functions and
memory sizes take turns, in a new order each round, after one round that counts for nothing.
Before a sample's times count, every item that it wrote is compared with the reference. A
function that fails or writes anything else has no times, and the exit status is 1; running
out of memory is a result. Give the function as a --peer too, and the ratios show the noise.

The ratios are of medians, ours by the peer's, with 95% bootstrap confidence intervals.`,
	Examples: `
lab cold
lab cold --memory 128,256,512,1024 -n 100 --cache dropped --json cold.json
lab cold --peer rust=peers/rust/dist/bootstrap --peer again=dist/linux-amd64/bootstrap`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		b := new(coldBench)
		var binary string
		var plain bool
		cli.Whole(f, &b.rows, "rows", 2000, 0, maxRunRows, "`N` rows of the experiment's data (default 2000, what the real feed brings on a day)")
		memoryFlag(f, &b.memory, []int{128, 512}, "`LIST` memory sizes in MB, with commas between (default 128,512)")
		cli.Whole(f, &b.n, "n", 20, 1, 100_000, "`N` samples of each function at each size (default 20); 100 give a p99")
		f.Duration(&b.timeout, "timeout", functionTimeout, time.Second, functionTimeout, "`TIME` that INIT or an invocation may take (default 15m)")
		f.Duration(&b.rtt, "rtt", defaultRoundTrip, 0, time.Minute, "`TIME` round trip to S3 and DynamoDB (default 5ms)")
		b.declare(f)
		f.String(&binary, "bootstrap", builtBootstrap(), "`PATH` our function (default "+builtBootstrap()+")")
		f.Func("peer", "`NAME=PATH` another function, a program in a folder of its own; may be repeated", b.peers.Set)
		f.Bool(&plain, "plain", "print the tables without colour or lines, as they are where no terminal is")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			b.functions = append([]report.Program{{Name: report.Ours, Path: binary}}, b.peers...)
			if err := b.ready(b.memory, b.functions); err != nil {
				return err
			}
			result, err := b.run(cli.NewStatus(c.Err))
			if err != nil {
				return err
			}
			if err := report.Save(b.file, result); err != nil {
				return err
			}
			if err := result.Print(cli.NewPage(c.Out, plain)); err != nil {
				return err
			}
			if !result.OK {
				return cli.ErrReported
			}
			return nil
		}
	},
}

// coldBench is one `lab cold`.
type coldBench struct {
	setting
	functions []report.Program // ours first
	peers     peers
	memory    []int
	rows      int64
	n         int
	rtt       time.Duration
}

// findProgram returns a peer's path, from the root, and its size.
func findProgram(path string) (string, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return "", 0, fmt.Errorf("%s: not a program", path)
	}
	abs, err := filepath.Abs(path)
	return abs, info.Size(), err
}

func (b *coldBench) run(s *cli.Status) (*report.Cold, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer s.Clear()
	c, err := newColdRun(b, s)
	if err != nil {
		return nil, err
	}
	err = c.rounds(ctx, s)
	result := c.report()
	if closed := c.close(); err == nil {
		err = closed
	}
	if ctx.Err() != nil {
		return nil, errors.New("interrupted")
	}
	return result, err
}

// memoryFlag declares the flag for memory sizes in MB.
func memoryFlag(f *cli.Flags, to *[]int, value []int, usage string) {
	cli.WholeList(f, to, "memory", value, 128, 10_240, usage) // Lambda quotas
}

// peers are the functions beside ours, as a flag that may be repeated.
type peers []report.Program

func (p *peers) Set(s string) error {
	name, path, ok := strings.Cut(s, "=")
	if !ok || name == "" || path == "" {
		return errors.New("expected NAME=PATH")
	}
	if name == report.Ours || slices.ContainsFunc(*p, func(o report.Program) bool { return o.Name == name }) {
		return fmt.Errorf("the name %s is taken", name)
	}
	*p = append(*p, report.Program{Name: name, Path: path})
	return nil
}

func (c *coldRun) report() *report.Cold {
	r := &report.Cold{
		Kind:       report.KindCold,
		Conditions: c.conditions(),
		RoundTrip:  report.Ms(c.rtt),
		Rows:       c.rows,
		Bytes:      c.objects[c.rows].bytes,
		N:          c.n,
		Functions:  c.functions,
		Ratios:     []report.Ratio{},
		OK:         true,
	}
	for n, x := range c.cells {
		r.Results = append(r.Results, x.found())
		r.OK = r.OK && (x.failed == "" || x.ok) && r.Results[n].Wrong() == ""
	}
	r.SetRatios()
	return r
}
