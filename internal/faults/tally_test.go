package faults

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"reduction/runtime/lambdatest"
)

// tally counts what happened, so that a test that would prove nothing shows.
type tally struct {
	mu       sync.Mutex
	survived int                          // runs that succeeded although something went wrong
	ranges   int                          // GETs of ranges
	outcomes map[string]int               // of runs under faults
	met      map[lambdatest.FaultKind]int // runs that each kind happened to
	spoiled  map[lambdatest.FaultKind]int // those of them that failed
}

func newTally() *tally {
	return &tally{outcomes: map[string]int{}, met: map[lambdatest.FaultKind]int{}, spoiled: map[lambdatest.FaultKind]int{}}
}

// count adds a run.
func (t *tally) count(outcome string, met map[lambdatest.FaultKind]int) {
	t.outcomes[outcome]++
	if outcome == success && len(met) > 0 {
		t.survived++
	}
	for kind := range met {
		t.met[kind]++
		if outcome != success {
			t.spoiled[kind]++
		}
	}
}

const success = "success"

// add adds another tally.
func (t *tally) add(o *tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.survived += o.survived
	t.ranges += o.ranges
	addAll(t.outcomes, o.outcomes)
	addAll(t.met, o.met)
	addAll(t.spoiled, o.spoiled)
}

func addAll[K comparable](to, from map[K]int) {
	for k, n := range from {
		to[k] += n
	}
}

// check wants to have seen everything that schedules are made for.
func (t *tally) check(tb testing.TB) {
	for _, kind := range append(slices.Clone(everyFault), died, changed) {
		if t.met[kind] == 0 {
			tb.Errorf("%s never happened", faultName(kind))
		}
	}
	if t.outcomes[success] == 0 || t.survived == 0 || len(t.outcomes) < 5 || t.ranges == 0 {
		tb.Errorf("too little happened: %v", t)
	}
}

func (t *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d runs succeeded in spite of faults, %d ranges read", t.survived, t.ranges)
	b.WriteString("\nruns under faults by outcome:")
	for _, outcome := range slices.Sorted(maps.Keys(t.outcomes)) {
		fmt.Fprintf(&b, " %s %d", outcome, t.outcomes[outcome])
	}
	b.WriteString("\nby what happened to them (failed):")
	for _, kind := range slices.Sorted(maps.Keys(t.met)) {
		fmt.Fprintf(&b, " %s %d (%d)", faultName(kind), t.met[kind], t.spoiled[kind])
	}
	return b.String()
}

func faultName(k lambdatest.FaultKind) string {
	switch k {
	case died:
		return "Death"
	case changed:
		return "Change"
	}
	return k.String()
}
