// Package stats has the statistics of lab's measurements: quantiles, and bootstrap confidence
// intervals of a statistic or of a ratio of medians.
package stats

import "slices"

// Quantile returns the value below which the part p of sorted values lies. Between two values it
// interpolates linearly (R's type 7, numpy's default).
func Quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// EnoughForP99 is the least number of values of which one lies beyond the 99th percentile.
// Of fewer values p99 would be the maximum under another name.
const EnoughForP99 = 100

// A Summary is the percentiles of some values.
type Summary struct {
	P50 float64  `json:"p50"`
	P90 float64  `json:"p90"`
	P99 *float64 `json:"p99,omitempty"` // nil for fewer than EnoughForP99 values
}

// Summarise returns the summary of values, which it does not change.
func Summarise(values []float64) Summary {
	sorted := slices.Sorted(slices.Values(values))
	s := Summary{P50: Quantile(sorted, 0.50), P90: Quantile(sorted, 0.90)}
	if len(sorted) >= EnoughForP99 {
		p99 := Quantile(sorted, 0.99)
		s.P99 = &p99
	}
	return s
}

// TrimmedMean returns the mean of sorted values without the part discard of them at either end,
// rounded down to whole values.
func TrimmedMean(sorted []float64, discard float64) float64 {
	out := int(float64(len(sorted)) * discard)
	sum := 0.0
	for _, v := range sorted[out : len(sorted)-out] {
		sum += v
	}
	return sum / float64(len(sorted)-2*out)
}
