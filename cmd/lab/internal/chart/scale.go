package chart

import (
	"math"
	"slices"
	"strconv"
)

// A scale places values between two coordinates.
type scale struct {
	low, high float64 // values; low < high
	log       bool    // then low > 0
	from, to  float64 // their coordinates
	ticks     []float64
}

// tickGoal is about how many ticks an axis has.
const tickGoal = 5

// newScale returns a scale that includes low and high, and ends at ticks. Only positive values
// can have a logarithmic one; others get a linear one that includes zero.
func newScale(low, high float64, log bool) scale {
	if !(high > low) {
		if low, high = min(low, 0), max(high, 0); low == high {
			high = 1
		}
		log = log && low > 0
	}
	s := scale{low: low, high: high, log: log && low > 0}
	if s.log {
		s.low, s.high, s.ticks = logTicks(low, high)
	} else {
		s.low, s.high, s.ticks = linearTicks(min(low, 0), max(high, 0))
	}
	return s
}

// along returns the scale placed between two coordinates.
func (s scale) along(from, to float64) scale {
	s.from, s.to = from, to
	return s
}

// trim ends a linear scale at its highest value instead of at the tick above.
func (s *scale) trim(high float64) {
	if !s.log && high > 0 && high < s.high {
		s.high = high
		s.ticks = slices.DeleteFunc(s.ticks, func(v float64) bool { return v > high })
	}
}

// at returns the coordinate of a value. Values beyond the scale are moved to its ends.
func (s *scale) at(v float64) float64 {
	v = min(max(v, s.low), s.high)
	part := (v - s.low) / (s.high - s.low)
	if s.log {
		part = math.Log(v/s.low) / math.Log(s.high/s.low)
	}
	return s.from + part*(s.to-s.from)
}

// linearTicks returns round numbers, 1, 2 or 5 times a power of ten apart, and the first and
// last of them.
func linearTicks(low, high float64) (from, to float64, ticks []float64) {
	raw := (high - low) / tickGoal
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, n := range []float64{1, 2, 5} {
		if n*power >= raw*0.999 {
			step = n * power
			break
		}
	}
	first, last := math.Floor(low/step+1e-9), math.Ceil(high/step-1e-9)
	for i := first; i <= last; i++ {
		ticks = append(ticks, round(i*step))
	}
	return ticks[0], ticks[len(ticks)-1], ticks
}

// logTicks returns 1, 2 and 5 times the powers of ten, or the powers alone if they are enough,
// from the last that is not above low to the first that is not below high.
func logTicks(low, high float64) (from, to float64, ticks []float64) {
	first, last := int(math.Floor(math.Log10(low)+1e-9)), int(math.Ceil(math.Log10(high)-1e-9))
	for e := first; e <= last; e++ {
		for _, n := range []float64{1, 2, 5} {
			ticks = append(ticks, round(n*math.Pow(10, float64(e))))
		}
	}
	for len(ticks) > 2 && ticks[1] <= low*(1+1e-9) {
		ticks = ticks[1:]
	}
	for len(ticks) > 2 && ticks[len(ticks)-2] >= high*(1-1e-9) {
		ticks = ticks[:len(ticks)-1]
	}
	from, to = ticks[0], ticks[len(ticks)-1]
	if len(ticks) > 2*tickGoal {
		ticks = slices.DeleteFunc(ticks, func(v float64) bool {
			e := math.Log10(v)
			return math.Abs(e-math.Round(e)) > 1e-9
		})
	}
	return from, to, ticks
}

// round removes the rounding errors from a tick.
func round(v float64) float64 {
	out, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	return out
}
