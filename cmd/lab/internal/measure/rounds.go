package measure

import (
	"context"
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// Rounds takes n samples of every target, in a new random order each round, so that a change of
// the machine's speed affects all of them alike. A round before the first does not count: it
// makes the servers' certificates, and fills the page cache.
func (b *Bench) Rounds(ctx context.Context, n int, status *cli.Status, take func(context.Context, *Target) (*report.Sample, error)) error {
	random := stats.NewRandom(b.Seed)
	for round := range n + 1 {
		order := slices.Clone(b.Targets)
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, t := range order {
			if t.Failed != "" {
				continue
			}
			what := "once before it counts"
			if round > 0 {
				what = fmt.Sprintf("round %d of %d", round, n)
			}
			status.Say(fmt.Sprintf("%s: %s, %d MB", what, t.Function.Name, t.MemoryMB))
			sample, err := take(ctx, t)
			if err != nil {
				return err
			}
			if sample != nil && round > 0 {
				t.Samples = append(t.Samples, *sample)
			}
		}
	}
	return nil
}
