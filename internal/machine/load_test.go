package machine

import (
	"testing"
	"time"
)

func TestLoad(t *testing.T) {
	const s = time.Second
	was := CPUTime{All: 100 * s, Computed: 50 * s, Stolen: 1 * s, Own: 10 * s}
	for _, test := range []struct {
		now            CPUTime
		others, stolen float64
	}{
		{CPUTime{120 * s, 60 * s, 2 * s, 15 * s}, 0.25, 0.05},
		{CPUTime{120 * s, 60 * s, 1 * s, 20 * s}, 0, 0},
		{CPUTime{120 * s, 60 * s, 1 * s, 21 * s}, 0, 0}, // ticks are coarser than what processes count
	} {
		if l := test.now.Since(was); l == nil || l.Others != test.others || l.Stolen != test.stolen {
			t.Errorf("%v: %v", test, l)
		}
	}
	if l := was.Since(was); l != nil {
		t.Errorf("of no time: %v", l)
	}
}

func TestCPUTimes(t *testing.T) {
	was, ok := CPUTimes()
	if !ok {
		t.Skip("this system does not tell")
	}
	const enough = 50 * time.Millisecond // which a busy machine gives this process late
	now := was
	for start := time.Now(); now.Own-was.Own < enough && time.Since(start) < time.Minute; {
		now, _ = CPUTimes()
	}
	if now.Own-was.Own < enough || now.All <= was.All || now.Computed <= was.Computed {
		t.Errorf("%+v, then %+v", was, now)
	}
}
