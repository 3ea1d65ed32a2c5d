package onaws

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/cmd/lab/internal/stats"
)

// Tune measures one function at several memory sizes: a start and N warm invocations at each. It
// returns a report whenever something was measured. The strategy and the weight are those of package
// powertuning.
func (c *Config) Tune(ctx context.Context, console *cli.Console, strategy string, weight float64) (*report.Tune, error) {
	r, err := c.measure(ctx, console, func(r *run) plan {
		p := plan{what: fmt.Sprintf("a start and %d warm ones at each of %d memory sizes", c.N, len(r.targets)), uncounted: 1}
		for range r.targets {
			p.invocations = append(p.invocations, c.N+1)
		}
		p.invocations[0]++
		return p
	}, func(ctx context.Context, r *run) error { return r.sizes(ctx) })
	if r == nil {
		return nil, err
	}
	out := &report.Tune{
		Kind:       report.KindTune,
		Conditions: r.conditions(),
		RoundTrip:  report.OnAWS,
		Function:   r.subjects[0].program(),
		Rows:       report.OnAWS,
		N:          c.N,
		Discarded:  powertuning.Discard,
		Weight:     weight,
		Strategy:   strategy,
		OK:         r.ok(),
	}
	var known bool
	if out.Prices, known = pricing.Of(architecture(r.subjects[0].original.Configuration)); !known {
		return nil, errors.Join(err, fmt.Errorf("the prices of %s are not known", out.Prices.Architecture))
	}
	for _, t := range r.targets {
		out.Sizes = append(out.Sizes, t.tuned(&out.Prices))
	}
	out.Interrupted = errors.Is(err, ErrInterrupted)
	out.Choose()
	return out, err
}

// sizes measures the memory sizes, one after another in random order. A start before them does not
// count: with it Lambda fetches the code for the first time.
func (r *run) sizes(ctx context.Context) error {
	order := slices.Clone(r.targets)
	random := stats.NewRandom(r.Seed)
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	r.status.Say("once before it counts")
	if _, err := r.start(ctx, order[0], 0); order[0].settle(err) != nil {
		return err
	}
	for i, t := range order {
		if t.failed != "" {
			continue
		}
		r.status.Say(fmt.Sprintf("%d MB, size %d of %d", t.memoryMB, i+1, len(order)))
		if err := t.settle(r.size(ctx, t)); err != nil {
			return err
		}
	}
	return nil
}

// mostStarts is how often a start is tried until it is a cold one.
const mostStarts = 3

// size takes a cold start, and N warm invocations. Those that are not what they should be are not
// counted, and taken again up to a limit.
func (r *run) size(ctx context.Context, t *target) error {
	var cold *report.Sample
	for cold == nil {
		if t.taken++; t.taken > mostStarts {
			return &failure{fmt.Sprintf("none of %d starts was cold", mostStarts), false}
		}
		s, err := r.start(ctx, t, 1)
		if err == nil {
			cold = s
		} else if !errors.Is(err, errNotCounted) {
			return err
		}
	}
	for tries := 0; len(cold.Warm) < r.N; tries++ {
		if tries == 2*r.N {
			return &failure{fmt.Sprintf("only %d of %d invocations were warm", len(cold.Warm), tries), false}
		}
		s, isCold, err := r.invoke(ctx, t, 1, false)
		if errors.Is(err, errNotCounted) || err == nil && isCold {
			continue
		}
		if err != nil {
			return err
		}
		cold.Warm = append(cold.Warm, s.AWS.Duration)
		cold.MaxMemory = max(cold.MaxMemory, s.MaxMemory)
	}
	t.samples = []report.Sample{*cold}
	return nil
}

// tuned summarises what was measured at a memory size.
func (t *target) tuned(prices *pricing.Prices) report.TunedSize {
	out := report.TunedSize{MemoryMB: t.memoryMB, VCPUs: sandbox.VCPUs(t.memoryMB), Failed: t.failed}
	if t.failed != "" || len(t.samples) == 0 {
		return out
	}
	cold := &t.samples[0]
	out.Summarise(cold)
	out.Cost = prices.Cost(t.memoryMB, out.Mean.Value, 0, 0)
	out.ColdCost = prices.Cost(t.memoryMB, cold.AWS.Billed, 0, 0)
	return out
}
