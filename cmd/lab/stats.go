package main

import (
	"math/rand/v2"
	"slices"
)

// quantile returns the value below which the part p of sorted values lies: between two of
// them it goes in a straight line (R's type 7, numpy's default).
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// enoughForP99 is how many values it takes for one of them to lie beyond the 99th
// percentile. With fewer it would be the maximum by another name.
const enoughForP99 = 100

// summary is what is said of a figure's values.
type summary struct {
	P50 float64  `json:"p50"`
	P90 float64  `json:"p90"`
	P99 *float64 `json:"p99,omitempty"` // of a hundred values or more
}

func summarise(values []float64) summary {
	sorted := slices.Sorted(slices.Values(values))
	s := summary{P50: quantile(sorted, 0.50), P90: quantile(sorted, 0.90)}
	if len(sorted) >= enoughForP99 {
		p99 := quantile(sorted, 0.99)
		s.P99 = &p99
	}
	return s
}

// interval is a value and where it lies with 95% confidence.
type interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// resamples is how often the bootstrap draws: the bounds then move by less than they are
// printed with.
const resamples = 4000

// ratioOfMedians returns the median of a as a part of that of b. The interval is the
// bootstrap's (Efron 1979, percentile method): both samples are drawn again from
// themselves, with replacement, and the ratio taken each time. The same values give the
// same interval.
func ratioOfMedians(a, b []float64) interval {
	source := rand.New(rand.NewPCG(defaultSeed, pcgStream))
	draw := func(from, to []float64) float64 {
		for i := range to {
			to[i] = from[source.IntN(len(from))]
		}
		slices.Sort(to)
		return quantile(to, 0.5)
	}
	ratios := make([]float64, resamples)
	x, y := make([]float64, len(a)), make([]float64, len(b))
	for i := range ratios {
		ratios[i] = draw(a, x) / draw(b, y)
	}
	slices.Sort(ratios)
	return interval{
		Value: summarise(a).P50 / summarise(b).P50,
		Low:   quantile(ratios, 0.025),
		High:  quantile(ratios, 0.975),
	}
}
