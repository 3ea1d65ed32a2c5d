package lambda

import (
	"bytes"
	"crypto/rand"
	"io"
	"math"
	"os"
	"sync"
)

// An outputPipe copies what a process writes to stdout and stderr into a log, in order.
//
// At the end of an invocation the log has to be complete, but nothing tells how much of the
// output is still in the pipe. So drain writes a mark into the pipe. Once the mark has been
// read at the other end, everything before it has been read too.
type outputPipe struct {
	w    *os.File
	mark []byte

	mu     sync.Mutex
	seen   *sync.Cond // got has changed
	sent   int        // marks written
	got    int        // marks read
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

// drain returns when everything that was written before it is in the log.
func (p *outputPipe) drain() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.sent++
	upTo := p.sent
	p.mu.Unlock()

	// Write without the lock: if the pipe is full, copy needs the lock to empty it. The mark is
	// shorter than PIPE_BUF, so the kernel writes it in one piece. If copy reads another
	// drain's mark first, that one was written after this drain began: it will do.
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

// copy copies from the pipe to the log, without the marks.
func (p *outputPipe) copy(r *os.File, log io.Writer) {
	defer r.Close()
	var held []byte // what may be the beginning of a mark
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
			p.count(1)
		}
		keep := 0
		if i := bytes.LastIndexByte(data, p.mark[0]); i >= 0 && len(data)-i < len(p.mark) && bytes.HasPrefix(p.mark, data[i:]) {
			keep = len(data) - i
		}
		log.Write(data[:len(data)-keep])
		held = append([]byte(nil), data[len(data)-keep:]...)
		if err != nil {
			log.Write(held)
			p.count(math.MaxInt / 2) // no more marks will come: let every drain return
			return
		}
	}
}

func (p *outputPipe) count(marks int) {
	p.mu.Lock()
	p.got += marks
	p.mu.Unlock()
	p.seen.Broadcast()
}
