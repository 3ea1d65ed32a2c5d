package main

import (
	"math"
	"slices"
	"testing"
)

func TestQuantile(t *testing.T) {
	for _, test := range []struct {
		sorted []float64
		p      float64
		want   float64
	}{
		{[]float64{7}, 0.5, 7},
		{[]float64{7}, 0.99, 7},
		{[]float64{1, 2}, 0, 1},
		{[]float64{1, 2}, 0.5, 1.5},
		{[]float64{1, 2}, 0.9, 1.9},
		{[]float64{1, 2}, 1, 2},
		{[]float64{1, 2, 4}, 0.5, 2},
		{[]float64{1, 2, 4}, 0.75, 3},
		{[]float64{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, 0.9, 90},
		{[]float64{1, 3, 5, 7}, 0.5, 4},
	} {
		if got := quantile(test.sorted, test.p); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%v at %v: %v, want %v", test.sorted, test.p, got, test.want)
		}
	}
}

func TestSummarise(t *testing.T) {
	values := []float64{5, 1, 3, 2, 4}
	if s := summarise(values); s.P50 != 3 || math.Abs(s.P90-4.6) > 1e-12 || s.P99 != nil {
		t.Errorf("%+v", s)
	}
	if !slices.Equal(values, []float64{5, 1, 3, 2, 4}) {
		t.Errorf("the values were moved: %v", values)
	}
	values = nil
	for i := range 101 {
		values = append(values, float64(100-i)) // 100 down to 0
	}
	if s := summarise(values[:99]); s.P99 != nil {
		t.Errorf("99 values: p99 is %v", *s.P99)
	}
	if s := summarise(values); s.P50 != 50 || s.P90 != 90 || s.P99 == nil || *s.P99 != 99 {
		t.Errorf("%+v", s)
	}
}

func TestRatioOfMedians(t *testing.T) {
	for _, test := range []struct {
		a, b []float64
		want interval
	}{
		{[]float64{3}, []float64{4}, interval{0.75, 0.75, 0.75}},
		{[]float64{2, 2, 2}, []float64{8, 8}, interval{0.25, 0.25, 0.25}},
		// a's median is drawn as 1, 2 or 3 with a quarter, a half and a quarter: the bounds
		// are its extremes.
		{[]float64{1, 3}, []float64{1}, interval{2, 1, 3}},
		{[]float64{1}, []float64{1, 3}, interval{0.5, 1. / 3, 1}},
	} {
		if got := ratioOfMedians(alone(test.a), alone(test.b)); got != test.want {
			t.Errorf("%v to %v: %v, want %v", test.a, test.b, got, test.want)
		}
	}

	// Two samples of one distribution: the interval holds 1. One moved by half: it doesn't.
	var a, b, c []float64
	for i := range 30 {
		a, b, c = append(a, 100+float64(i*7%30)), append(b, 100+float64(i*11%30)), append(c, 150+float64(i*13%30))
	}
	if r := ratioOfMedians(alone(a), alone(b)); r.Value != 1 || r.Low >= 1 || r.High <= 1 {
		t.Errorf("the same: %v", r)
	}
	r := ratioOfMedians(alone(a), alone(c))
	if r.High >= 1 || r.Low >= r.Value || r.High <= r.Value {
		t.Errorf("others: %v", r)
	}
	if again := ratioOfMedians(alone(a), alone(c)); again != r {
		t.Errorf("%v, then %v", r, again)
	}
}
