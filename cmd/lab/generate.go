package main

import (
	"io"
	"os"

	"reduction/cmd/lab/internal/cli"
	"reduction/internal/dataset"
)

var generateCommand = &cli.Command{
	Name:  "generate",
	Short: "generate the experiment's data, any number of rows",
	About: `
Writes CSV with the header Hospital,Diagnosis,Treatment,Recovery Time: 20 hospitals,
20 diagnoses, 15 treatments and 5 to 60 days, drawn uniformly. A row has about 45 bytes.

The same seed gives the same bytes on every machine, and a shorter file is the beginning of a
longer one. Rows are written as they are generated, so a file may be larger than memory. The
experiment's sizes are 10,000 and 1,000,000 rows. The feed that it models has about 2,000 rows a
day.`,
	Examples: `
lab generate --rows 1000000 --out 1m.csv
lab generate --rows 2000 --seed 7 | lab reduce -`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		var rows int64
		var seed uint64
		var out string
		cli.Whole(f, &rows, "rows", -1, 0, 1_000_000_000_000, "`N` number of rows; required")
		cli.Whole(f, &seed, "seed", dataset.DefaultSeed, 0, 1<<63-1, "`S` seed of the data (default 1)")
		f.String(&out, "out", "-", "`FILE` file to write to (default -, standard output)")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			if rows < 0 {
				return cli.Usagef("--rows is missing: how many rows?")
			}
			return generate(c, dataset.New(rows, seed), out)
		}
	},
}

func generate(c *cli.Console, g *dataset.Generator, out string) error {
	if out == "-" {
		to := c.Err
		if cli.IsTerminal(c.Out) {
			to = nil // a progress bar would be among the rows
		}
		return writeRows(c.Out, g, cli.NewProgress(to, "generate", g.Left()))
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	err = writeRows(f, g, cli.NewProgress(c.Err, out, g.Left()))
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// writeRows shows progress each time the generator's buffer is full.
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
