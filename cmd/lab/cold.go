package main

import (
	"context"
	"encoding/json"
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
			b.functions = append([]program{{Name: ours, Path: binary}}, b.peers...)
			if err := b.ready(b.memory, b.functions); err != nil {
				return err
			}
			report, err := b.run(cli.NewStatus(c.Err))
			if err != nil {
				return err
			}
			if err := save(b.file, report); err != nil {
				return err
			}
			if err := report.print(cli.NewPage(c.Out, plain)); err != nil {
				return err
			}
			if !report.OK {
				return cli.ErrReported
			}
			return nil
		}
	},
}

// ours is the name of the function that the others are compared with.
const ours = "ours"

// A program is one of the functions that are compared.
type program struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`              // of the program's file alone
	Zip   int64  `json:"zipBytes,omitempty"` // of the deployment package
	Sum   string `json:"sha256,omitempty"`   // of the program
}

// MarshalJSON names a program that is below the working folder from there: reports are made
// to be published, and compared with those of other machines.
func (p program) MarshalJSON() ([]byte, error) {
	type plain program
	if here, err := os.Getwd(); err == nil {
		if below, err := filepath.Rel(here, p.Path); err == nil && filepath.IsLocal(below) {
			p.Path = filepath.ToSlash(below)
		}
	}
	return json.Marshal(plain(p))
}

// coldBench is one `lab cold`.
type coldBench struct {
	setting
	functions []program // ours first
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

func (b *coldBench) run(s *cli.Status) (*coldReport, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer s.Clear()
	c, err := newColdRun(b, s)
	if err != nil {
		return nil, err
	}
	err = c.rounds(ctx, s)
	report := c.report()
	if closed := c.close(); err == nil {
		err = closed
	}
	if ctx.Err() != nil {
		return nil, errors.New("interrupted")
	}
	return report, err
}

// save writes a report to a file; none where there is no name.
func save(file string, report any) error {
	if file == "" {
		return nil
	}
	out, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(out, '\n'), 0o644)
}

// memoryFlag declares the flag for memory sizes in MB.
func memoryFlag(f *cli.Flags, to *[]int, value []int, usage string) {
	cli.WholeList(f, to, "memory", value, 128, 10_240, usage) // Lambda quotas
}

// peers are the functions beside ours, as a flag that may be repeated.
type peers []program

func (p *peers) Set(s string) error {
	name, path, ok := strings.Cut(s, "=")
	if !ok || name == "" || path == "" {
		return errors.New("expected NAME=PATH")
	}
	if name == ours || slices.ContainsFunc(*p, func(o program) bool { return o.Name == name }) {
		return fmt.Errorf("the name %s is taken", name)
	}
	*p = append(*p, program{Name: name, Path: path})
	return nil
}
