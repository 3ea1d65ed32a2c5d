// Throughput does the reducing half of the job, CSV in and groups out, with one CSV reader
// or another, and prints how long it took. See README.md.
//
//	throughput READER FILE    a line for each of several runs: reader, file, seconds, rows, groups, digest
//	throughput readers        the readers there are
//	throughput table < LINES  a table of such lines
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// runs is how often a process reduces the file. The table leaves out the first, in which
// memory and caches are made.
const runs = 4

func main() {
	err := fmt.Errorf("usage: throughput READER FILE | readers | table")
	switch {
	case len(os.Args) == 2 && os.Args[1] == "readers":
		for _, r := range readers {
			fmt.Println(r.name)
		}
		return
	case len(os.Args) == 2 && os.Args[1] == "table":
		err = printTable(os.Stdin)
	case len(os.Args) == 3:
		err = measure(os.Args[1], os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "throughput:", err)
		os.Exit(1)
	}
}

func measure(name, path string) error {
	i := slices.IndexFunc(readers, func(r reader) bool { return r.name == name })
	if i < 0 {
		return fmt.Errorf("no reader %s", name)
	}
	for range runs {
		runtime.GC() // what the run before has left is not this one's
		start := time.Now()
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		groups, err := readers[i].reduce(f)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		took := time.Since(start)
		rows, digest := summarise(groups)
		fmt.Printf("%s %s %.6f %d %d %s\n", name, filepath.Base(path), took.Seconds(), rows, len(groups), digest)
	}
	return nil
}

// A group is what the job says of a diagnosis in a hospital.
type group struct {
	diagnosis, hospital, treatment string
	mean                           float64
	rows                           int64
}

// summarise counts rows, and makes a digest by which results can be compared across
// languages: means are written with twelve digits.
func summarise(groups []group) (rows int64, digest string) {
	slices.SortFunc(groups, func(a, b group) int {
		return slices.Compare([]string{a.diagnosis, a.hospital}, []string{b.diagnosis, b.hospital})
	})
	h := sha256.New()
	for _, g := range groups {
		rows += g.rows
		fmt.Fprintf(h, "%s\t%s\t%.12g\t%s\t%d\n", g.diagnosis, g.hospital, g.mean, g.treatment, g.rows)
	}
	return rows, fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// A reader is a way to do the job.
type reader struct {
	name   string
	reduce func(io.Reader) ([]group, error)
}
