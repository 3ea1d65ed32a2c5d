package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/internal/dataset"
	"reduction/internal/machine"
	"reduction/runtime/lambdatest"
)

var runCommand = &cli.Command{
	Name:  "run",
	Short: "the whole thing on this machine: data, S3, Lambda, DynamoDB, and the answer checked",
	About: `
Starts an emulator of S3, DynamoDB and Lambda inside this process, uploads the experiment's
data, and starts the bootstrap binary as a child process, the way Lambda does: it asks the
Runtime API for an event, streams the CSV from S3 over TLS, and writes one item for each
diagnosis in each hospital. It is invoked once cold, then warm several times.

Every item of every invocation is compared with a reference: the same job, written a second
time with encoding/csv and math/big. The exit status is 1 when a single one differs.

Without --rows it takes three sizes one after another: 2,000 rows, what the real feed brings
on a day, and the experiment's 10,000 and 1,000,000.

The times are this machine's, and the emulator shares its processors with the function: they
compare one build with another here. They do not say what AWS would show.`,
	Examples: `
make run
lab run --rows 2000 --warm 50
lab run --json | jq '.runs[] | {rows, startToReadyMs, warmMinMs}'`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		b := new(bench)
		var rows int64
		var asJSON, plain bool
		cli.Whole(f, &rows, "rows", -1, 0, maxRunRows, "`N` one size of N rows, instead of the three")
		cli.Whole(f, &b.memory, "memory", defaultMemory, 128, 10_240, "`MB` memory that the function is told it has; it is not held to it (default 256)")
		cli.Whole(f, &b.warm, "warm", 9, 0, 100_000, "`N` invocations after the cold one (default 9)")
		cli.Whole(f, &b.seed, "seed", dataset.DefaultSeed, 0, 1<<63-1, "`S` seed of the data (default 1)")
		f.String(&b.binary, "bootstrap", builtBootstrap(), "`PATH` the function (default "+builtBootstrap()+", which make bootstrap builds)")
		f.Bool(&asJSON, "json", "print the figures as JSON, times in milliseconds")
		f.Bool(&plain, "plain", "print the table without colour or lines, as it is where no terminal is")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			sizes := []int64{2_000, 10_000, 1_000_000}
			if rows >= 0 {
				sizes = []int64{rows}
			}
			result, err := b.run(sizes, cli.NewStatus(c.Err))
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(c.Out)
				e.SetIndent("", "  ")
				err = e.Encode(result)
			} else {
				err = result.Print(cli.NewPage(c.Out, plain))
			}
			if err == nil && !result.OK {
				err = cli.ErrReported
			}
			return err
		}
	},
}

const (
	defaultMemory = 256 // MB, as the deployed template says

	// maxRunRows of 45 bytes are held in memory, in the place of S3.
	maxRunRows = 100_000_000
)

// builtBootstrap is where make bootstrap puts the function for this machine.
func builtBootstrap() string {
	return filepath.Join("dist", runtime.GOOS+"-"+runtime.GOARCH, "bootstrap")
}

// findBootstrap returns the function's path, from the root, and its size.
func findBootstrap(path string) (string, int64, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", 0, fmt.Errorf("%s: no such file; make bootstrap builds it", path)
	case err != nil:
		return "", 0, err
	case !info.Mode().IsRegular():
		return "", 0, fmt.Errorf("%s: not a program", path)
	}
	abs, err := filepath.Abs(path)
	return abs, info.Size(), err
}

// bench is one `lab run`: a function, and how to try it.
type bench struct {
	memory int // MB
	warm   int
	seed   uint64
	binary string
}

func (b *bench) run(sizes []int64, s *cli.Status) (*report.Run, error) {
	path, size, err := findBootstrap(b.binary)
	if err != nil {
		return nil, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer s.Clear()

	server := lambdatest.NewTLSServer()
	defer server.Close()
	server.S3.CreateBucket(bucketName)

	r := newReport(b, size)
	for _, rows := range sizes {
		t := &trial{bench: b, path: path, server: server, status: s}
		run, err := t.run(ctx, rows)
		if ctx.Err() != nil {
			return nil, errors.New("interrupted")
		}
		if err != nil {
			return nil, fmt.Errorf("%s rows: %w", cli.Thousands(rows), err)
		}
		r.Runs = append(r.Runs, run)
		r.OK = r.OK && len(run.Wrong) == 0
	}
	return r, nil
}

func newReport(b *bench, size int64) *report.Run {
	return &report.Run{
		Where:     "this machine's emulator of S3, DynamoDB and Lambda, not AWS",
		Machine:   machine.Name(),
		Bootstrap: b.binary,
		Size:      size,
		MemoryMB:  b.memory,
		OK:        true,
	}
}
