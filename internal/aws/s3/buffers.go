package s3

import "sync"

// buffers are a client's read-ahead buffers. The client lends them to the objects being read. They
// are allocated when they are first needed, and kept.
//
// They are outside the heap. On the heap they would count as live data, and the collector would let
// as much more garbage grow before it runs (peak memory of the job at 1769 MB: 77 MB instead of
// 45).
type buffers struct {
	plan plan

	mu   sync.Mutex
	made int
	free [][]byte
}

// take returns a buffer, or nil if all are in use. The object then has fewer helpers, or none.
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

// release frees the buffers that no object is using.
func (b *buffers) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, buf := range b.free {
		release(buf)
	}
	b.made -= len(b.free)
	b.free = nil
}
