package stats

import (
	"math/rand/v2"
	"slices"
)

// An Interval is a value and its 95% confidence interval.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Inverse returns the reciprocal of a ratio.
func (i Interval) Inverse() Interval { return Interval{1 / i.Value, 1 / i.High, 1 / i.Low} }

// resamples is the number of draws of the bootstrap. With so many, the bounds vary by less
// than the digits that are printed.
const resamples = 4000

// NewRandom returns a source of random numbers that depends on the seed alone.
func NewRandom(seed uint64) *rand.Rand {
	const stream = 0x3141592653589793 // any constant would do
	return rand.New(rand.NewPCG(seed, stream))
}

// Estimate returns a statistic of the values with its interval by the bootstrap (Efron 1979,
// percentile method): as many values are drawn from the values, with replacement, and the
// statistic is taken of each draw. The same values give the same interval.
func Estimate(values []float64, statistic func(sorted []float64) float64) Interval {
	random := NewRandom(1)
	drawn, results := make([]float64, len(values)), make([]float64, resamples)
	for i := range results {
		for j := range drawn {
			drawn[j] = values[random.IntN(len(values))]
		}
		slices.Sort(drawn)
		results[i] = statistic(drawn)
	}
	return interval(statistic(slices.Sorted(slices.Values(values))), results)
}

// RatioOfMedians returns the median of a divided by the median of b, with its interval by the
// bootstrap, which draws from both. Values that were measured together, like those of one
// process, are one group and are drawn together: they resemble each other, and drawn one by
// one would make the interval too narrow.
func RatioOfMedians(a, b [][]float64) Interval {
	random := NewRandom(1)
	var drawn []float64
	median := func(groups [][]float64) float64 {
		drawn = drawn[:0]
		for range groups {
			drawn = append(drawn, groups[random.IntN(len(groups))]...)
		}
		slices.Sort(drawn)
		return Quantile(drawn, 0.5)
	}
	ratios := make([]float64, resamples)
	for i := range ratios {
		ratios[i] = median(a) / median(b)
	}
	return interval(Summarise(slices.Concat(a...)).P50/Summarise(slices.Concat(b...)).P50, ratios)
}

// interval returns a value with the bounds that 95% of the results lie between.
func interval(value float64, results []float64) Interval {
	slices.Sort(results)
	return Interval{Value: value, Low: Quantile(results, 0.025), High: Quantile(results, 0.975)}
}

// Singles returns a group for each value.
func Singles(values []float64) [][]float64 {
	out := make([][]float64, len(values))
	for i := range values {
		out[i] = values[i : i+1]
	}
	return out
}
