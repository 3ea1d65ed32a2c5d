// Package cli is what lab's commands share on the command line: the list of commands and its
// help, flags, text and tables for a terminal, progress, and numbers with their units.
package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A Program is a set of commands. The first word of a command line names one of them.
type Program struct {
	Name     string
	About    string // one sentence
	Start    string // the command to try first
	Commands []*Command
}

// A Command is one verb of a Program.
type Command struct {
	Name  string
	Args  string // the arguments behind the flags, as the usage line shows them: "FILE|-"
	Short string // one line, for the list of commands
	About string // what to know before using it

	Examples string // command lines to copy, one a line

	// Setup declares the flags. The function that it returns runs the command, once the
	// flags are parsed.
	Setup func(f *Flags) func(c *Console, args []string) error
}

// A Console is where a command reads and writes. Tests pass buffers.
type Console struct {
	In       io.Reader
	Out, Err io.Writer

	// LineEvery is how often a long command says on Err what it does where Err is no terminal; 0 is
	// never.
	LineEvery time.Duration
}

// Exit statuses.
const (
	exitFailed = 1 // the work began and failed, or a check found something wrong
	exitUsage  = 2 // the command line is wrong; nothing began
)

// A UsageError says what is wrong with a command line.
type UsageError struct{ reason string }

func (e *UsageError) Error() string { return e.reason }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// ErrReported ends a command whose output has already said what is wrong.
var ErrReported = errors.New("reported")

// Run runs the command that args name and returns the exit status.
func (p *Program) Run(args []string, c *Console) int {
	if len(args) == 0 {
		p.list(c.Err)
		return exitUsage
	}
	name, args := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		return p.help(args, c)
	}
	cmd := p.find(name)
	if cmd == nil {
		fmt.Fprintf(c.Err, "%s: unknown command %q; %[1]s help lists them\n", p.Name, name)
		return exitUsage
	}

	f := newFlags(name)
	run := cmd.Setup(f)
	rest, err := f.parse(args)
	if errors.Is(err, errHelp) {
		p.describe(c.Out, cmd)
		return 0
	}
	if err == nil {
		err = run(c, rest)
	}
	if err == nil {
		return 0
	}
	if errors.Is(err, ErrReported) {
		return exitFailed
	}
	if usage, ok := errors.AsType[*UsageError](err); ok {
		fmt.Fprintf(c.Err, "%s %s: %v; %[1]s help %[2]s explains\n", p.Name, name, usage)
		return exitUsage
	}
	fmt.Fprintf(c.Err, "%s %s: %v\n", p.Name, name, err)
	return exitFailed
}

func (p *Program) find(name string) *Command {
	if i := slices.IndexFunc(p.Commands, func(c *Command) bool { return c.Name == name }); i >= 0 {
		return p.Commands[i]
	}
	return nil
}

// help answers `lab help` and `lab help COMMAND`.
func (p *Program) help(args []string, c *Console) int {
	if len(args) == 0 {
		p.list(c.Out)
		return 0
	}
	cmd := p.find(args[0])
	if cmd == nil {
		fmt.Fprintf(c.Err, "%s help: unknown command %q; %[1]s help lists them\n", p.Name, args[0])
		return exitUsage
	}
	p.describe(c.Out, cmd)
	return 0
}

// list prints the commands.
func (p *Program) list(w io.Writer) {
	page := NewPage(w, true)
	page.Text("%s", p.About)
	page.Blank()
	page.Text("  %s COMMAND [--flags]", p.Name)
	page.Text("  %s help COMMAND", p.Name)
	page.Blank()
	var lines [][2]string
	for _, c := range p.Commands {
		lines = append(lines, [2]string{"  " + c.Name, c.Short})
	}
	page.Definitions(lines)
	page.Blank()
	page.Text("Start with: %s %s", p.Name, p.Start)
	page.Flush()
}

// describe prints a command's help.
func (p *Program) describe(w io.Writer, c *Command) {
	f := newFlags(c.Name)
	c.Setup(f)
	page := NewPage(w, true)
	page.Text("%s %s: %s", p.Name, c.Name, c.Short)
	page.Blank()
	flags := f.lines()
	usage := []string{" ", p.Name, c.Name}
	if len(flags) > 0 {
		usage = append(usage, "[--flags]")
	}
	page.Text("%s", strings.TrimRight(strings.Join(append(usage, c.Args), " "), " "))
	page.Blank()
	page.Prose(c.About)
	page.Blank()
	if len(flags) > 0 {
		page.Text("Flags:")
		page.Definitions(flags)
		page.Blank()
	}
	page.Text("Examples:")
	for line := range strings.Lines(strings.TrimSpace(c.Examples)) {
		page.Text("  %s", strings.TrimSuffix(line, "\n"))
	}
	page.Flush()
}
