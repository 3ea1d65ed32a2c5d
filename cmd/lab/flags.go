package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// flags are a command's flags: the standard ones, with errors of one line, flags allowed
// after arguments too, and values that say what they expect.
type flags struct{ set *flag.FlagSet }

var errHelp = flag.ErrHelp

func newFlags(c *command) *flags {
	set := flag.NewFlagSet(c.name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return &flags{set}
}

// parse reads args in any order of flags and arguments, and returns the arguments. After
// "--" everything is an argument.
func (f *flags) parse(args []string) (rest []string, err error) {
	for {
		if err := f.set.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		} else if err != nil {
			return nil, &usageError{rephrase(err.Error())}
		}
		left := f.set.Args()
		if read := len(args) - len(left); len(left) == 0 || read > 0 && args[read-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// rephrase writes a flag as this program's help does, with two dashes.
func rephrase(s string) string {
	if name, ok := strings.CutPrefix(s, "flag provided but not defined: -"); ok {
		return "unknown flag --" + name
	}
	if name, ok := strings.CutPrefix(s, "flag needs an argument: -"); ok {
		return "--" + name + " needs a value"
	}
	s = strings.Replace(s, " for flag -", " for --", 1)
	if value, ok := strings.CutPrefix(s, "invalid boolean value "); ok {
		value, _, _ = strings.Cut(value, ": parse error")
		return "invalid value " + strings.Replace(value, " for -", " for --", 1) + ": expected true or false"
	}
	return s
}

func (f *flags) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	f.set.VisitAll(func(fl *flag.Flag) {
		value, usage := flag.UnquoteUsage(fl) // usage begins with the value's name
		fmt.Fprintf(t, "  --%s\t%s\n", strings.TrimSpace(fl.Name+" "+value), strings.TrimPrefix(usage, value+" "))
	})
	t.Flush()
}

func (f *flags) bool(name, usage string) *bool { return f.set.Bool(name, false, usage) }

func (f *flags) string(name, value, usage string) *string { return f.set.String(name, value, usage) }

// whole declares a flag for a whole number from low to high.
func (f *flags) whole(name string, value, low, high int64, usage string) *int64 {
	n := &whole{value: value, low: low, high: high}
	f.set.Var(n, name, usage)
	return &n.value
}

type whole struct{ value, low, high int64 }

func (n *whole) String() string { return strconv.FormatInt(n.value, 10) }

// Set reads 1000000, 1_000_000 and 1,000,000.
func (n *whole) Set(s string) error {
	v, err := strconv.ParseInt(strings.NewReplacer("_", "", ",", "").Replace(s), 10, 64)
	if err != nil || v < n.low || v > n.high {
		return fmt.Errorf("expected a whole number from %s to %s", thousands(n.low), thousands(n.high))
	}
	n.value = v
	return nil
}

// noArguments is for commands that take flags only.
func noArguments(args []string) error {
	if len(args) > 0 {
		return usagef("unexpected argument %q", args[0])
	}
	return nil
}
