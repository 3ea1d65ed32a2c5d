package job

import (
	"context"
	"errors"
	"runtime"
	"sync"
)

var (
	// ErrTooLarge says that a result takes more memory than a run may have, even alone.
	ErrTooLarge = errors.New("more memory than the function's memory size leaves: give the function more memory, or split the object")

	// ErrBusy says that other runs of the process hold the memory that this one needs. Run does
	// not return it: it starts such a run again, alone.
	ErrBusy = errors.New("other invocations of this process hold the memory that this one needs")
)

// Budget is the memory that the runs of a process share. Each run has ownBytes that it need not
// ask for. What it needs beyond that it takes before it allocates. If there is not as much, it waits
// until another run gives memory back; if all the others wait, too, it fails with ErrBusy.
//
// So memory that is in use never exceeds the budget. What the collector has not freed yet comes on
// top: its memory limit has to be some tenths higher.
type Budget struct {
	limit int64 // of all that is taken
	runs  int   // at the same time, at the most

	mu      sync.Mutex
	taken   int64
	running int
	waiting int           // of those, for memory
	alone   bool          // a run is to have the budget for itself, or has it
	changed chan struct{} // closed when memory is given back or a run ends
}

// ownBytes covers what a run needs that finds a few hundred groups, and runBytes what it has beside
// that: connections, their stacks, and what reads compressed data.
const (
	ownBytes = 3 << 19
	runBytes = ownBytes + 1<<19
)

// NewBudget divides so many bytes among at most so many runs at the same time. Where they are too
// few for that many, some of the runs wait for others to end.
func NewBudget(bytes int64, runs int) *Budget {
	runs = max(1, min(runs, int(bytes/2/runBytes)))
	return &Budget{limit: bytes - int64(runs)*runBytes, runs: runs, changed: make(chan struct{})}
}

// share is what a run has of a budget. A nil share has no limit.
type share struct {
	budget *Budget
	ctx    context.Context // ends waiting
	held   int64           // ownBytes included
	alone  bool
}

// begin waits until a run may begin. One that is to be alone waits until no other runs.
func (b *Budget) begin(ctx context.Context, alone bool) (*share, error) {
	if b == nil {
		return nil, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.alone || !alone && b.running == b.runs {
		if err := b.wait(ctx); err != nil {
			return nil, err
		}
	}
	if alone {
		b.alone = true // from here on no other begins
		for b.running > 0 {
			if err := b.wait(ctx); err != nil {
				b.alone = false
				b.wake()
				return nil, err
			}
		}
	}
	b.running++
	return &share{budget: b, ctx: ctx, alone: alone}, nil
}

// end gives back all that the run has taken.
func (s *share) end() {
	if s == nil {
		return
	}
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken -= beyondOwn(s.held)
	b.running--
	if s.alone {
		b.alone = false
	}
	s.held = 0
	b.wake()
}

// wait waits until something has changed, or ctx ends. The mutex is locked.
func (b *Budget) wait(ctx context.Context) error {
	changed := b.changed
	b.mu.Unlock()
	defer b.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// wake has all who wait look again.
func (b *Budget) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
	b.waiting = 0
}

// beyondOwn returns how much of what a run holds it has had to take.
func beyondOwn(held int64) int64 { return max(0, held-ownBytes) }

// take takes so many bytes, for which it may have to wait. It gives memory back where the number is
// negative.
func (s *share) take(bytes int64) error {
	if s == nil {
		return nil
	}
	if err := s.await(bytes); err != nil {
		return err
	}
	s.collect(bytes)
	return nil
}

// await waits until it has taken so many bytes.
func (s *share) await(bytes int64) error {
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	for !s.has(bytes) {
		switch {
		case beyondOwn(s.held+bytes) > b.limit:
			return ErrTooLarge
		case b.waiting+1 >= b.running:
			return ErrBusy
		}
		b.waiting++
		changed := b.changed
		if err := b.wait(s.ctx); err != nil {
			if changed == b.changed { // otherwise wake has set waiting to 0
				b.waiting--
			}
			return err
		}
	}
	return nil
}

// try takes so many bytes if they are there.
func (s *share) try(bytes int64) bool {
	if s == nil {
		return true
	}
	s.budget.mu.Lock()
	ok := s.has(bytes)
	s.budget.mu.Unlock()
	if ok {
		s.collect(bytes)
	}
	return ok
}

// has takes so many bytes if they are there. The mutex is locked.
func (s *share) has(bytes int64) bool {
	b := s.budget
	more := beyondOwn(s.held+bytes) - beyondOwn(s.held)
	if more > 0 && b.taken+more > b.limit {
		return false
	}
	s.held += bytes
	b.taken += more
	if more < 0 && b.waiting > 0 {
		b.wake()
	}
	return true
}

// collect collects garbage before a large object is allocated. The collector's memory limit alone
// does not: it begins to collect when the object is there, beside the garbage. Where heapGrown times
// what is taken is below the limit, there is room for both.
func (s *share) collect(bytes int64) {
	if bytes < largeBytes {
		return
	}
	b := s.budget
	b.mu.Lock()
	near := heapGrown*b.taken > b.limit
	b.mu.Unlock()
	if near {
		runtime.GC()
	}
}

const (
	largeBytes = 1 << 20
	// heapGrown is how large the heap is before a collection, times what of it is in use.
	// runtime/debug.SetGCPercent: at 200, it grows by twice as much.
	heapGrown = 3
)
