package lambdatest

import (
	"bytes"
	"slices"
	"sync"
)

// Lambda API Reference, Invoke, LogType: Tail is the last 4 KB of the log.
const logTailSize = 4 << 10

// A functionLog is what CloudWatch would have of a function or of one environment.
type functionLog struct {
	mu  sync.Mutex
	buf []byte
}

func (l *functionLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(l.buf, p...)
	return len(p), nil
}

func (l *functionLog) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.buf)
}

func (l *functionLog) tail() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.buf[max(0, len(l.buf)-logTailSize):])
}
