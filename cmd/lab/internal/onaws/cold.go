package onaws

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/cmd/lab/internal/stats"
)

// Cold measures the starts of the functions at every memory size: N of each, after one that does not
// count. It returns a report whenever something was measured, with an error or without one.
func (c *Config) Cold(ctx context.Context, console *cli.Console) (*report.Cold, error) {
	r, err := c.measure(ctx, console, func(r *run) plan {
		p := plan{what: fmt.Sprintf("%d starts each of %d functions at %d memory sizes", c.N, len(r.subjects), len(r.targets)/len(r.subjects)), uncounted: len(r.targets)}
		for range r.targets {
			p.invocations = append(p.invocations, c.N+1)
		}
		return p
	}, func(ctx context.Context, r *run) error { return r.rounds(ctx) })
	if r == nil {
		return nil, err
	}
	out := r.coldReport()
	out.Interrupted = errors.Is(err, ErrInterrupted)
	return out, err
}

// rounds takes the starts. The functions and memory sizes take turns, in a new random order each
// round. In round 0 Lambda fetches the code for the first time.
func (r *run) rounds(ctx context.Context) error {
	random := stats.NewRandom(r.Seed)
	for round := range r.N + 1 {
		order := slices.Clone(r.targets)
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, t := range order {
			if t.failed != "" {
				continue
			}
			r.status.Say(fmt.Sprintf("round %d of %d: %s, %d MB", round, r.N, t.label(), t.memoryMB))
			sample, err := r.start(ctx, t, round)
			if round > 0 {
				t.taken++
			}
			if err := t.settle(err); err != nil {
				return err
			}
			if err == nil && round > 0 {
				t.samples = append(t.samples, *sample)
			}
		}
	}
	return nil
}

func (r *run) coldReport() *report.Cold {
	out := &report.Cold{
		Kind:       report.KindCold,
		Conditions: r.conditions(),
		RoundTrip:  report.OnAWS,
		Rows:       report.OnAWS,
		N:          r.N,
		OK:         r.ok(),
	}
	for _, s := range r.subjects {
		out.Functions = append(out.Functions, s.program())
	}
	for _, t := range r.targets {
		out.Results = append(out.Results, t.result())
	}
	out.SetRatios()
	return out
}

// result summarises a target.
func (t *target) result() report.Result {
	f := report.Result{Function: t.label(), MemoryMB: t.memoryMB, VCPUs: sandbox.VCPUs(t.memoryMB), Rows: report.OnAWS, RoundTrip: report.OnAWS,
		Failed: t.failed, Samples: []report.Sample{}, Starts: t.taken}
	if t.failed == "" && t.taken > 0 && len(t.samples) == 0 {
		f.Failed = fmt.Sprintf("none of %d starts was cold and answered", t.taken)
	}
	if f.Failed == "" && len(t.samples) > 0 {
		f.Samples = t.samples
		f.Summarise()
	}
	return f
}
