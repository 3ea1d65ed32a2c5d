package compare

import (
	"math"
	"time"

	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// A tried is how long a target took when it was tried: its start with the first invocation and
// everything around it, and one warm invocation.
type tried struct {
	cold, warm time.Duration
	weight     float64 // how many times as often it starts as another that takes as long
}

// A planned is how often a target is to be measured.
type planned struct {
	Starts int     `json:"starts"`
	Warm   int     `json:"warm"` // invocations behind the first of each start
	Each   float64 `json:"secondsEach"`
}

const (
	// shortWarm is how long the warm invocations behind a start may take together even if the
	// start takes less.
	shortWarm = 300 * time.Millisecond

	// leastStarts is how often a target starts if the time allows it: an interval takes as many.
	leastStarts = report.FewStarts

	// plannedShare of the time left is planned: a single trial is not exact.
	plannedShare = 0.9
)

// makePlan divides the time left among targets.
//
// The warm invocations of a target take together about as long as its start. The number of its
// starts is proportional to one over the square root of what each takes, which leaves the least
// variance in all targets together (Neyman 1934, for strata of unequal cost). Ours is in every
// ratio, so it starts more often, by the square root of the number of functions that it is
// compared with (Dunnett 1955, for a control). There are at most n starts and, if that is
// possible at all, no less than leastStarts. A target whose trial failed has no warm time and
// gets nothing.
func makePlan(targets []tried, n, warm int, left time.Duration) []planned {
	out := make([]planned, len(targets))
	for i, t := range targets {
		if t.warm > 0 {
			out[i].Warm = min(max(int(max(t.cold, shortWarm)/t.warm), 1), warm)
			out[i].Each = (t.cold + time.Duration(out[i].Warm)*t.warm).Seconds()
		}
	}
	budget := left.Seconds() * plannedShare
	for least := min(leastStarts, n); least > 0; least-- {
		// starts plans with a share of the time, and returns how long all of it takes.
		starts := func(share float64) (total float64) {
			for i := range out {
				if p := &out[i]; p.Each > 0 {
					p.Starts = min(max(int(share*targets[i].weight/math.Sqrt(p.Each)), least), n)
					total += float64(p.Starts) * p.Each
				}
			}
			return total
		}
		if starts(0) > budget && least > 1 {
			continue
		}
		low, high := 0.0, max(budget, 0)
		for range 50 { // bisections: more than a float64 can tell apart
			if middle := (low + high) / 2; starts(middle) <= budget {
				low = middle
			} else {
				high = middle
			}
		}
		starts(low)
		break
	}
	return out
}

// makeRounds returns which targets start in which round, and in what order. The order of each
// round is random. A target with fewer starts than there are rounds takes part in rounds that
// are as far apart as possible.
func makeRounds(plan []planned, seed uint64) [][]int {
	most := 0
	for _, p := range plan {
		most = max(most, p.Starts)
	}
	out := make([][]int, most)
	for i, p := range plan {
		for k := range p.Starts {
			round := (2*k + 1) * most / (2 * p.Starts)
			out[round] = append(out[round], i)
		}
	}
	random := stats.NewRandom(seed)
	for _, targets := range out {
		random.Shuffle(len(targets), func(i, j int) { targets[i], targets[j] = targets[j], targets[i] })
	}
	return out
}
