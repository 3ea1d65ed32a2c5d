package faults

import (
	"flag"
	"os"
	goruntime "runtime"
	"runtime/pprof"
	"sync"
	"testing"
	"time"
)

const defaultSchedules = 400

var (
	schedules = flag.Uint64("schedules", 0, "run `N` fault schedules, those of the seeds from 1 or -seed on")
	firstSeed = flag.Uint64("seed", 0, "run the fault schedule of this `seed`; without -schedules, it alone, and tell what happened")
)

// TestFaultSchedules runs the whole job, over sockets, under faults that a seed decides: of
// the network, of S3 and of DynamoDB, and the death of the function; once, again and twice at once;
// with the object replaced by another one before a request; on a table without the sort key. Whatever
// happens, either the run fails, with an error that names its cause and no cell, or the table is what
// an independent reference says; and a clean run after a failure makes it so. Nothing stands under
// another partition key, and nothing is left open. A reader reads beside all this, as the
// documentation says, and never finds a mixture, a stale item or half a result.
func TestFaultSchedules(t *testing.T) {
	first, n := max(*firstSeed, 1), *schedules
	alone := n == 0 && *firstSeed != 0
	if alone {
		n = 1
	} else if n == 0 {
		n = defaultSchedules
	}
	last := first + n - 1
	before := holding()
	credentials := newCredentials()
	start := time.Now()
	seeds := make(chan uint64)
	all := newTally()
	var wg sync.WaitGroup
	for range goruntime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := range seeds {
				w := newWorld(newSchedule(seed), credentials.URL)
				err := w.hold()
				w.Close()
				w.tally.readers = [2]int{w.reader.unfinished, w.reader.whole}
				switch {
				case err != nil:
					t.Errorf("seed %d: %v\n%s\nagain: go test ./internal/faults -run TestFaultSchedules -seed %d", seed, err, w.story.String(), seed)
				case alone:
					t.Logf("seed %d:\n%s", seed, w.story.String())
				}
				all.add(w.tally)
			}
		})
	}
	for seed := first; seed <= last; seed++ {
		seeds <- seed
	}
	close(seeds)
	wg.Wait()
	credentials.Close()
	t.Logf("%d schedules in %v: %v", n, time.Since(start).Round(time.Millisecond), all)
	if n >= defaultSchedules {
		all.check(t)
	}
	before.checkLeft(t)
}

// held is what a process that leaks holds more and more of.
type held struct{ goroutines, files int }

func holding() held {
	h := held{goroutines: goruntime.NumGoroutine()}
	if files, err := os.ReadDir("/dev/fd"); err == nil {
		h.files = len(files)
	}
	return h
}

// slack is what the runtime and net open once for all, the poller's files among it.
const slack = 4

// checkLeft compares with what was held before, when servers have had a while to let go.
func (h held) checkLeft(t *testing.T) {
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		now := holding()
		if now.goroutines <= h.goroutines+slack && now.files <= h.files+slack {
			return
		}
		if time.Now().After(end) {
			t.Errorf("held before %+v, now %+v", h, now)
			pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
			return
		}
	}
}
