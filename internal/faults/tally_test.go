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
	readers  [2]int                       // reads beside the function: that found no whole result, and that did
	moves    [2]int                       // runs with LATEST: that have left the pointer, and that have moved it
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
	for i := range 2 {
		t.readers[i] += o.readers[i]
		t.moves[i] += o.moves[i]
	}
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
	for _, kind := range append(slices.Clone(everyFault), died, changed, noSortKey) {
		if t.met[kind] == 0 {
			tb.Errorf("%s never happened", faultName(kind))
		}
	}
	if slices.Contains(append(t.readers[:], t.moves[:]...), 0) {
		tb.Errorf("reads %v, moves of the pointer %v", t.readers, t.moves)
	}
	if t.outcomes[success] == 0 || t.survived == 0 || len(t.outcomes) < 5 || t.ranges == 0 {
		tb.Errorf("too little happened: %v", t)
	}
}

func (t *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d runs succeeded in spite of faults, %d ranges read", t.survived, t.ranges)
	fmt.Fprintf(&b, "\nreads beside them: %d found a whole result, %d did not; LATEST was moved %d times, and left %d times",
		t.readers[1], t.readers[0], t.moves[1], t.moves[0])
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
	case noSortKey:
		return "NoSortKey"
	case impatient:
		return "Impatience"
	}
	return k.String()
}
