package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"reduction/cmd/lab/internal/cli"
)

// shell runs lab as a shell would.
func shell(in io.Reader, args ...string) (status int, out, err string) {
	var o, e bytes.Buffer
	status = lab().Run(args, &cli.Console{In: in, Out: &o, Err: &e})
	return status, o.String(), e.String()
}

// flat returns text without its line breaks: where a line is wrapped is not a test's matter.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		args   string
		status int
		says   string // in the one line on standard error
	}{
		{"frobnicate", 2, `lab: unknown command "frobnicate"; lab help lists them`},
		{"help frobnicate", 2, `lab help: unknown command "frobnicate"`},
		{"generate", 2, `--rows is missing`},
		{"generate --rows", 2, `--rows needs a value`},
		{"generate --rows many", 2, `invalid value "many" for --rows: expected a whole number from 0 to`},
		{"generate --rows -4", 2, `invalid value "-4" for --rows`},
		{"generate --rows 1.5", 2, `invalid value "1.5" for --rows`},
		{"generate --rows=99999999999999999999", 2, `invalid value`},
		{"generate --seed x --rows 1", 2, `invalid value "x" for --seed`},
		{"generate --frob", 2, `lab generate: unknown flag --frob; lab help generate explains`},
		{"generate -frob", 2, `unknown flag --frob`},
		{"generate --rows 1 extra", 2, `unexpected argument "extra"`},
		{"generate --rows 1 --out /nowhere/at/all.csv", 1, `lab generate: open /nowhere/at/all.csv`},
		{"reduce", 2, `expected one FILE`},
		{"reduce a b", 2, `got 2 arguments`},
		{"reduce --jobs 0 -", 2, `invalid value "0" for --jobs: expected a whole number from 1`},
		{"reduce - --stats=perhaps", 2, `invalid value "perhaps" for --stats`},
		{"reduce /nowhere/at/all.csv", 1, `lab reduce: /nowhere/at/all.csv: no such file`},
		{"reduce -- --stats", 1, `lab reduce: --stats: no such file`},
		{"reduce .", 1, `lab reduce: .: is a directory`},
		{"run --rows -1", 2, `invalid value "-1" for --rows`},
		{"run --memory 5", 2, `invalid value "5" for --memory: expected a whole number from 128 to 10,240`},
		{"run extra", 2, `unexpected argument "extra"`},
		{"run --bootstrap /nowhere/bootstrap", 1, `lab run: /nowhere/bootstrap: no such file`},
		{"serve --addr nonsense", 2, `--addr`},
		{"serve extra", 2, `unexpected argument "extra"`},
		{"chart", 2, `expected --svg DIR or --html FILE`},
		{"chart --svg x", 2, `expected one FILE or more`},
		{"chart --svg x /nowhere/at/all.json", 1, `lab chart: open /nowhere/at/all.json`},
	} {
		status, out, err := shell(strings.NewReader(""), strings.Fields(test.args)...)
		if status != test.status || out != "" || !strings.Contains(err, test.says) || strings.Count(err, "\n") != 1 {
			t.Errorf("lab %s: status %d, stdout %q, stderr %q; want %d and %q", test.args, status, out, err, test.status, test.says)
		}
	}
}

func TestHelp(t *testing.T) {
	if status, out, err := shell(nil); status != 2 || out != "" || !strings.Contains(err, "lab help COMMAND") {
		t.Errorf("lab: status %d, stdout %q, stderr %q", status, out, err)
	}
	for _, args := range []string{"help", "-h", "--help"} {
		status, out, err := shell(nil, args)
		if status != 0 || err != "" {
			t.Errorf("lab %s: status %d, stderr %q", args, status, err)
		}
		for _, c := range lab().Commands {
			if !strings.Contains(out, c.Name) || !strings.Contains(flat(out), c.Short) {
				t.Errorf("lab %s does not list %s", args, c.Name)
			}
		}
	}
	for _, c := range lab().Commands {
		for _, args := range []string{"help " + c.Name, c.Name + " --help", c.Name + " -h", c.Name + " x -h"} {
			status, out, err := shell(nil, strings.Fields(args)...)
			if status != 0 || err != "" || !strings.Contains(out, "Flags:") || !strings.Contains(out, "lab "+c.Name) {
				t.Errorf("lab %s: status %d, stderr %q, stdout %q", args, status, err, out)
			}
			for line := range strings.Lines(out) {
				if n := utf8.RuneCountInString(line); n > 101 {
					t.Errorf("lab %s: a line of %d: %s", args, n, line)
				}
			}
		}
	}
}
