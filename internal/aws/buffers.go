package aws

import "sync"

// buffers are a client's, lent to the objects being read. They are made when they are
// first needed, and kept.
//
// They lie outside the heap: inside, the collector would let garbage grow as large as they
// are before it ran (peak memory of the job at 1769 MB: 77 MB, instead of 45).
type buffers struct {
	plan plan

	mu   sync.Mutex
	made int
	free [][]byte
}

// take returns a buffer, or nil when all are in use: then the object does with fewer
// helpers, or none.
func (b *buffers) take() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.free); n > 0 {
		buf := b.free[n-1]
		b.free = b.free[:n-1]
		return buf
	}
	if b.made == b.plan.helpers {
		return nil
	}
	buf := allocate(b.plan.buffer)
	if buf != nil {
		b.made++
	}
	return buf
}

func (b *buffers) put(buf []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, buf)
}

// release gives back the buffers that nobody has borrowed.
func (b *buffers) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, buf := range b.free {
		release(buf)
	}
	b.made -= len(b.free)
	b.free = nil
}
