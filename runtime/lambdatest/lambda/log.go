package lambda

import (
	"bytes"
	"sync"
)

const (
	// logTailSize is how much of a log LogType Tail returns. API Reference, Invoke: the last
	// 4 KB.
	logTailSize = 4 << 10

	// maxLog limits the log of a function that is invoked for hours.
	maxLog = 16 << 20
)

// A tailBuffer keeps the end of a log, as CloudWatch would have it: at least the last max/2
// bytes.
type tailBuffer struct {
	max int

	mu  sync.Mutex
	buf []byte
}

func (b *tailBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.buf) > b.max {
		b.buf = append(b.buf[:0], b.buf[len(b.buf)-b.max/2:]...)
	}
	b.buf = append(b.buf, p...)
	return len(p), nil
}

// tail returns the last n bytes.
func (b *tailBuffer) tail(n int) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.buf[max(0, len(b.buf)-n):])
}
