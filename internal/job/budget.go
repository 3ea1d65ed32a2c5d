package job

import (
	"context"
	"errors"
	"runtime"
	"sync"
)

var (
	// ErrTooLarge says that a result needs more memory than a run can have, even alone.
	ErrTooLarge = errors.New("the function has too little memory: give it more, or split the object")

	// ErrBusy says that other runs of the process hold the memory that this one needs. Run does
	// not return it: it starts such a run again, alone.
	ErrBusy = errors.New("other invocations of this process hold the memory that this one needs")
)

// Budget is the memory that the runs of a process share. Each run has ownBytes for which it need
// not ask. If it needs more, it takes bytes from the budget before it allocates them. If there are
// too few, it waits until another run gives some back. If all other runs wait, too, it fails with
// ErrBusy.
//
// So the memory in use never exceeds the budget. Garbage that the collector has not freed yet comes
// on top: the collector's memory limit must be some tenths higher.
type Budget struct {
	limit int64 // the most bytes that can be taken
	runs  int   // the most runs at the same time

	mu      sync.Mutex
	taken   int64
	running int
	waiting int           // how many of these wait for memory
	alone   bool          // a run has the budget for itself, or waits for that
	changed chan struct{} // closed when memory is given back or a run ends
}

// ownBytes is the memory for a run with a few hundred groups. runBytes adds the memory of a run's
// connections, their stacks, and decompression.
const (
	ownBytes = 3 << 19
	runBytes = ownBytes + 1<<19
)

// NewBudget returns a budget of so many bytes for at most so many runs at the same time. If the
// bytes are too few for all these runs, fewer run at the same time, and the others wait.
func NewBudget(bytes int64, runs int) *Budget {
	runs = max(1, min(runs, int(bytes/2/runBytes)))
	return &Budget{limit: bytes - int64(runs)*runBytes, runs: runs, changed: make(chan struct{})}
}

// share is a run's part of a budget. A nil share has no limit.
type share struct {
	budget *Budget
	ctx    context.Context // ends waiting
	held   int64           // ownBytes included
	alone  bool
}

// begin waits until a run may begin. If it must be alone, begin waits until no other run is under
// way.
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
		b.alone = true // from now on no other run begins
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

// wake makes all waiting runs check the budget again.
func (b *Budget) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
	b.waiting = 0
}

// beyondOwn returns how many of the bytes that a run holds are taken from the budget.
func beyondOwn(held int64) int64 { return max(0, held-ownBytes) }

// take takes so many bytes, and waits for them if it must. A negative number gives memory back.
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

// collect runs the garbage collector before a large object is allocated. The collector's memory
// limit is not enough: with it, a collection begins only after the object has been allocated beside
// the garbage. If heapGrown times the bytes taken is below the limit, there is room for both.
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
	// heapGrown is how many times its live size the heap reaches before a collection. With
	// runtime/debug.SetGCPercent at 200, it grows by twice the live size.
	heapGrown = 3
)
