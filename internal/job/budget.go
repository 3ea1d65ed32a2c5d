package job

import (
	"context"
	"errors"
	"sync"
)

// ErrMemory says that the runs at the same time need more memory than there is.
var ErrMemory = errors.New("other invocations are using the memory: try again, or give the function more memory, or fewer invocations at a time")

// budget is what the runs of a Job share: bytes of tables. A run takes more as its table grows, and
// gives all back at its end. One that is alone gets whatever it asks for: Options.MaxGroups and
// MaxNameBytes are its limits. One that finds too little left waits for another's end, unless all
// others wait already: then it fails, and they go on.
type budget struct {
	mu      sync.Mutex
	used    int64
	holders int           // runs that hold some
	waiting int           // those of them that wait for more
	freed   chan struct{} // closed when some is given back; nil: nobody waits
}

// take takes n more bytes of a total for a run that holds some, until ctx ends.
func (m *budget) take(ctx context.Context, total, held, n int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.used+n > total && m.used > held {
		if held > 0 && m.waiting == m.holders-1 {
			return ErrMemory
		}
		if err := m.wait(ctx, held); err != nil {
			return err
		}
	}
	if held == 0 {
		m.holders++
	}
	m.used += n
	return nil
}

// wait waits until some memory has been given back.
func (m *budget) wait(ctx context.Context, held int64) error {
	if held > 0 {
		m.waiting++
		defer func() { m.waiting-- }()
	}
	if m.freed == nil {
		m.freed = make(chan struct{})
	}
	freed := m.freed
	m.mu.Unlock()
	defer m.mu.Lock()
	select {
	case <-freed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// give gives back what a run holds.
func (m *budget) give(held int64) {
	if held == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used -= held
	m.holders--
	if m.freed != nil {
		close(m.freed)
		m.freed = nil
	}
}

// memoryStep is what a table may take before it asks, and how much more it asks for than it needs.
const memoryStep = 1 << 20

// reservation is a run's part of the memory. The zero value is not limited.
type reservation struct {
	of    *budget
	total int64
	held  int64
}

// grow is told of the size of the run's table.
func (s *reservation) grow(ctx context.Context, size int64) error {
	if s.total == 0 || size <= s.held+memoryStep {
		return nil
	}
	n := size + memoryStep - s.held
	if err := s.of.take(ctx, s.total, s.held, n); err != nil {
		return err
	}
	s.held += n
	return nil
}

func (s *reservation) release() {
	if s.total > 0 {
		s.of.give(s.held)
	}
	*s = reservation{}
}
