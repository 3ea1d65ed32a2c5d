package s3

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"reduction/internal/aws/transport"
)

// ahead reads an object over several connections, in order. The reader has a connection of its own:
// that of the first answer, which carries the whole object. Helpers fetch the parts that come next
// into their buffers.
//
//	0                own.end                         next             size
//	|   own           | part | part | part |          |                |
//	      ^ pos         helpers', claimed in order        not claimed
//
// A helper claims the next part when it has a connection and an empty buffer. The reader takes the
// parts in their order, also while they are being filled. When the reader reaches bytes that no
// helper has claimed, it reads them itself: from the first answer, if that is open and at this
// position, or else with a request for a range. So helpers that are slow or cannot connect do not
// delay the reader.
//
// If the connections together are no faster than one (pace.go), a helper claims a long span for the
// reader, and opens it. All helpers then wait until the reader has nearly read the span.
type ahead struct {
	client *Client
	watch  *transport.Watcher // of the helpers
	cancel context.CancelFunc
	reader *transport.Watcher // of the reader, who is the caller
	ref    *ObjectRef
	size   int64
	plan   plan  // its helpers are those that have a buffer
	part   int64 // length of a part
	pos    int64 // the reader's
	own    *stream
	wg     sync.WaitGroup

	mu      sync.Mutex
	moved   sync.Cond // anything below changed
	next    int64     // the first byte that nobody has claimed
	queue   []*part   // claimed by helpers, not read to the end
	dropped []*part   // claimed by helpers, but not needed any more
	pace    pace
	hold    int64 // helpers claim nothing before so many bytes have arrived
	closed  bool
}

// part is a span that a helper fetches into its buffer, or a long one that the reader reads itself.
type part struct {
	span
	solo   *stream // of a long span; else nil
	opened bool    // solo has been opened, or has failed to open

	buf    []byte
	filled int
	read   int
	err    error // why the rest cannot be fetched
}

// ownStep is how much the reader claims at a time while it can read on from an open answer.
const ownStep int64 = 1 << 20

// readAhead starts helpers for an object whose first answer is x. It returns nil if no buffer is
// free for a helper.
func (c *Client) readAhead(reader *transport.Watcher, ref *ObjectRef, size int64, x *transport.Exchange) *ahead {
	var bufs [][]byte
	for range c.buffers.plan.helpers {
		if b := c.buffers.take(); b != nil {
			bufs = append(bufs, b)
		}
	}
	if len(bufs) == 0 {
		return nil
	}
	a := &ahead{client: c, ref: ref, size: size, plan: c.buffers.plan, reader: reader}
	a.plan.helpers = len(bufs)
	a.moved.L = &a.mu
	var ctx context.Context
	ctx, a.cancel = context.WithCancel(reader.Context)
	a.watch = transport.NewWatcher(ctx)
	a.next, a.part = a.plan.split(size)
	a.own = c.stream(reader, ref, span{0, a.next}, size)
	a.own.x, a.own.xEnd = x, size
	a.pace.begin(time.Now())
	for _, b := range bufs {
		a.wg.Go(func() { a.help(b) })
	}
	return a
}

// help fetches parts into buf until none are left, one fails, or the object is closed.
func (a *ahead) help(buf []byte) {
	defer a.client.buffers.put(buf)
	at, err := a.client.Endpoint(a.ref.Bucket)
	if err != nil || a.client.service.Pool.Ensure(a.watch.Context, at) != nil {
		return
	}
	for {
		p := a.claim(buf)
		if p == nil {
			return
		}
		if p.solo != nil {
			err := p.solo.open()
			a.mu.Lock()
			p.opened, p.err = true, err
			a.moved.Broadcast()
			a.mu.Unlock()
			continue
		}
		s := a.client.stream(a.watch, a.ref, p.span, a.size)
		s.part = true
		var err error
		for err == nil {
			var n int
			n, err = s.Read(p.buf[p.filled:])
			a.mu.Lock()
			p.filled += n
			a.pace.came(n, true, time.Now())
			if err != io.EOF {
				p.err = err
			}
			a.moved.Broadcast()
			a.mu.Unlock()
		}
		s.Close()
		if !a.drained(p) || err != io.EOF {
			return
		}
	}
}

