// Package cold measures the starts of several functions at several memory sizes.
package cold

import (
	"context"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

// A Config says what to measure.
type Config struct {
	measure.Settings
	Functions []report.Program // the first one is compared with the others
	Memory    []int            // MB, the smallest first
	Rows      int64
	N         int // samples of each function at each size
	RoundTrip time.Duration
}

// Measure takes the samples and returns the report. If it was interrupted, the report is of what was
// measured until then; nil if that is nothing.
func Measure(ctx context.Context, c *Config, status *cli.Status) (*report.Cold, error) {
	defer status.Clear()
	if c.Elsewhere() {
		c.RoundTrip = 0
	}
	b, err := measure.NewBench(&c.Settings, c.Memory[len(c.Memory)-1], []int64{c.Rows}, []time.Duration{c.RoundTrip}, status)
	if err != nil {
		return nil, err
	}
	return measure.Finish(ctx, b, c.measure(ctx, b, status), func() *report.Cold { return c.report(b) })
}

func (c *Config) measure(ctx context.Context, b *measure.Bench, status *cli.Status) error {
	for _, memory := range b.Sizes(c.Memory) {
		for _, function := range c.Functions {
			if _, err := b.AddTarget(function, memory, c.Rows, c.RoundTrip); err != nil {
				return err
			}
		}
	}
	return b.Rounds(ctx, c.N, status, func(ctx context.Context, t *measure.Target) (*report.Sample, error) {
		return t.Take(ctx, 0)
	})
}

func (c *Config) report(b *measure.Bench) *report.Cold {
	r := &report.Cold{
		Kind:       report.KindCold,
		Conditions: b.Conditions(),
		RoundTrip:  report.Ms(c.RoundTrip),
		Rows:       c.Rows,
		Bytes:      b.Bytes(c.Rows),
		N:          c.N,
		Functions:  c.Functions,
		Results:    b.Results(),
		OK:         b.OK(),
	}
	r.SetRatios()
	return r
}
