package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/stats"
)

// coldRun is a coldBench under way.
type coldRun struct {
	*coldBench
	*rig
}

func newColdRun(b *coldBench, s *cli.Status) (*coldRun, error) {
	if b.elsewhere() {
		b.rtt = 0
	}
	r, err := newRig(&b.setting, b.memory[len(b.memory)-1], []int64{b.rows}, []time.Duration{b.rtt}, s)
	if err != nil {
		return nil, err
	}
	for _, memory := range b.memory {
		for _, function := range b.functions {
			if _, err := r.cell(function, memory, b.rows, b.rtt); err != nil {
				r.close()
				return nil, err
			}
		}
	}
	return &coldRun{b, r}, nil
}

// rounds takes a sample of every cell, in a new order each time. The first round counts for
// nothing: it makes the server's certificate, and a warm cache warm.
func (c *coldRun) rounds(ctx context.Context, s *cli.Status) error {
	random := stats.NewRandom(c.rig.seed)
	for round := range c.n + 1 {
		order := slices.Clone(c.cells)
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, x := range order {
			if x.failed != "" {
				continue
			}
			s.Say(fmt.Sprintf("round %d of %d: %s, %d MB", round, c.n, x.function.Name, x.memory))
			sample, err := x.take(ctx, 0)
			if err != nil {
				return err
			}
			if sample != nil && round > 0 {
				x.samples = append(x.samples, *sample)
			}
		}
	}
	return nil
}
