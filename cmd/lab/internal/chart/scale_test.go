package chart

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		low, high float64
		log       bool
		from, to  float64
		want      string
	}{
		{0, 1, false, 0, 1, "[0 0.2 0.4 0.6 0.8 1]"},
		{0, 10, false, 0, 10, "[0 2 4 6 8 10]"},
		{3, 97, false, 0, 100, "[0 20 40 60 80 100]"},
		{200, 260, false, 0, 300, "[0 100 200 300]"},
		{0, 0.0031, false, 0, 0.004, "[0 0.001 0.002 0.003 0.004]"},
		{-3, 7, false, -4, 8, "[-4 -2 0 2 4 6 8]"},
		{0, 0, false, 0, 1, "[0 0.2 0.4 0.6 0.8 1]"},
		{5, 5, false, 0, 5, "[0 1 2 3 4 5]"},
		{5, 5, true, 0, 5, "[0 1 2 3 4 5]"},
		{0, 50, true, 0, 50, "[0 10 20 30 40 50]"}, // no zero on a logarithmic scale
		{-1, 50, true, -20, 60, "[-20 0 20 40 60]"},
		{1, 100, true, 1, 100, "[1 2 5 10 20 50 100]"},
		{14, 260, true, 10, 500, "[10 20 50 100 200 500]"},
		{0.3, 2.5, true, 0.2, 5, "[0.2 0.5 1 2 5]"},
		{2, 2.5, true, 2, 5, "[2 5]"},
		{0.7, 81826, true, 0.5, 100000, "[1 10 100 1000 10000 100000]"},
		{1e-9, 1e-7, true, 1e-9, 1e-7, "[1e-09 2e-09 5e-09 1e-08 2e-08 5e-08 1e-07]"},
	} {
		s := newScale(test.low, test.high, test.log)
		if got := fmt.Sprint(s.ticks); got != test.want || s.low != test.from || s.high != test.to {
			t.Errorf("%v to %v, log %v: %v from %v to %v; want %v from %v to %v", test.low, test.high, test.log, got, s.low, s.high, test.want, test.from, test.to)
		}
	}
}

func TestScaleKeepsWithin(t *testing.T) {
	for _, log := range []bool{false, true} {
		for _, pair := range [][2]float64{{0, 0}, {1, 1}, {0.001, 90_000}, {3, 4}, {0, 1e-12}, {1, 1e15}} {
			s := newScale(pair[0], pair[1], log).along(100, 700)
			for _, v := range []float64{pair[0], pair[1], (pair[0] + pair[1]) / 2, -5, 0, 1e300} {
				if x := s.at(v); math.IsNaN(x) || x < 100 || x > 700.0001 {
					t.Errorf("%v, log %v: %v lies at %v", pair, log, v, x)
				}
			}
			if !slices.IsSorted(s.ticks) || len(s.ticks) < 2 {
				t.Errorf("%v, log %v: ticks %v", pair, log, s.ticks)
			}
		}
	}
}

func TestUnits(t *testing.T) {
	for _, test := range []struct {
		unit        string
		v           float64
		value, tick string
	}{
		{unitMs, 0, "0.00 ms", "0"},
		{unitMs, 0.5, "0.50 ms", "500 µs"},
		{unitMs, 18.94, "18.9 ms", "18.94 ms"},
		{unitMs, 200, "200 ms", "200 ms"},
		{unitMs, 999.4, "999 ms", "999.4 ms"},
		{unitMs, 999.6, "1.00 s", "999.6 ms"},
		{unitMs, 5000, "5.00 s", "5 s"},
		{unitMs, 81826.2, "81.8 s", "81.8262 s"},
		{unitDollars, 0.5, "$0.50", "$0.50"},
		{unitDollars, 0.02, "$0.02", "$0.02"},
		{unitDollars, 813, "$813", "$813"},
		{unitDollars, 1000, "$1,000", "$1,000"},
		{unitTimes, 0.5, "0.50×", "0.5×"},
		{unitTimes, 43.02, "43.0×", "43.02×"},
		{unitTimes, 1200, "1,200×", "1,200×"},
		{"GB/s", 1.234, "1.23 GB/s", "1.234"},
		{"", 0.00123, "0.0012", "0.00123"},
	} {
		u := unitOf(test.unit)
		if value, tick := u.value(test.v), u.tick(test.v); value != test.value || tick != test.tick {
			t.Errorf("%v in %q: %q and %q; want %q and %q", test.v, test.unit, value, tick, test.value, test.tick)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		s     string
		width float64
		want  string
	}{
		{"", 100, "[]"},
		{"one two", 1000, "[one two]"},
		{"one two", 30, "[one two]"},
		{"incomprehensibilities", 60, "[incompre…]"},
	} {
		if got := fmt.Sprint(wrap(test.s, test.width, 10)); got != test.want {
			t.Errorf("%q in %v: %q; want %q", test.s, test.width, got, test.want)
		}
		for _, line := range wrap(test.s, test.width, 10) {
			if textWidth(line, 10) > test.width {
				t.Errorf("%q is wider than %v", line, test.width)
			}
		}
	}
}
