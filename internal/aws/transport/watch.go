package transport

import (
	"context"
	"net"
	"sync"
	"time"
)

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// watch makes reads and writes of nc fail when ctx ends. The caller calls stop after its last one.
func watch(ctx context.Context, nc net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { nc.SetDeadline(longAgo) })
}

// Watcher does the same for the connections of its exchanges. One Watcher serves all exchanges of a
// call, an object or a writer, so that an exchange costs neither a goroutine nor an allocation.
type Watcher struct {
	Context context.Context
	Stop    func() bool // ends the watching

	mu    sync.Mutex
	conns []*conn
	few   [8]*conn // memory for conns, while it is enough
}

// NewWatcher returns a Watcher, to be stopped after the last exchange.
func NewWatcher(ctx context.Context) *Watcher {
	w := &Watcher{Context: ctx}
	w.conns = w.few[:0]
	w.Stop = context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, cn := range w.conns {
			cn.SetDeadline(longAgo)
		}
	})
	return w
}

func (w *Watcher) enter(cn *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, cn)
}

func (w *Watcher) leave(cn *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, other := range w.conns {
		if other == cn {
			w.conns[i] = w.conns[len(w.conns)-1]
			w.conns = w.conns[:len(w.conns)-1]
			return
		}
	}
}
