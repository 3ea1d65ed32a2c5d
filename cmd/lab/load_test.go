package main

import (
	"testing"
	"time"
)

func TestLoad(t *testing.T) {
	const s = time.Second
	was := cpuTime{all: 100 * s, computed: 50 * s, stolen: 1 * s, own: 10 * s}
	for _, test := range []struct {
		now            cpuTime
		others, stolen float64
	}{
		{cpuTime{120 * s, 60 * s, 2 * s, 15 * s}, 0.25, 0.05},
		{cpuTime{120 * s, 60 * s, 1 * s, 20 * s}, 0, 0},
		{cpuTime{120 * s, 60 * s, 1 * s, 21 * s}, 0, 0}, // ticks are coarser than what processes count
	} {
		if l := test.now.since(was); l == nil || l.Others != test.others || l.Stolen != test.stolen {
			t.Errorf("%v: %v", test, l)
		}
	}
	if l := was.since(was); l != nil {
		t.Errorf("of no time: %v", l)
	}
}

func TestCPUTimes(t *testing.T) {
	was, ok := cpuTimes()
	if !ok {
		t.Skip("this system does not tell")
	}
	for start := time.Now(); time.Since(start) < 200*time.Millisecond; {
	}
	now, _ := cpuTimes()
	if own := now.own - was.own; own < 50*time.Millisecond || now.all <= was.all || now.computed <= was.computed {
		t.Errorf("%+v, then %+v", was, now)
	}
}
