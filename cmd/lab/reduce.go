package main

import (
	"fmt"
	"runtime"

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

The columns Hospital, Diagnosis, Treatment and Recovery Time are found by their names in
the header, in any order; others are ignored. The mean is exact and rounded once. Of several
treatments that are used equally often, the first in byte order is printed.

The file is reduced as the function would reduce it: a bad row (too many or too few fields, no
number, a stray quote, invalid UTF-8) fails it. Then nothing is printed, and the error names
the record, its byte offset and the column, never the content.

A regular file is parsed on all cores. A pipe, and a file whose name ends in .gz, which is
decompressed, are parsed on one. Neither is ever held in memory.`,
	Examples: `
lab reduce 1m.csv
lab reduce --stats 1m.csv > result.jsonl
zstd -dc feed.csv.zst | lab reduce --skip-bad -`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		r := new(reduce.Reduction)
		var stats bool
		f.Bool(&stats, "stats", "print on standard error how much was read and how fast, without the time for sorting and printing")
		f.Bool(&r.SkipBadRows, "skip-bad", "leave bad rows out, and print on standard error how many and where")
		cli.Whole(f, &r.Jobs, "jobs", runtime.GOMAXPROCS(0), 1, 1024, "`N` number of cores to use (default all)")
		return func(c *cli.Console, args []string) error {
			if len(args) != 1 {
				return cli.Usagef("expected one FILE, or - for standard input; got %d arguments", len(args))
			}
			return runReduce(c, r, args[0], stats)
		}
	},
}

// runReduce reduces a file, or standard input if its name is "-", and prints the groups.
func runReduce(c *cli.Console, r *reduce.Reduction, name string, stats bool) error {
	read := func() error { return r.File(name) }
	if name == "-" {
		read = func() error { return r.Stream(c.In) }
	}
	if err := read(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := r.Print(c.Out); err != nil {
		return err
	}
	if r.Skipped > 0 {
		fmt.Fprintf(c.Err, "%s bad rows left out, of %s\n", cli.Thousands(r.Skipped), cli.Thousands(r.Skipped+r.Rows()))
		for _, bad := range r.Bad {
			fmt.Fprintf(c.Err, "  %v\n", bad)
		}
		if more := r.Skipped - int64(len(r.Bad)); more > 0 {
			fmt.Fprintf(c.Err, "  and %s more\n", cli.Thousands(more))
		}
	}
	if stats {
		seconds := r.Took.Seconds()
		fmt.Fprintf(c.Err, "rows %s, bytes %s, seconds %.3f, GB/s %.2f, cores %d, groups %s\n",
			cli.Thousands(r.Rows()), cli.Thousands(r.Bytes), seconds, float64(r.Bytes)/1e9/seconds, r.Cores, cli.Thousands(int64(len(r.Sorted))))
	}
	return nil
}
