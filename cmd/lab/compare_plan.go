package main

import (
	"math/rand/v2"
	"time"
)

// tried is how long a cell took when it was tried: its start with the first invocation and
// all that belongs to them, and one warm invocation.
type tried struct {
	cold, warm time.Duration
}

// planned is how often a cell is to be measured.
type planned struct {
	Starts int     `json:"starts"`
	Warm   int     `json:"warm"` // invocations after each start's first
	Each   float64 `json:"secondsEach"`
}

const (
	// warmTime is how long the warm invocations after a start should take together, at most,
	// where more than one is wanted.
	warmTime = 2 * time.Second

	// planShare of the time left is planned with: what was tried once was not tried exactly.
	planShare = 0.9
)

// plan divides the time left among cells: each is to have the same share of it, but starts
// no more often than n times and, where that is possible at all, no less than fewStarts
// times. A cell whose trial failed has no warm time and gets nothing.
func plan(cells []tried, n, warm int, left time.Duration) []planned {
	out := make([]planned, len(cells))
	for i, t := range cells {
		if t.warm > 0 {
			out[i].Warm = min(max(int(warmTime/t.warm), 1), warm)
			out[i].Each = (t.cold + time.Duration(out[i].Warm)*t.warm).Seconds()
		}
	}
	budget := left.Seconds() * planShare
	for least := min(fewStarts, n); least > 0; least-- {
		starts := func(share float64) (total float64) {
			for i := range out {
				if p := &out[i]; p.Each > 0 {
					p.Starts = min(max(int(share/p.Each), least), n)
					total += float64(p.Starts) * p.Each
				}
			}
			return total
		}
		if starts(0) > budget && least > 1 {
			continue
		}
		low, high := 0.0, budget
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
	random := rand.New(rand.NewPCG(seed, pcgStream))
	for _, cells := range out {
		random.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	}
	return out
}
