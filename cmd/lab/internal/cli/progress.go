package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// eraseLine returns to the beginning of the terminal's line and empties it.
const eraseLine = "\r\x1b[K"

// A Status says what is being done: on a terminal in one line, which changes; anywhere else in a
// line now and then. The zero Status is silent.
type Status struct {
	w        io.Writer     // nil: silent
	terminal bool          // the line can be erased
	width    int           // of the terminal; 0 is not known
	every    time.Duration // where there is no terminal, a line so often; 0 is none

	mu    sync.Mutex
	what  string      // is being done
	since time.Time   // since when
	lines *time.Timer // writes the next line
}

// firstLine is how long work takes before a line is written where there is no terminal.
const firstLine = 2 * time.Second

// Status returns a status on the console's standard error.
func (c *Console) Status() *Status {
	if IsTerminal(c.Err) && !dumb() {
		return &Status{w: c.Err, terminal: true, width: terminalWidth(c.Err)}
	}
	return &Status{w: c.Err, every: c.LineEvery}
}

// Say says what is being done from now on. On a terminal it replaces the line. What is wider than
// the terminal is cut: a line that wraps could not be erased.
func (s *Status) Say(what string) {
	if s.w == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.what, s.since = what, time.Now()
	if s.terminal {
		s.draw()
	} else if s.every > 0 && s.lines == nil {
		s.lines = time.AfterFunc(min(firstLine, s.every), s.line)
	}
}

// draw writes the terminal's line anew. The caller holds the lock.
func (s *Status) draw() {
	what := s.what
	if s.width > 0 {
		what = shorten(what, s.width)
	}
	io.WriteString(s.w, eraseLine+what)
}

// line writes a line where there is no terminal, and sees to the next one.
func (s *Status) line() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lines == nil {
		return // cleared meanwhile
	}
	what := s.what
	if took := time.Since(s.since); took >= time.Second {
		what += ", for " + RoughTime(took.Seconds())
	}
	fmt.Fprintln(s.w, what)
	s.lines.Reset(s.every)
}

// Note writes a line that stays.
func (s *Status) Note(format string, args ...any) {
	if s.w == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.terminal {
		io.WriteString(s.w, eraseLine)
	}
	fmt.Fprintf(s.w, format+"\n", args...)
	if s.terminal {
		s.draw()
	}
}

// Clear ends what Say began, and removes the terminal's line.
func (s *Status) Clear() {
	if s.w == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.what = ""
	if s.terminal {
		s.draw()
	}
	if s.lines != nil {
		s.lines.Stop()
		s.lines = nil
	}
}

// A Progress is a status line with a bar. It stays silent for the first second.
type Progress struct {
	status *Status
	what   string
	total  int64
	start  time.Time
	drawn  time.Time
}

const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
	progressWidth = 30
)

// NewProgress returns a progress bar for work of a given total.
func NewProgress(w io.Writer, what string, total int64) *Progress {
	return &Progress{status: (&Console{Err: w}).Status(), what: what, total: total, start: time.Now()}
}

// At draws that n of the total are done.
func (p *Progress) At(n int64) {
	now := time.Now()
	if !p.status.terminal || now.Sub(p.start) < progressAfter || now.Sub(p.drawn) < progressEvery {
		return
	}
	p.drawn = now
	part := 1.0
	if p.total > 0 {
		part = min(1, float64(n)/float64(p.total))
	}
	full := int(part * progressWidth)
	p.status.Say(fmt.Sprintf("%s [%s%s] %3.0f%%", p.what, strings.Repeat("=", full), strings.Repeat(" ", progressWidth-full), 100*part))
}

// End removes the bar.
func (p *Progress) End() {
	if !p.drawn.IsZero() {
		p.status.Clear()
	}
}
