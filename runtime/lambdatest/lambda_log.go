package lambdatest

import (
	"bytes"
	"sync"
)

const (
	// logTailSize is what LogType Tail returns of a log: its last 4 KB. Lambda API
	// Reference, Invoke.
	logTailSize = 4 << 10

	// maxLog bounds the log of a server that stays up.
	maxLog = 16 << 20
)

// A functionLog is what CloudWatch would have of a function or of one environment: the end
// of it, when it is long.
type functionLog struct {
	max int // at least half of it is kept

	mu  sync.Mutex
	buf []byte
}

func (l *functionLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.buf) > l.max {
		l.buf = append(l.buf[:0], l.buf[len(l.buf)-l.max/2:]...)
	}
	l.buf = append(l.buf, p...)
	return len(p), nil
}

// tail returns the last n bytes.
func (l *functionLog) tail(n int) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.buf[max(0, len(l.buf)-n):])
}
