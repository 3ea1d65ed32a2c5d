package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Flags are a command's flags: those of package flag, with errors of one line, flags allowed
// behind arguments too, and values that say what they expect. A usage text begins with the
// value's name in backquotes: "`N` rows".
type Flags struct{ set *flag.FlagSet }

var errHelp = flag.ErrHelp

func newFlags(command string) *Flags {
	set := flag.NewFlagSet(command, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return &Flags{set}
}

// parse reads flags and arguments in any order, and returns the arguments. After "--"
// everything is an argument.
func (f *Flags) parse(args []string) (rest []string, err error) {
	for {
		if err := f.set.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		} else if err != nil {
			return nil, &UsageError{rephrase(err.Error())}
		}
		left := f.set.Args()
		if read := len(args) - len(left); len(left) == 0 || read > 0 && args[read-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// rephrase writes an error of package flag as the help writes flags: with two dashes.
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

// lines are the flags and their usage, for the help.
func (f *Flags) lines() [][2]string {
	var out [][2]string
	f.set.VisitAll(func(fl *flag.Flag) {
		value, usage := flag.UnquoteUsage(fl) // usage repeats the value's name
		out = append(out, [2]string{"  --" + strings.TrimSpace(fl.Name+" "+value), strings.TrimPrefix(usage, value+" ")})
	})
	return out
}

// Given returns the names of the flags that the command line has.
func (f *Flags) Given() []string {
	var names []string
	f.set.Visit(func(fl *flag.Flag) { names = append(names, fl.Name) })
	return names
}

// Bool declares a flag that is false when it is not given.
func (f *Flags) Bool(to *bool, name, usage string) { f.set.BoolVar(to, name, false, usage) }

// String declares a flag for any text.
func (f *Flags) String(to *string, name, value, usage string) {
	f.set.StringVar(to, name, value, usage)
}

// Func declares a flag whose values set parses.
func (f *Flags) Func(name, usage string, set func(value string) error) { f.set.Func(name, usage, set) }

// Variables declares a flag for a variable of an environment, which may be repeated.
func (f *Flags) Variables(to *[]string, name, usage string) {
	f.set.Func(name, usage, func(text string) error {
		if name, _, ok := strings.Cut(text, "="); !ok || name == "" {
			return errors.New("expected NAME=VALUE")
		}
		*to = append(*to, text)
		return nil
	})
}

// Whole declares a flag for a whole number from low to high.
func Whole[N int | int64 | uint64](f *Flags, to *N, name string, value, low, high N, usage string) {
	*to = value
	f.set.Func(name, usage, func(text string) error {
		n, err := parseWhole(text, int64(low), int64(high))
		if err != nil {
			return fmt.Errorf("expected a whole number from %s to %s", Thousands(int64(low)), Thousands(int64(high)))
		}
		*to = N(n)
		return nil
	})
}

// parseWhole reads 1000000, 1_000_000 and 1,000,000.
func parseWhole(text string, low, high int64) (int64, error) {
	n, err := strconv.ParseInt(strings.NewReplacer("_", "", ",", "").Replace(text), 10, 64)
	if err == nil && (n < low || n > high) {
		err = strconv.ErrRange
	}
	return n, err
}

// WholeList declares a flag for whole numbers from low to high with commas between them. They
// are sorted, and each is kept once.
func WholeList[N int | int64](f *Flags, to *[]N, name string, value []N, low, high N, usage string) {
	*to = value
	f.set.Func(name, usage, func(text string) error {
		var out []N
		for word := range strings.SplitSeq(text, ",") {
			n, err := parseWhole(strings.TrimSpace(word), int64(low), int64(high))
			if err != nil {
				return fmt.Errorf("expected numbers from %s to %s with commas between", Thousands(int64(low)), Thousands(int64(high)))
			}
			out = append(out, N(n))
		}
		slices.Sort(out)
		*to = slices.Compact(out)
		return nil
	})
}

// Duration declares a flag for a time from low to high.
func (f *Flags) Duration(to *time.Duration, name string, value, low, high time.Duration, usage string) {
	*to = value
	f.set.Func(name, usage, func(text string) error {
		d, err := time.ParseDuration(text)
		if err != nil || d < low || d > high {
			return fmt.Errorf("expected a time from %v to %v, as in 5ms", low, high)
		}
		*to = d
		return nil
	})
}

// DurationList declares a flag for times from low to high with commas between them. Their
// order is kept, and each is kept once.
func (f *Flags) DurationList(to *[]time.Duration, name string, value []time.Duration, low, high time.Duration, usage string) {
	*to = value
	f.set.Func(name, usage, func(text string) error {
		var out []time.Duration
		for word := range strings.SplitSeq(text, ",") {
			d, err := time.ParseDuration(strings.TrimSpace(word))
			if err != nil || d < low || d > high {
				return fmt.Errorf("expected times from %v to %v with commas between, as in 5ms,0s", low, high)
			}
			if !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
		*to = out
		return nil
	})
}

// NoArguments refuses arguments, for commands that take flags only.
func NoArguments(args []string) error {
	if len(args) > 0 {
		return Usagef("unexpected argument %q", args[0])
	}
	return nil
}