// claim takes the next part of the object, or nil when there is none to take.
func (a *ahead) claim(buf []byte) *part {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.pace.got < a.hold && !a.closed {
		a.moved.Wait()
	}
	if a.closed || a.next == a.size {
		return nil
	}
	p := &part{span: span{a.next, min(a.next+a.part, a.size)}}
	if a.pace.poor(int64(a.plan.helpers)*a.part/2, a.plan.pays, time.Now()) {
		p.end = min(a.next+a.plan.solo, a.size)
		p.solo = a.client.stream(a.watch, a.ref, p.span, a.size)
		p.solo.part = true
		a.hold = p.end - lead
	} else {
		p.buf = buf[:p.end-p.off]
	}
	a.next = p.end
	a.queue = append(a.queue, p)
	a.moved.Broadcast()
	return p
}

// drained waits until a part's buffer may be used again: the part has been read, or the object has
// been closed. It waits for a part that failed, too, because the reader reads the bytes that
// arrived. It returns false if the object has been closed.
func (a *ahead) drained(p *part) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for p.read < len(p.buf) && !a.closed {
		a.moved.Wait()
	}
	return !a.closed
}

// Read reads the object's next bytes.
func (a *ahead) Read(p []byte) (n int, err error) {
	if a.pos == a.size {
		return 0, io.EOF
	}
	if head := a.head(); head != nil {
		n, err = a.readPart(head, p)
	} else {
		n, err = a.own.Read(p)
		a.came(n)
	}
	a.pos += int64(n)
	return n, err
}

// came counts bytes that the reader has read itself.
func (a *ahead) came(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.pace.got
	a.pace.came(n, false, time.Now())
	if before < a.hold && a.hold <= a.pace.got {
		a.moved.Broadcast()
	}
}

// head returns the part at the reader's position, or nil if the reader reads from own. In that case
// head has made own ready.
func (a *ahead) head() *part {
	if a.own != nil && a.own.off < a.own.end {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) > 0 {
		p := a.queue[0]
		for p.err == nil && !p.opened && p.filled == 0 {
			a.moved.Wait()
		}
		if errors.Is(p.err, ErrNoRanges) && p.read == p.filled {
			a.alone()
			return nil
		}
		if a.own != nil {
			a.own.Close()
			a.own = nil
		}
		if p.solo == nil || p.err != nil {
			return p
		}
		a.own = p.solo
		a.unqueue()
		a.pace.solo(time.Now())
		return nil
	}
	if a.own == nil {
		a.own = a.client.stream(a.reader, a.ref, span{a.pos, a.pos}, a.size)
	}
	step := a.part
	if a.own.x != nil && a.own.xEnd > a.pos {
		step = ownStep
	}
	a.next = min(a.pos+step, a.size)
	a.own.end = a.next
	return nil
}

// alone stops the helpers: the reader reads the rest itself, from the first answer if that is still
// open. The first answer carries the whole object.
func (a *ahead) alone() {
	a.cancel()
	a.closed = true
	a.dropped, a.queue = append(a.dropped, a.queue...), nil
	a.moved.Broadcast()
	if a.own != nil && a.own.watch == a.watch {
		a.own.Close() // a helper has opened it, so it ends with the helpers' context
		a.own = nil
	}
	if a.own == nil {
		a.own = a.client.stream(a.reader, a.ref, span{a.pos, a.size}, a.size)
	}
	a.own.end = a.size
}

// readPart copies bytes of a part to dst. It waits until there are enough to fill dst, so that the
// reader is not woken for every packet.
func (a *ahead) readPart(p *part, dst []byte) (int, error) {
	a.mu.Lock()
	want := min(len(dst), len(p.buf)-p.read)
	for p.filled-p.read < want && p.err == nil {
		a.moved.Wait()
	}
	have, err := p.buf[p.read:p.filled], p.err
	a.mu.Unlock()
	n := copy(dst, have)
	if n == 0 && len(dst) > 0 {
		return 0, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if p.read += n; p.read == len(p.buf) {
		a.unqueue()
		a.moved.Broadcast()
	}
	return n, nil
}

// unqueue removes the first part of the queue.
func (a *ahead) unqueue() { a.queue = append(a.queue[:0], a.queue[1:]...) }

// Close stops the helpers, and waits until they have given their buffers back.
func (a *ahead) Close() {
	a.cancel()
	a.mu.Lock()
	a.closed = true
	a.moved.Broadcast()
	a.mu.Unlock()
	if a.own != nil {
		a.own.Close()
	}
	a.wg.Wait()
	for _, p := range append(a.dropped, a.queue...) {
		if p.solo != nil {
			p.solo.Close()
		}
	}
}
