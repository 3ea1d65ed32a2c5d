package stats

import "testing"

func TestRatioOfMedians(t *testing.T) {
	for _, test := range []struct {
		a, b []float64
		want Interval
	}{
		{[]float64{3}, []float64{4}, Interval{0.75, 0.75, 0.75}},
		{[]float64{2, 2, 2}, []float64{8, 8}, Interval{0.25, 0.25, 0.25}},
		// a's median is drawn as 1, 2 or 3, with the probabilities 1/4, 1/2 and 1/4: the
		// bounds are the extremes.
		{[]float64{1, 3}, []float64{1}, Interval{2, 1, 3}},
		{[]float64{1}, []float64{1, 3}, Interval{0.5, 1. / 3, 1}},
	} {
		if got := RatioOfMedians(Singles(test.a), Singles(test.b)); got != test.want {
			t.Errorf("%v to %v: %v, want %v", test.a, test.b, got, test.want)
		}
	}

	// Of two samples of one distribution, the interval holds 1. Of one that is half as large
	// again, it does not.
	var a, b, c []float64
	for i := range 30 {
		a, b, c = append(a, 100+float64(i*7%30)), append(b, 100+float64(i*11%30)), append(c, 150+float64(i*13%30))
	}
	if r := RatioOfMedians(Singles(a), Singles(b)); r.Value != 1 || r.Low >= 1 || r.High <= 1 {
		t.Errorf("the same: %v", r)
	}
	r := RatioOfMedians(Singles(a), Singles(c))
	if r.High >= 1 || r.Low >= r.Value || r.High <= r.Value {
		t.Errorf("others: %v", r)
	}
	if again := RatioOfMedians(Singles(a), Singles(c)); again != r {
		t.Errorf("%v, then %v", r, again)
	}
}

// The interval of a statistic holds it, and the same values give the same interval.
func TestEstimate(t *testing.T) {
	values := []float64{5, 1, 3, 2, 4, 9, 7}
	median := func(sorted []float64) float64 { return Quantile(sorted, 0.5) }
	e := Estimate(values, median)
	if e.Value != 4 || e.Low < 1 || e.Low >= 4 || e.High <= 4 || e.High > 9 {
		t.Errorf("%+v", e)
	}
	if again := Estimate(values, median); again != e {
		t.Errorf("%+v, then %+v", e, again)
	}
	if one := Estimate([]float64{3}, median); one != (Interval{3, 3, 3}) {
		t.Errorf("of one value: %+v", one)
	}
}
