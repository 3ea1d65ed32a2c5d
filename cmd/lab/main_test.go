package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// shell runs lab as a shell would.
func shell(in io.Reader, args ...string) (status int, out, err string) {
	var o, e bytes.Buffer
	status = lab().Run(args, &cli.Console{In: in, Out: &o, Err: &e})
	return status, o.String(), e.String()
}

// A refusal is a command line that fails, with a part of the one line on standard error.
type refusal struct {
	args   string
	status int
	says   string
}

func (r *refusal) check(t *testing.T) {
	t.Helper()
	status, out, err := shell(strings.NewReader(""), strings.Fields(r.args)...)
	if status != r.status || out != "" || !strings.Contains(err, r.says) || strings.Count(err, "\n") != 1 {
		t.Errorf("lab %s: status %d, stdout %q, stderr %q; want %d and %q", r.args, status, out, err, r.status, r.says)
	}
}

func TestCommandLine(t *testing.T) {
	for _, test := range []refusal{
		{"frobnicate", 2, `lab: unknown command "frobnicate"; lab help lists them`},
		{"generate", 2, `--rows is missing`},
		{"generate --rows many", 2, `invalid value "many" for --rows: expected a whole number from 0 to`},
		{"generate --seed x --rows 1", 2, `invalid value "x" for --seed`},
		{"generate --frob", 2, `lab generate: unknown flag --frob; lab help generate explains`},
		{"generate --rows 1 extra", 2, `unexpected argument "extra"`},
		{"generate --rows 1 --out /nowhere/at/all.csv", 1, `lab generate: open /nowhere/at/all.csv`},
		{"reduce", 2, `expected one FILE`},
		{"reduce a b", 2, `got 2 arguments`},
		{"reduce --jobs 0 -", 2, `invalid value "0" for --jobs: expected a whole number from 1`},
		{"reduce /nowhere/at/all.csv", 1, `lab reduce: /nowhere/at/all.csv: no such file`},
		{"reduce -- --stats", 1, `lab reduce: --stats: no such file`},
		{"reduce .", 1, `lab reduce: .: is a directory`},
		{"run --rows -1", 2, `invalid value "-1" for --rows`},
		{"run --memory 5", 2, `invalid value "5" for --memory: expected a whole number from 128 to 10,240`},
		{"run extra", 2, `unexpected argument "extra"`},
		{"run --bootstrap /nowhere/bootstrap", 1, `lab run: /nowhere/bootstrap: no such file`},
		{"serve --addr nonsense", 2, `--addr is "nonsense"; expected HOST:PORT`},
		{"serve extra", 2, `unexpected argument "extra"`},
		{"serve --function /nowhere/at/all", 1, `lab serve: --function /nowhere/at/all: no such file`},
		{"serve --env NAME", 2, `invalid value "NAME" for --env: expected NAME=VALUE`},
		{"serve --timeout 1h", 2, `expected a time from 1s to 30m0s`},
		{"version extra", 2, `unexpected argument "extra"`},
		{"chart", 2, `expected --svg DIR or --html FILE`},
		{"chart --svg x", 2, `expected one FILE or more`},
		{"chart --svg x /nowhere/at/all.json", 1, `lab chart: open /nowhere/at/all.json`},
	} {
		test.check(t)
	}
}

// The help of every command fits a page, and has all that a user needs.
func TestHelp(t *testing.T) {
	_, list, _ := shell(nil, "help")
	for _, c := range lab().Commands {
		if !strings.Contains(list, "  "+c.Name) || !strings.Contains(labtest.Flat(list), c.Short) {
			t.Errorf("lab help does not list %s", c.Name)
		}
		status, out, err := shell(nil, "help", c.Name)
		if status != 0 || err != "" {
			t.Errorf("lab help %s: status %d, stderr %q", c.Name, status, err)
		}
		for _, part := range []string{"lab " + c.Name, "Examples:\n  "} {
			if !strings.Contains(out, part) {
				t.Errorf("lab help %s has no %q:\n%s", c.Name, part, out)
			}
		}
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(line); n > 101 {
				t.Errorf("lab help %s: a line of %d: %s", c.Name, n, line)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	status, out, err := shell(nil, "version")
	if status != 0 || err != "" || !strings.HasPrefix(out, "lab ") || !strings.Contains(out, runtime.Version()+" "+runtime.GOOS+"/"+runtime.GOARCH) {
		t.Errorf("status %d, %q, %q", status, out, err)
	}
}

// The commands and flags that the documents tell people to use are there.
func TestDocuments(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile("(?m)(?:`|^|/)lab ([a-z]+)([^`\n#]*)")
	flag := regexp.MustCompile(" (--?[a-z0-9-]+)")
	found := 0
	for _, file := range append(files, "../../README.md", "../../peers/record/README.md", "../../peers/throughput/README.md", "main.go") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range command.FindAllSubmatch(text, -1) {
			found++
			name := string(m[1])
			status, help, _ := shell(nil, "help", name)
			if status != 0 && name != "help" {
				t.Errorf("%s: there is no lab %s", file, name)
			}
			for _, f := range flag.FindAllSubmatch(m[2], -1) {
				if name := strings.TrimLeft(string(f[1]), "-"); !regexp.MustCompile(`\n  --` + name + `\s`).MatchString(help) {
					t.Errorf("%s: lab %s has no --%s", file, m[1], name)
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("%d commands found", found)
	}
}

// Ctrl-C ends what is measured, not the process.
func TestInterruptible(t *testing.T) {
	ctx, stop := interruptible()
	defer stop()
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(syscall.SIGINT)
	}
	if err != nil {
		t.Skip("this system has no signals: ", err)
	}
	<-ctx.Done()
}

// read parses a JSON file.
func read(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// A full is a device without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }
