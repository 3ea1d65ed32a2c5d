package main

import (
	"math"
	"time"

	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// tried is how long a cell took when it was tried: its start with the first invocation and
// all that belongs to them, and one warm invocation.
type tried struct {
	cold, warm time.Duration
	weight     float64 // how many times as often it starts as another that takes as long
}

// planned is how often a cell is to be measured.
type planned struct {
	Starts int     `json:"starts"`
	Warm   int     `json:"warm"` // invocations after each start's first
	Each   float64 `json:"secondsEach"`
}

const (
	// shortWarm is how long warm invocations after a start may take together even where the
	// start takes less.
	shortWarm = 300 * time.Millisecond

	// leastStarts is how often a cell starts where the time allows it: fewer make no interval.
	leastStarts = report.FewStarts

	// planShare of the time left is planned with: what was tried once was not tried exactly.
	planShare = 0.9
)

// plan divides the time left among cells. A cell's warm invocations take together about as
// long as its start. The number of its starts goes by one over the square root of what each
// takes: so a given time leaves the least variance in all cells together (Neyman 1934, of
// strata that cost unequally much). Ours is in every ratio: it starts more often by the square
// root of how many it is compared with (Dunnett 1955, of a control). There are no more than n and, where that is possible at
// all, no less than leastStarts. A cell whose trial failed has no warm time and gets nothing.
func plan(cells []tried, n, warm int, left time.Duration) []planned {
	out := make([]planned, len(cells))
	for i, t := range cells {
		if t.warm > 0 {
			out[i].Warm = min(max(int(max(t.cold, shortWarm)/t.warm), 1), warm)
			out[i].Each = (t.cold + time.Duration(out[i].Warm)*t.warm).Seconds()
		}
	}
	budget := left.Seconds() * planShare
	for least := min(leastStarts, n); least > 0; least-- {
		starts := func(share float64) (total float64) {
			for i := range out {
				if p := &out[i]; p.Each > 0 {
					p.Starts = min(max(int(share*cells[i].weight/math.Sqrt(p.Each)), least), n)
					total += float64(p.Starts) * p.Each
				}
			}
			return total
		}
		if starts(0) > budget && least > 1 {
			continue
		}
		low, high := 0.0, max(budget, 0)
		for range 50 { // halves it down to nothing
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

// rounds returns which cells start in which round, in what order: each round in a new random
// one, a cell with fewer starts than there are rounds in rounds as far apart as possible.
func rounds(plan []planned, seed uint64) [][]int {
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
	for _, cells := range out {
		random.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	}
	return out
}
