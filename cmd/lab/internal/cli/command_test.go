package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// tool is a program whose one command does as its argument says.
func tool() *Program {
	return &Program{Name: "tool", About: "tool tests.", Start: "do", Commands: []*Command{{
		Name: "do", Args: "WHAT", Short: "what it is told",
		About:    "\nIt does\nwhat it is told.\n\n  or not\n",
		Examples: "\ntool do this\ntool do that",
		Setup: func(f *Flags) func(*Console, []string) error {
			var n int
			Whole(f, &n, "times", 1, 1, 9, "`N` how often (default 1)")
			return func(c *Console, args []string) error {
				switch args[0] {
				case "fail":
					return errors.New("it failed")
				case "report":
					fmt.Fprintln(c.Out, "wrong")
					return ErrReported
				case "refuse":
					return fmt.Errorf("no: %w", Usagef("expected %q", "more"))
				}
				for range n {
					fmt.Fprintln(c.Out, "done")
				}
				return nil
			}
		},
	}}}
}

func TestRun(t *testing.T) {
	const list = "tool tests.\n\n  tool COMMAND [--flags]\n  tool help COMMAND\n\n  do   what it is told\n\nStart with: tool do\n"
	const help = "tool do: what it is told\n\n  tool do [--flags] WHAT\n\nIt does what it is told.\n\n  or not\n\n" +
		"Flags:\n  --times N   how often (default 1)\n\nExamples:\n  tool do this\n  tool do that\n"
	for _, test := range []struct {
		args     string
		status   int
		out, err string
	}{
		{"", 2, "", list},
		{"help", 0, list, ""},
		{"-h", 0, list, ""},
		{"--help", 0, list, ""},
		{"help do", 0, help, ""},
		{"do --help", 0, help, ""},
		{"do x -h", 0, help, ""},
		{"help frob", 2, "", "tool help: unknown command \"frob\"; tool help lists them\n"},
		{"frob", 2, "", "tool: unknown command \"frob\"; tool help lists them\n"},
		{"do it --times 2", 0, "done\ndone\n", ""},
		{"do fail", 1, "", "tool do: it failed\n"},
		{"do report", 1, "wrong\n", ""},
		{"do refuse", 2, "", "tool do: expected \"more\"; tool help do explains\n"},
		{"do --times 10", 2, "", "tool do: invalid value \"10\" for --times: expected a whole number from 1 to 9; tool help do explains\n"},
	} {
		var out, err bytes.Buffer
		status := tool().Run(strings.Fields(test.args), &Console{Out: &out, Err: &err})
		if status != test.status || out.String() != test.out || err.String() != test.err {
			t.Errorf("tool %s: status %d, stdout %q, stderr %q; want %d, %q, %q", test.args, status, &out, &err, test.status, test.out, test.err)
		}
	}
}
