// Package compare measures our function and its rivals in one run: over files of several sizes,
// at several memory sizes, cold and warm, with emulated latency and without.
//
// Every target is tried once. From how long that took, a plan divides the time budget; the
// targets are then measured in rounds. Every start is written to a journal at once, so that a
// run which was interrupted can be resumed.
package compare

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

// A Config says what to measure.
type Config struct {
	measure.Settings
	measure.Functions
	PeersDir   string // the folder of the rivals; "" is none
	Only       string // names of the rivals that take part, with commas between them; "" is all
	Rows       []int64
	Memory     []int           // MB, the smallest first
	RoundTrips []time.Duration // the usual one first
	N          int             // starts of each function, at most
	Warm       int             // warm invocations behind each start, at most
	Budget     time.Duration   // for the measuring
	Markdown   string          // the file for the tables; "" is none
	Resume     bool
	Published  bool // report what the experiment's authors measured, too

	functions []report.Program // ours, ours again, then the others
	leftOut   []report.LeftOut
}

// Prepare checks the settings before anything begins, and finds the functions.
func (c *Config) Prepare() error {
	if c.Resume && c.File == "" {
		return cli.Usagef("--resume takes --json: its name is that of the file with the starts")
	}
	listed, err := c.List()
	if err != nil {
		return err
	}
	first, peers := listed[0], listed[1:]
	var found []report.Program
	if c.Event != "" {
		c.Rows = c.Rows[:1] // the event is the input, not a file
	} else { // rivals do this job, and no other
		if found, c.leftOut, err = findRivals(c.PeersDir); err != nil {
			return err
		}
	}
	for _, p := range peers {
		if p.Name == first.Again().Name || slices.ContainsFunc(found, func(f report.Program) bool { return f.Name == p.Name }) {
			return cli.Usagef("--peer %s: there is a function of that name", p.Name)
		}
	}
	if c.Elsewhere() {
		c.RoundTrips = []time.Duration{0}
	}
	c.functions = slices.Concat([]report.Program{first, first.Again()}, found, peers)
	if err := c.keepOnly(); err != nil {
		return err
	}
	if err := c.Ready(c.Memory, c.functions); err != nil {
		return err
	}
	return measure.Writable(c.Markdown)
}

// keepOnly removes the rivals that do not take part.
func (c *Config) keepOnly() error {
	if c.Only == "" {
		return nil
	}
	names := strings.Split(c.Only, ",")
	for _, name := range names {
		if !slices.ContainsFunc(c.functions[2:], func(p report.Program) bool { return p.Name == name }) {
			return cli.Usagef("--only %s: there is no rival of that name", name)
		}
	}
	c.functions = append(c.functions[:2], slices.DeleteFunc(c.functions[2:], func(p report.Program) bool { return !slices.Contains(names, p.Name) })...)
	c.leftOut = nil
	return nil
}

// Measure takes the samples and returns the report. A run that was interrupted has a report, too,
// of what was measured so far.
func Measure(ctx context.Context, c *Config, status *cli.Status) (*report.Compare, error) {
	defer status.Clear()
	j, err := c.openJournal(status)
	if err != nil {
		return nil, err
	}
	defer j.close()
	r, err := newRun(c, j, status)
	if err != nil {
		return nil, err
	}
	if len(c.leftOut) > 0 {
		var names []string
		for _, l := range c.leftOut {
			names = append(names, l.Name)
		}
		status.Note("left out, not built: %s; %s builds what it can", strings.Join(names, ", "), filepath.Join(c.PeersDir, "build.sh"))
	}
	err = r.measure(ctx)
	out := r.report()
	err = r.bench.End(ctx, err)
	if errors.Is(err, measure.ErrInterrupted) && c.File != "" {
		if r.plan == nil {
			err = fmt.Errorf("%w before the first start that counts; --resume goes on", err)
		} else {
			err = fmt.Errorf("%w after %d starts of %d; --resume goes on", err, out.Done, out.Planned)
		}
	}
	return out, err
}
