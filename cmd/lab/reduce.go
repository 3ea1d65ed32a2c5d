package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"reduction/aggregate"
	"reduction/cmd/lab/internal/cli"
	"reduction/csvfast"
	"reduction/internal/job"
)

var reduceCommand = &cli.Command{
	Name:  "reduce",
	Args:  "FILE|-",
	Short: "the function's job on a local file or a pipe",
	About: `
Reads CSV and prints one JSON object a line for each diagnosis in each hospital, sorted by
the table's sort key (#diagnosis#...#hospital#...):

  {"Diagnosis":...,"Hospital":...,"AverageRecoveryTime":32.5,"MostUsedTreatment":...,"Rows":2}

The columns Hospital, Diagnosis, Treatment and Recovery Time are found by their names in
the header, in any order; others are ignored. The mean is exact, rounded once. Of several
treatments used equally often, the first in byte order is named.

A file is reduced as the function would: a bad row (too many or too few fields, no number,
a stray quote, invalid UTF-8) fails it, nothing is printed, and the error names the record,
its byte offset and the column, never what stands there.

A regular file is parsed on all cores. A pipe, and a file whose name ends in .gz, which is
decompressed, are parsed on one. Neither is ever held in memory.`,
	Examples: `
lab reduce 1m.csv
lab reduce --stats 1m.csv > result.jsonl
zstd -dc feed.csv.zst | lab reduce --skip-bad -`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		r := &reduction{options: job.Options{MaxGroups: maxLocalGroups}, chunk: splitChunk}
		var stats bool
		f.Bool(&stats, "stats", "say on standard error how much was read and how fast, until sorting and printing begin")
		f.Bool(&r.options.SkipBadRows, "skip-bad", "leave bad rows out, and say on standard error how many and where")
		cli.Whole(f, &r.jobs, "jobs", runtime.GOMAXPROCS(0), 1, 1024, "`N` how many cores to use (default all)")
		return func(c *cli.Console, args []string) error {
			if len(args) != 1 {
				return cli.Usagef("expected one FILE, or - for standard input; got %d arguments", len(args))
			}
			return r.command(c, args[0], stats)
		}
	},
}

// maxLocalGroups is far more than the function's limit: a workstation has the memory of
// many functions, and its user the patience.
const maxLocalGroups = 1 << 28

// reduction is one run of `lab reduce`.
type reduction struct {
	options job.Options
	jobs    int
	chunk   int // bytes each of several cores takes at a time

	*job.Reducer // the outcome
	groups       []aggregate.Group
	bytes        int64 // of CSV
	cores        int   // that took part
	took         time.Duration
}

func (r *reduction) command(c *cli.Console, name string, stats bool) error {
	if err := r.read(c, name); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := printGroups(c.Out, r.groups); err != nil {
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
		seconds := r.took.Seconds()
		fmt.Fprintf(c.Err, "rows %s, bytes %s, seconds %.3f, GB/s %.2f, cores %d, groups %s\n",
			cli.Thousands(r.Rows()), cli.Thousands(r.bytes), seconds, float64(r.bytes)/1e9/seconds, r.cores, cli.Thousands(int64(len(r.groups))))
	}
	return nil
}

// read reduces what name stands for, on several cores where that can be done.
func (r *reduction) read(c *cli.Console, name string) error {
	if name == "-" {
		return r.alone(c.In, time.Now())
	}
	f, err := os.Open(name)
	if err != nil {
		return errors.Unwrap(err) // the caller names the file
	}
	defer f.Close()
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<16))
		if err != nil {
			return fmt.Errorf("decompressing: %w", err)
		}
		return r.alone(z, time.Now())
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errors.New("is a directory")
	}
	if !info.Mode().IsRegular() {
		return r.alone(f, time.Now())
	}
	return r.file(f, info.Size())
}

// file reduces a regular file.
func (r *reduction) file(f io.ReaderAt, size int64) error {
	start := time.Now()
	if r.jobs > 1 && r.together(f, size, start) {
		return nil
	}
	// From the start, by one reader: the file is small, or some part of it is bad and the
	// place must be told exactly.
	return r.alone(io.NewSectionReader(f, 0, math.MaxInt64), start)
}

// alone reduces on one core.
func (r *reduction) alone(src io.Reader, start time.Time) (err error) {
	r.Reducer, r.cores = job.NewReducer(r.options), 1
	r.bytes, err = r.ReadFrom(src)
	r.took = time.Since(start)
	if err != nil {
		return err
	}
	r.groups = r.Groups()
	return sortGroups(r.groups)
}

// together reduces on several cores. It answers false where anything at all is wrong with
// the file, and where there is too little of it: then alone has the last word.
func (r *reduction) together(f io.ReaderAt, size int64, start time.Time) bool {
	s := csvfast.NewScanner(io.NewSectionReader(f, 0, size))
	if !s.Next() || !s.Next() {
		return false
	}
	body := s.Offset() // of the first record after the header
	cores := min(int64(r.jobs), (size-body+int64(r.chunk)-1)/int64(r.chunk))
	if cores < 2 {
		return false
	}

	header := job.NewReducer(r.options)
	if _, err := header.ReadFrom(io.NewSectionReader(f, 0, body)); err != nil {
		return false
	}
	split := newSplitter(f, size, body, r.chunk)
	parts := make([]*job.Reducer, cores)
	var wg sync.WaitGroup
	for i := range parts {
		parts[i] = header.Part()
		wg.Go(func() {
			_, err := parts[i].ReadFrom(split.reader())
			if err == nil && parts[i].Skipped > 0 {
				err = errSkipped
			}
			if err != nil {
				split.fail(err)
			}
		})
	}
	wg.Wait()
	if split.err != nil {
		return false
	}
	for _, p := range parts[1:] {
		if parts[0].Merge(p) != nil {
			return false
		}
	}
	r.took = time.Since(start)
	r.Reducer, r.bytes, r.cores = parts[0], size, int(cores)
	r.groups = r.Groups()
	return sortGroups(r.groups) == nil
}

// errSkipped ends the parts where one left a row out: a stray quote may have moved cuts.
var errSkipped = errors.New("a bad row")
