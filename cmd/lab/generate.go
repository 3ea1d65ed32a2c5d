package main

import (
	"io"
	"os"

	"reduction/internal/dataset"
)

var generateCommand = &command{
	name:  "generate",
	short: "make the experiment's data, as much of it as you like",
	about: `
Writes CSV with the header Hospital,Diagnosis,Treatment,Recovery Time: 20 hospitals,
20 diagnoses, 15 treatments and 5 to 60 days, drawn uniformly. A row is about 45 bytes.

The same seed gives the same bytes on every machine, and a shorter file is the beginning
of a longer one. Rows are written as they are made, so a file may be larger than memory.
The experiment's sizes are 10,000 and 1,000,000 rows; the feed it stands for brings about
2,000 a day.`,
	examples: `
lab generate --rows 1000000 --out 1m.csv
lab generate --rows 2000 --seed 7 | lab reduce -`,
	setup: func(f *flags) func(*console, []string) error {
		rows := f.whole("rows", -1, 0, 1_000_000_000_000, "`N` how many rows; must be given")
		seed := f.whole("seed", dataset.DefaultSeed, 0, 1<<63-1, "`S` seed of the data (default 1)")
		out := f.string("out", "-", "`FILE` to write to (default -, standard output)")
		return func(c *console, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			if *rows < 0 {
				return usagef("--rows is missing: how many rows?")
			}
			return generate(c, *rows, uint64(*seed), *out)
		}
	},
}

func generate(c *console, rows int64, seed uint64, out string) error {
	g := dataset.New(rows, seed)
	if out == "-" {
		p := newProgress(c.err, "generate", rows)
		if isTerminal(c.out) {
			p.w = nil // the rows themselves are on the screen
		}
		return writeRows(c.out, g, p)
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	err = writeRows(f, g, newProgress(c.err, out, rows))
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// writeRows shows progress on the way: a write each time the generator's buffer is full.
func writeRows(w io.Writer, g *dataset.Generator, p *progress) error {
	defer p.end()
	rows := g.Left()
	_, err := g.WriteTo(writerFunc(func(b []byte) (int, error) {
		p.at(rows - g.Left())
		return w.Write(b)
	}))
	return err
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
