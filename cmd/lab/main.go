// Lab is the bench this project is built and judged on. It makes the data, reduces a file
// on this machine, runs the function against an emulated S3, DynamoDB and Lambda, and
// keeps that emulator standing for other clients. `lab help` lists what it does; each
// command is one file here.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// commands is what lab can do, in the order of its help.
func commands() []*command {
	return []*command{runCommand, generateCommand, reduceCommand, serveCommand, coldCommand, tuneCommand, compareCommand, ladderCommand, chartCommand}
}

// A command is one verb of lab: its place in the help, its flags, and what it does.
type command struct {
	name  string
	args  string // what stands after the flags in its usage: "FILE|-"
	short string // one line, for the list of commands
	about string // what to know before using it

	examples string // lines to copy

	// setup declares the flags and returns what to do with them once they are read.
	setup func(f *flags) func(c *console, args []string) error
}

// console is where a command reads and writes. Tests give it buffers.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// Exit statuses.
const (
	exitFailed = 1 // the work was begun and went wrong, or a check disagreed
	exitUsage  = 2 // the command line makes no sense; nothing was begun
)

// usageError is a command line that makes no sense.
type usageError struct{ reason string }

func (e *usageError) Error() string { return e.reason }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// errReported ends a command whose output has already said what is wrong.
var errReported = errors.New("reported")

func main() {
	launchIfAsked()
	os.Exit(lab(os.Args[1:], &console{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// lab does what the arguments say and returns the exit status.
func lab(args []string, c *console) int {
	if len(args) == 0 {
		printCommands(c.err)
		return exitUsage
	}
	name, args := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		return help(args, c)
	}
	cmd := find(name)
	if cmd == nil {
		fmt.Fprintf(c.err, "lab: unknown command %q; lab help lists them\n", name)
		return exitUsage
	}

	f := newFlags(cmd)
	do := cmd.setup(f)
	rest, err := f.parse(args)
	if errors.Is(err, errHelp) {
		printHelp(c.out, cmd)
		return 0
	}
	if err == nil {
		err = do(c, rest)
	}
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &usage):
		fmt.Fprintf(c.err, "lab %s: %v; lab help %[1]s explains\n", name, usage)
		return exitUsage
	}
	fmt.Fprintf(c.err, "lab %s: %v\n", name, err)
	return exitFailed
}

func find(name string) *command {
	all := commands()
	if i := slices.IndexFunc(all, func(c *command) bool { return c.name == name }); i >= 0 {
		return all[i]
	}
	return nil
}

// help answers `lab help` and `lab help CMD`.
func help(args []string, c *console) int {
	if len(args) == 0 {
		printCommands(c.out)
		return 0
	}
	cmd := find(args[0])
	if cmd == nil {
		fmt.Fprintf(c.err, "lab help: unknown command %q; lab help lists them\n", args[0])
		return exitUsage
	}
	printHelp(c.out, cmd)
	return 0
}

func printCommands(w io.Writer) {
	io.WriteString(w, `lab runs the reduction function on this machine, and all it needs to be run.

  lab COMMAND [--flags]
  lab help COMMAND

`)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(t, "  %s\t%s\n", c.name, c.short)
	}
	t.Flush()
	io.WriteString(w, `
Start with: lab run
`)
}

func printHelp(w io.Writer, c *command) {
	f := newFlags(c)
	c.setup(f)
	fmt.Fprintf(w, "lab %s: %s\n\n", c.name, c.short)
	fmt.Fprintf(w, "  lab %s\n\n", strings.Join(slices.DeleteFunc([]string{c.name, "[--flags]", c.args}, func(s string) bool { return s == "" }), " "))
	fmt.Fprintf(w, "%s\n\nFlags:\n", strings.TrimSpace(c.about))
	f.print(w)
	fmt.Fprintf(w, "\nExamples:\n")
	for line := range strings.Lines(strings.TrimSpace(c.examples)) {
		fmt.Fprintf(w, "  %s", line)
	}
	io.WriteString(w, "\n")
}
