package main

import (
	"io"
	"os"

	"reduction/cmd/lab/internal/cli"
	"reduction/internal/dataset"
)

var generateCommand = &cli.Command{
	Name:  "generate",
	Short: "make the experiment's data, as much of it as you like",
	About: `
Writes CSV with the header Hospital,Diagnosis,Treatment,Recovery Time: 20 hospitals,
20 diagnoses, 15 treatments and 5 to 60 days, drawn uniformly. A row is about 45 bytes.

The same seed gives the same bytes on every machine, and a shorter file is the beginning
of a longer one. Rows are written as they are made, so a file may be larger than memory.
The experiment's sizes are 10,000 and 1,000,000 rows; the feed it stands for brings about
2,000 a day.`,
	Examples: `
lab generate --rows 1000000 --out 1m.csv
lab generate --rows 2000 --seed 7 | lab reduce -`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		var rows int64
		var seed uint64
		var out string
		cli.Whole(f, &rows, "rows", -1, 0, 1_000_000_000_000, "`N` how many rows; must be given")
		cli.Whole(f, &seed, "seed", dataset.DefaultSeed, 0, 1<<63-1, "`S` seed of the data (default 1)")
		f.String(&out, "out", "-", "`FILE` to write to (default -, standard output)")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			if rows < 0 {
				return cli.Usagef("--rows is missing: how many rows?")
			}
			return generate(c, rows, seed, out)
		}
	},
}

func generate(c *cli.Console, rows int64, seed uint64, out string) error {
	g := dataset.New(rows, seed)
	if out == "-" {
		to := c.Err
		if cli.IsTerminal(c.Out) {
			to = nil // the rows themselves are on the screen
		}
		return writeRows(c.Out, g, cli.NewProgress(to, "generate", rows))
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	err = writeRows(f, g, cli.NewProgress(c.Err, out, rows))
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// writeRows shows progress on the way: a write each time the generator's buffer is full.
func writeRows(w io.Writer, g *dataset.Generator, p *cli.Progress) error {
	defer p.End()
	rows := g.Left()
	_, err := g.WriteTo(writerFunc(func(b []byte) (int, error) {
		p.At(rows - g.Left())
		return w.Write(b)
	}))
	return err
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
