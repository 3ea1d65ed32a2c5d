package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"reduction/cmd/lab/internal/cli"
)

// scale places values between two coordinates.
type scale struct {
	low, high float64 // values; low < high
	log       bool    // then low > 0
	from, to  float64 // their coordinates
	ticks     []float64
}

// tickGoal is about how many ticks an axis gets.
const tickGoal = 5

// newScale returns a scale that holds all of low to high, and ends at ticks. A logarithmic one
// is for positive values only; others get a linear one from zero.
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

// along returns the scale between two coordinates.
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

// at is the coordinate of a value, which is brought within the scale.
func (s *scale) at(v float64) float64 {
	v = min(max(v, s.low), s.high)
	part := (v - s.low) / (s.high - s.low)
	if s.log {
		part = math.Log(v/s.low) / math.Log(s.high/s.low)
	}
	return s.from + part*(s.to-s.from)
}

// linearTicks returns round numbers, 1, 2 or 5 times a power of ten apart, and the bounds
// that they give.
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

// logTicks returns 1, 2 and 5 times the powers of ten, or the powers alone where that is
// enough, from the last that is not over low to the first that is not under high.
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

// round takes the noise of reckoning off a tick.
func round(v float64) float64 {
	out, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	return out
}

// A unit is what an axis counts in.
type unit struct {
	axis  string // beside the axis; "" where the ticks say it
	value func(float64) string
	tick  func(float64) string
}

// The units that charts know; any other name stands behind its numbers.
const (
	unitMs      = "ms"
	unitDollars = "$ a million"
	unitTimes   = "times"
)

func unitOf(name string) unit {
	switch name {
	case unitMs:
		return unit{"", duration, shortDuration}
	case unitDollars:
		return unit{"", cli.Dollars, shortDollars}
	case unitTimes:
		times := func(v float64) string { return short(v) + "×" }
		return unit{"", func(v float64) string { return significant(v) + "×" }, times}
	}
	behind := strings.TrimRight(" "+name, " ")
	return unit{name, func(v float64) string { return significant(v) + behind }, short}
}

// duration writes milliseconds as a value worth reading.
func duration(ms float64) string {
	switch {
	case ms >= 9995:
		return fmt.Sprintf("%.1f s", ms/1e3)
	case ms >= 999.5:
		return fmt.Sprintf("%.2f s", ms/1e3)
	}
	return cli.Milliseconds(ms)
}

// shortDuration writes a tick's milliseconds.
func shortDuration(ms float64) string {
	switch {
	case ms == 0:
		return "0"
	case ms < 1:
		return short(ms*1e3) + " µs"
	case ms >= 1e3:
		return short(ms/1e3) + " s"
	}
	return short(ms) + " ms"
}

func shortDollars(v float64) string {
	if v < 9.995 && v >= 0.095 {
		return cli.Dollars(v)
	}
	return "$" + short(v)
}

// short writes a round number, with commas.
func short(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return cli.Thousands(int64(v))
	}
	return strconv.FormatFloat(round(v), 'f', -1, 64)
}

// significant writes three digits, or a whole number.
func significant(v float64) string {
	switch a := math.Abs(v); {
	case a >= 999.5:
		return cli.Thousands(int64(math.Round(v)))
	case a >= 99.95 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case a >= 9.995:
		return fmt.Sprintf("%.1f", v)
	case a >= 0.0995:
		return fmt.Sprintf("%.2f", v)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}
