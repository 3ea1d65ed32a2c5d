package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// eraseLine returns to the beginning of the terminal's line and empties it.
const eraseLine = "\r\x1b[K"

// A Status is one line on the terminal that says what is being done. It writes nothing where
// no person would see it.
type Status struct {
	w     io.Writer // nil: silent
	width int       // of the terminal; 0 is not known
}

// NewStatus returns a status line on w.
func NewStatus(w io.Writer) *Status {
	if IsTerminal(w) && !dumb() {
		return &Status{w, terminalWidth(w)}
	}
	return &Status{}
}

// Say replaces the line. What is wider than the terminal is cut: a line that wraps could not be
// erased.
func (s *Status) Say(what string) {
	if s.w == nil {
		return
	}
	if s.width > 0 {
		what = shorten(what, s.width)
	}
	io.WriteString(s.w, eraseLine+what)
}

// Clear removes the line.
func (s *Status) Clear() { s.Say("") }

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
	return &Progress{status: NewStatus(w), what: what, total: total, start: time.Now()}
}

// At draws that n of the total are done.
func (p *Progress) At(n int64) {
	now := time.Now()
	if p.status.w == nil || now.Sub(p.start) < progressAfter || now.Sub(p.drawn) < progressEvery {
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
