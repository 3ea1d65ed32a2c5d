// Package ladder measures what each habit costs a cold start: a ladder of functions, from Go with
// AWS's SDK to ours, each of which has one habit less than the one before it; and functions in
// other languages beside it.
package ladder

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/cold"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

// A Config says what to measure.
type Config struct {
	cold.Config
	Job       bool   // the whole job; otherwise the start alone, with nothing configured
	Bootstrap string // our function
	PeersDir  string // the folder of the rungs and the others
	Only      string // names without commas, with commas between them; "" is all
	Storage   string // that the programs are on, if it is not this machine's disk

	rungs   []report.Rung
	leftOut []string
}

// Prepare finds the programs, and checks the settings before anything begins.
func (c *Config) Prepare() error {
	rungs := helloRungs
	if c.Job {
		rungs = jobRungs
	}
	only := strings.Split(c.Only, ",")
	for _, r := range rungs {
		if c.Only != "" && !slices.ContainsFunc(only, func(name string) bool { return strings.TrimSpace(name) == strings.ReplaceAll(r.Name, ",", "") }) {
			continue
		}
		path := c.Bootstrap
		if r.path != "" {
			path = filepath.Join(c.PeersDir, filepath.FromSlash(r.path), "bootstrap")
			if _, err := os.Stat(path); err != nil {
				c.leftOut = append(c.leftOut, fmt.Sprintf("left out: %s, there is no %s", r.Name, path))
				continue
			}
		}
		abs, bytes, err := measure.FindProgram(path)
		if err != nil {
			return err
		}
		c.rungs = append(c.rungs, r.Rung)
		c.Functions = append(c.Functions, report.Program{Name: r.Name, Path: abs, Bytes: bytes})
	}
	if len(c.Functions) == 0 {
		return fmt.Errorf("--only %q: %w", c.Only, fs.ErrNotExist)
	}
	return c.Ready(c.Memory, c.Functions)
}

// Measure takes the samples and returns the report. If it was interrupted, the report is of what was
// measured until then; nil if that is nothing.
func Measure(ctx context.Context, c *Config, status *cli.Status) (*report.Ladder, error) {
	take := cold.Measure
	if !c.Job {
		take = measureStarts
	}
	starts, err := take(ctx, &c.Config, status)
	if starts == nil {
		return nil, err
	}
	r := &report.Ladder{Kind: report.KindLadder, Cold: *starts, Rungs: c.rungs, LeftOut: c.leftOut, Job: c.Job, Storage: c.Storage}
	r.SetRatios()
	return r, err
}

// measureStarts measures the starts of functions that have no job.
func measureStarts(ctx context.Context, c *cold.Config, status *cli.Status) (*report.Cold, error) {
	defer status.Clear()
	b, err := measure.NewBench(&c.Settings, c.Memory[len(c.Memory)-1], nil, nil, status)
	if err != nil {
		return nil, err
	}
	if err = addStarts(c, b); err == nil {
		err = b.Rounds(ctx, c.N, status, func(ctx context.Context, t *measure.Target) (*report.Sample, error) { return t.TakeStart(ctx) })
	}
	return measure.Finish(ctx, b, err, func() *report.Cold {
		return &report.Cold{Conditions: b.Conditions(), N: c.N, Functions: c.Functions, Results: b.Results(), OK: b.OK()}
	})
}

func addStarts(c *cold.Config, b *measure.Bench) error {
	for _, memory := range b.Sizes(c.Memory) {
		for _, function := range c.Functions {
			if _, err := b.AddStart(function, memory); err != nil {
				return err
			}
		}
	}
	return nil
}
