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

// pcgStream is the second half of every PCG's seed here, for resampling and for the order of
// samples. Any constant would do: the same seed then gives the same interval and order.
const pcgStream = 0x3141592653589793

// spread returns what stat makes of the sorted values. The interval is the bootstrap's (Efron
// 1979, percentile method): the values are drawn again from themselves, with replacement, and
// stat taken each time. The same values give the same interval.
func spread(values []float64, stat func(sorted []float64) float64) interval {
	source := rand.New(rand.NewPCG(1, pcgStream))
	drawn, stats := make([]float64, len(values)), make([]float64, resamples)
	for i := range stats {
		for j := range drawn {
			drawn[j] = values[source.IntN(len(values))]
		}
		slices.Sort(drawn)
		stats[i] = stat(drawn)
	}
	return around(stat(slices.Sorted(slices.Values(values))), stats)
}

// ratioOfMedians returns the median of a as a part of that of b, and the bootstrap's
// interval, for which both are drawn again. Values that were taken together, as those of one
// process are, stand in a group and are drawn together: they have more in common than others.
func ratioOfMedians(a, b [][]float64) interval {
	source := rand.New(rand.NewPCG(1, pcgStream))
	var drawn []float64
	median := func(of [][]float64) float64 {
		drawn = drawn[:0]
		for range of {
			drawn = append(drawn, of[source.IntN(len(of))]...)
		}
		slices.Sort(drawn)
		return quantile(drawn, 0.5)
	}
	ratios := make([]float64, resamples)
	for i := range ratios {
		ratios[i] = median(a) / median(b)
	}
	return around(summarise(slices.Concat(a...)).P50/summarise(slices.Concat(b...)).P50, ratios)
}

// around is a value with the bounds that its draws put it between.
func around(value float64, draws []float64) interval {
	slices.Sort(draws)
	return interval{Value: value, Low: quantile(draws, 0.025), High: quantile(draws, 0.975)}
}

// alone makes a group of each value.
func alone(values []float64) [][]float64 {
	out := make([][]float64, len(values))
	for i := range values {
		out[i] = values[i : i+1]
	}
	return out
}
