// Package tune measures one function at several memory sizes, and what it costs at each.
package tune

import (
	"context"
	"fmt"
	"slices"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/cmd/lab/internal/stats"
)

// A Config says what to measure.
type Config struct {
	measure.Settings
	Function  report.Program
	Memory    []int // MB, the smallest first
	Rows      int64
	N         int // warm invocations at each size
	RoundTrip time.Duration
	Prices    pricing.Prices
	Strategy  string  // of package powertuning
	Weight    float64 // of the balanced strategy
}

// Measure takes the samples and returns the report. If it was interrupted, the report is of what was
// measured until then; nil if that is nothing.
func Measure(ctx context.Context, c *Config, status *cli.Status) (*report.Tune, error) {
	defer status.Clear()
	if c.Elsewhere() {
		c.RoundTrip = 0
	}
	b, err := measure.NewBench(&c.Settings, c.Memory[len(c.Memory)-1], []int64{c.Rows}, []time.Duration{c.RoundTrip}, status)
	if err != nil {
		return nil, err
	}
	return measure.Finish(ctx, b, c.measure(ctx, b, status), func() *report.Tune { return c.report(b) })
}

// measure takes a sample of every size. One start before them does not count: it makes the
// server's certificate, and fills the page cache.
func (c *Config) measure(ctx context.Context, b *measure.Bench, status *cli.Status) error {
	for _, memory := range b.Sizes(c.Memory) {
		if _, err := b.AddTarget(c.Function, memory, c.Rows, c.RoundTrip); err != nil {
			return err
		}
	}
	order := slices.DeleteFunc(slices.Clone(b.Targets), func(t *measure.Target) bool { return t.Failed != "" })
	if len(order) == 0 {
		return nil
	}
	status.Say("once before it counts")
	largest := order[len(order)-1]
	if _, err := largest.Take(ctx, 0); err != nil {
		return err
	}
	if largest.Failed != "" {
		for _, t := range order[:len(order)-1] {
			t.Failed, t.Excused = fmt.Sprintf("not tried, since it failed at %d MB", largest.MemoryMB), true
		}
		return nil
	}
	random := stats.NewRandom(c.Seed)
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for i, t := range order {
		status.Say(fmt.Sprintf("%s, %d MB, size %d of %d", t.Function.Name, t.MemoryMB, i+1, len(order)))
		sample, err := t.Take(ctx, c.N)
		if sample != nil && len(sample.Warm) > 0 { // with an error: what there was until then
			t.Samples = []report.Sample{*sample}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) report(b *measure.Bench) *report.Tune {
	r := &report.Tune{
		Kind:       report.KindTune,
		Conditions: b.Conditions(),
		RoundTrip:  report.Ms(c.RoundTrip),
		Function:   c.Function,
		Rows:       c.Rows,
		Bytes:      b.Bytes(c.Rows),
		N:          c.N,
		Discarded:  powertuning.Discard,
		Weight:     c.Weight,
		Strategy:   c.Strategy,
		Prices:     c.Prices,
		OK:         b.OK(),
	}
	for _, t := range b.Targets {
		size := c.size(t, r.Limited)
		if r.Limited {
			size.VCPUs = sandbox.VCPUs(t.MemoryMB)
		}
		r.Sizes = append(r.Sizes, size)
	}
	r.Choose()
	return r
}

// size summarises what was measured at a memory size.
func (c *Config) size(t *measure.Target, limited bool) report.TunedSize {
	out := report.TunedSize{MemoryMB: t.MemoryMB, Failed: t.Failed, Log: t.Log}
	if len(t.Samples) == 0 {
		return out
	}
	cold := &t.Samples[0]
	out.Summarise(cold)
	if !limited {
		return out // what it costs depends on how long it takes with its share of CPU time
	}
	out.Cost = c.Prices.Cost(t.MemoryMB, out.Mean.Value, cold.WarmGets, cold.WriteUnits)
	out.ColdCost = c.Prices.Cost(t.MemoryMB, cold.Billed, cold.S3Gets, cold.WriteUnits)
	return out
}
