package stats

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
		if got := Quantile(test.sorted, test.p); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%v at %v: %v, want %v", test.sorted, test.p, got, test.want)
		}
	}
}

func TestSummarise(t *testing.T) {
	values := []float64{5, 1, 3, 2, 4}
	if s := Summarise(values); s.P50 != 3 || math.Abs(s.P90-4.6) > 1e-12 || s.P99 != nil {
		t.Errorf("%+v", s)
	}
	if !slices.Equal(values, []float64{5, 1, 3, 2, 4}) {
		t.Errorf("Summarise changed the values: %v", values)
	}
	values = nil
	for i := range 101 {
		values = append(values, float64(100-i)) // 100 down to 0
	}
	if s := Summarise(values[:99]); s.P99 != nil {
		t.Errorf("99 values: p99 is %v", *s.P99)
	}
	if s := Summarise(values); s.P50 != 50 || s.P90 != 90 || s.P99 == nil || *s.P99 != 99 {
		t.Errorf("%+v", s)
	}
}

func TestTrimmedMean(t *testing.T) {
	for _, test := range []struct {
		sorted  []float64
		discard float64
		want    float64
	}{
		{[]float64{7}, 0.2, 7},
		{[]float64{1, 2, 3, 6}, 0.2, 3},                        // a fifth of four is no whole value
		{[]float64{1, 10, 20, 60, 1000}, 0.2, 30},              // (10+20+60)/3
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 900}, 0.2, 4.5},  // (2+3+4+5+6+7)/6
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7, 98}, 0.2, 4},        // a fifth of nine is one: (1+...+7)/7
		{[]float64{0, 0, 0, 0, 1, 3, 50, 60, 70, 80}, 0.4, 2},  // the most that AWS Lambda Power Tuning allows
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 900}, 0.0, 93.6}, // a plain mean
	} {
		if got := TrimmedMean(test.sorted, test.discard); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%v without %v: %v, want %v", test.sorted, test.discard, got, test.want)
		}
	}
}
