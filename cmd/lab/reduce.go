package main

import (
	"fmt"
	"runtime"
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/reduce"
)

var reduceCommand = &cli.Command{
	Name:  "reduce",
	Args:  "FILE|-",
	Short: "do the function's job on a local file or a pipe",
	About: `
Reads CSV and prints one JSON object a line for each diagnosis in each hospital, sorted by
the table's sort key (#diagnosis#...#hospital#...):

  {"Diagnosis":...,"Hospital":...,"AverageRecoveryTime":32.5,"MostUsedTreatment":...,"Rows":2}

The mean is exact and rounded once. If several treatments are used equally often, the first in
byte order is printed. If no row has a treatment, none is printed.

The file is reduced by the code that the function runs. The flags from --bad-rows to
--min-records are the function's settings BAD_ROWS to MIN_RECORDS. A bad row fails the file
unless --bad-rows says otherwise. Then nothing is printed, and the error names the record, its
byte offset and the column, never the content.

A regular file is parsed on all cores. A pipe and a gzip file are parsed on one. No file is ever
held in memory.`,
	Examples: `
lab reduce 1m.csv
lab reduce --stats 1m.csv > result.jsonl
lab reduce --explain --bad-rows 5% feed.csv.gz
zstd -dc feed.csv.zst | lab reduce --json --bad-rows skip --no-value skip -`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		r, values := new(reduce.Reduction), reduce.Settings{}
		var stats, json, explain, skipBad bool
		settingFlags(f, values)
		f.Bool(&skipBad, "skip-bad", "short for --bad-rows skip")
		f.Bool(&stats, "stats", "print on standard error how much was read and how fast, without the time for sorting and printing")
		f.Bool(&json, "json", "print one JSON object in place of the groups: rows, bad rows by reason, number of groups; or the error")
		f.Bool(&explain, "explain", "print on standard error what the file is: encoding, separator, line ends, columns, and the first bad rows")
		cli.Whole(f, &r.Jobs, "jobs", runtime.GOMAXPROCS(0), 1, 1024, "`N` number of cores to use (default all)")
		return func(c *cli.Console, args []string) error {
			if len(args) != 1 {
				return cli.Usagef("expected one FILE, or - for standard input; got %d arguments", len(args))
			}
			if skipBad {
				if values["BAD_ROWS"] != "" {
					return cli.Usagef("--skip-bad is short for --bad-rows skip: give one of them")
				}
				values["BAD_ROWS"] = "skip"
			}
			var err error
			if r.Options, err = values.Options(); err != nil {
				return err
			}
			err = runReduce(c, r, args[0], json, explain)
			if err == nil && stats {
				printStats(c, r)
			}
			return err
		}
	},
}

// runReduce reduces a file, or standard input if its name is "-", and prints the outcome.
func runReduce(c *cli.Console, r *reduce.Reduction, name string, json, explain bool) error {
	read := func() error { return r.File(name) }
	switch {
	case explain:
		read = func() error { return r.Explain(c.Err, name, c.In) }
	case name == "-":
		read = func() error { return r.Stream(c.In) }
	}
	err := withFlags(read())
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	if json {
		if failed := r.PrintSummary(c.Out, err); err == nil {
			err = failed
		}
		return err
	}
	if err != nil {
		return err
	}
	if err := r.Print(c.Out); err != nil {
		return err
	}
	if !explain {
		r.PrintSkipped(c.Err)
	}
	return nil
}

func printStats(c *cli.Console, r *reduce.Reduction) {
	seconds := r.Took.Seconds()
	fmt.Fprintf(c.Err, "rows %s, bytes %s, seconds %.3f, GB/s %.2f, cores %d, groups %s\n",
		cli.Thousands(r.Rows), cli.Thousands(r.Bytes), seconds, float64(r.Bytes)/1e9/seconds, r.Cores, cli.Thousands(int64(len(r.Sorted))))
}

// settings are the function's settings that are flags here.
var settings = []struct{ flag, variable, usage string }{
	{"bad-rows", "BAD_ROWS", "`fail`, skip, or a share of the rows that may be skipped: 5% (default fail)"},
	{"no-value", "NO_VALUE", "rows without a recovery time: `fail` or skip (default fail)"},
	{"missing", "MISSING", "`SPELLINGS` spellings of a missing value, with commas between: n/a,999"},
	{"range", "RANGE", "`LEAST..GREATEST` recovery time in days (default 0..1000000)"},
	{"decimal", "DECIMAL", "the decimal mark: `point` or comma (default point)"},
	{"encoding", "ENCODING", "`utf-8`, windows-1252 or iso-8859-1 (default utf-8)"},
	{"columns", "COLUMNS", "other `NAMES` in the header: Hospital=site,Recovery Time=los_days"},
	{"min-records", "MIN_RECORDS", "leave out groups of fewer than `N` rows (default 0: none)"},
}

// settingFlags declares the function's settings as flags, which set values.
func settingFlags(f *cli.Flags, values reduce.Settings) {
	for _, s := range settings {
		f.Func(s.flag, s.usage, func(value string) error {
			values[s.variable] = value
			return values.Check(s.variable)
		})
	}
}

// withFlags adds to an error that names settings of the function which flags they are here. A file
// may have such a name, too: a setting is a word by itself, or stands before its value.
func withFlags(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error() + " "
	for _, s := range settings {
		if strings.Contains(text, " "+s.variable+" ") || strings.Contains(text, " "+s.variable+"=") {
			err = fmt.Errorf("%w (%s is the flag --%s)", err, s.variable, s.flag)
		}
	}
	return err
}
