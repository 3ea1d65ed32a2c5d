package main

import (
	"math"
	"testing"
)

// The links in the experiment's README read as their authors published them, and are made
// again byte for byte. They also hold how that tool reckons: the mean is rounded up to whole
// milliseconds and then priced, at 1.7e-9 dollars each and 128 MB for arm64, 2.1e-9 for x86.
func TestFragment(t *testing.T) {
	prices := map[float64]int{}
	for _, p := range published().PowerTuning {
		stats, err := parseFragment(p.Fragment)
		if err != nil || len(stats) != len(p.MemoryMB) {
			t.Fatalf("%s, %d rows: %v, %v", p.Strategy, p.Rows, stats, err)
		}
		if again := fragment(stats); again != p.Fragment {
			t.Errorf("%s, %d rows: %s, want %s", p.Strategy, p.Rows, again, p.Fragment)
		}
		for i, s := range stats {
			if s.Value != p.MemoryMB[i] || math.Abs(s.AverageDuration-p.MeanMs[i]) > 0.051 || math.Abs(s.AveragePrice/p.MeanUSD[i]-1) > 1e-3 {
				t.Errorf("%s, %d rows: %+v, want %d MB, %v ms, %v USD", p.Strategy, p.Rows, s, p.MemoryMB[i], p.MeanMs[i], p.MeanUSD[i])
			}
			each := s.AveragePrice / math.Ceil(s.AverageDuration) / float64(s.Value) * 128
			switch {
			case math.Abs(each/1.7e-9-1) < 1e-5:
				prices[1.7e-9]++
			case math.Abs(each/2.1e-9-1) < 1e-5:
				prices[2.1e-9]++
			default:
				t.Errorf("%s, %d rows, %d MB: %v a millisecond", p.Strategy, p.Rows, s.Value, each)
			}
		}
	}
	if prices[1.7e-9] != 56 || prices[2.1e-9] != 14 { // LLRT's two runs are of x86
		t.Errorf("%v", prices)
	}
	for _, wrong := range []string{"", "AAE=", "AAE=;AAAAAA==", "AA==;AAAA;AAAA", "AAE=;AAAAAA==;!", "AAE=;AAA=;AAAAAA=="} {
		if _, err := parseFragment(wrong); err == nil {
			t.Errorf("%q is a fragment", wrong)
		}
	}
}

func TestChoose(t *testing.T) {
	stats := []powerStat{{128, 10, 1000}, {256, 8, 500}, {512, 8, 400}, {1024, 16, 200}, {2048, 30, 200}}
	for _, test := range []struct {
		strategy string
		weight   float64
		want     int
	}{
		{strategyCost, 0.5, 512},     // as cheap as 256, and faster
		{strategySpeed, 0.5, 1024},   // as fast as 2048, and cheaper
		{strategyBalanced, 0, 1024},  // time alone; of two the first
		{strategyBalanced, 1, 256},   // cost alone; of two the first
		{strategyBalanced, 0.5, 512}, // (8/30 + 400/1000)/2 = 0.333; 1024 comes to 0.367
		{strategyBalanced, 0.4, 1024},
	} {
		if got := choose(stats, test.strategy, test.weight); got.Value != test.want {
			t.Errorf("%s, weight %v: %d MB, want %d", test.strategy, test.weight, got.Value, test.want)
		}
	}
}
