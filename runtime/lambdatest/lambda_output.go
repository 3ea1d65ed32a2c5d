package lambdatest

import (
	"bytes"
	"crypto/rand"
	"io"
	"math"
	"os"
	"sync"
)

// An outputPipe carries a process's stdout and stderr into a log, in one order.
//
// The log must be complete when an invocation ends, and nothing tells how much of what a
// process wrote is still on its way. So we write a mark into the pipe ourselves: once it
// comes out at the other end, so has everything before it.
type outputPipe struct {
	w    *os.File
	mark []byte

	mu     sync.Mutex
	seen   *sync.Cond
	sent   int // marks written
	got    int // marks read
	closed bool
}

func newOutputPipe(log io.Writer) (*outputPipe, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p := &outputPipe{w: w, mark: []byte("\x00" + rand.Text() + "\x00")}
	p.seen = sync.NewCond(&p.mu)
	go p.copy(r, log)
	return p, nil
}

// drain returns when all that was written before it is in the log.
func (p *outputPipe) drain() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.sent++
	upTo := p.sent
	p.mu.Unlock()

	// Outside the lock: a full pipe empties only while the reader can count marks. Shorter
	// than PIPE_BUF, the mark is never torn. Should another drain's mark be read for ours,
	// it was written later than we began.
	p.w.Write(p.mark)

	p.mu.Lock()
	defer p.mu.Unlock()
	for p.got < upTo {
		p.seen.Wait()
	}
}

// close drains the pipe and ends it.
func (p *outputPipe) close() {
	p.drain()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.w.Close()
}

// copy moves what comes out of the pipe to the log, without the marks.
func (p *outputPipe) copy(r *os.File, log io.Writer) {
	defer r.Close()
	var held []byte // the beginning of a mark, perhaps
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		data := append(held, buf[:n]...)
		for {
			before, after, found := bytes.Cut(data, p.mark)
			if !found {
				break
			}
			log.Write(before)
			data = after
			p.mu.Lock()
			p.got++
			p.mu.Unlock()
			p.seen.Broadcast()
		}
		keep := 0
		if i := bytes.LastIndexByte(data, p.mark[0]); i >= 0 && len(data)-i < len(p.mark) && bytes.HasPrefix(p.mark, data[i:]) {
			keep = len(data) - i
		}
		log.Write(data[:len(data)-keep])
		held = append([]byte(nil), data[len(data)-keep:]...)
		if err != nil {
			log.Write(held)
			p.mu.Lock()
			p.got = math.MaxInt // nobody waits for a mark that never comes
			p.mu.Unlock()
			p.seen.Broadcast()
			return
		}
	}
}
