// Lab is the tool that runs and measures this project's function. It generates the data, reduces a
// file on this machine, runs the function on an emulated S3, DynamoDB and Lambda, measures it beside
// others in a sandbox like Lambda's, and draws what it measured. `lab help` lists its commands.
//
// Each command is one file here: its help, its flags, and a call of a package below internal:
//
//	cli           commands, flags, pages of text and tables, progress, units
//	stats         quantiles, bootstrap intervals, ratios of medians
//	report        the reports: their JSON, their text and Markdown
//	chart         reports as SVG and HTML
//	pricing       what AWS charges for an invocation
//	powertuning   what AWS Lambda Power Tuning computes
//	published     what the experiment's authors measured
//	sandbox       control groups, quota, freezer, mounts, roots, page cache
//	measure       the bench, its targets, their samples, and the check of what they write
//	cold          many starts of several functions
//	tune          one function by memory size
//	onaws         cold and tune for functions in an AWS account; it undoes what it changes there
//	lambdaapi     the part of Lambda's API that onaws uses
//	account       requests to AWS, with the credentials and the region that the AWS CLI would use
//	reportline    what Lambda logs at the end of an invocation
//	compare       ours and its rivals
//	ladder        functions that differ by one habit
//	run           the job without a sandbox
//	serve         the emulator for other clients
//	reduce        the job on a local file
//	split         a CSV file shared among cores
//	scale         the job in shards
//	scaffold      a new module with a function of one's own
//	labtest       programs for the tests of the others
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/sandbox"
)

func lab() *cli.Program {
	return &cli.Program{
		Name:     "lab",
		About:    "lab runs the reduction function on this machine, with everything it needs, and measures it.",
		Start:    "run",
		Commands: []*cli.Command{runCommand, generateCommand, reduceCommand, serveCommand, coldCommand, tuneCommand, compareCommand, ladderCommand, chartCommand, scaleCommand, newCommand, versionCommand},
	}
}

func main() {
	sandbox.Launch()
	os.Exit(lab().Run(os.Args[1:], &cli.Console{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, LineEvery: 10 * time.Second}))
}

// interruptible returns a context that ends when the user presses Ctrl-C, or closes the terminal.
func interruptible() (context.Context, context.CancelFunc) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as below nohup
		signals = append(signals, syscall.SIGHUP)
	}
	return signal.NotifyContext(context.Background(), signals...)
}

// reported returns ErrReported unless all is right: the report has said what is wrong.
func reported(ok bool) error {
	if !ok {
		return cli.ErrReported
	}
	return nil
}
