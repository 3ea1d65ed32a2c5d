package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// isTerminal says whether a person sees what is written to w. The null device is a
// character device too.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// progress is a line on the terminal that says how far long work is. It stays silent for
// the first second, and always where no person would see it.
type progress struct {
	w     io.Writer // nil: silent
	what  string
	total int64
	start time.Time
	drawn time.Time
}

const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
	progressWidth = 30
	eraseLine     = "\r\x1b[K"
)

func newProgress(w io.Writer, what string, total int64) *progress {
	p := &progress{what: what, total: total, start: time.Now()}
	if isTerminal(w) && os.Getenv("TERM") != "dumb" {
		p.w = w
	}
	return p
}

// at says that n of the total are done.
func (p *progress) at(n int64) {
	if p.w == nil {
		return
	}
	now := time.Now()
	if now.Sub(p.start) < progressAfter || now.Sub(p.drawn) < progressEvery {
		return
	}
	p.drawn = now
	part := 1.0
	if p.total > 0 {
		part = min(1, float64(n)/float64(p.total))
	}
	full := int(part * progressWidth)
	fmt.Fprintf(p.w, "%s%s [%s%s] %3.0f%%", eraseLine, p.what,
		strings.Repeat("=", full), strings.Repeat(" ", progressWidth-full), 100*part)
}

// end takes the line away.
func (p *progress) end() {
	if p.w != nil && !p.drawn.IsZero() {
		io.WriteString(p.w, eraseLine)
	}
}

// thousands writes n with a comma every three digits.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes a number of bytes in the decimal units that transfer rates come in.
func size(n int64) string {
	switch {
	case n < 1e3:
		return strconv.FormatInt(n, 10) + " B"
	case n < 999_500: // three digits round up to a thousand
		return fmt.Sprintf("%.3g kB", float64(n)/1e3)
	case n < 999_500_000:
		return fmt.Sprintf("%.3g MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.3g GB", float64(n)/1e9)
}

// status is a line on the terminal that says what is being done.
type status struct{ w io.Writer } // nil: silent

func newStatus(w io.Writer) *status {
	if isTerminal(w) && os.Getenv("TERM") != "dumb" {
		return &status{w}
	}
	return &status{}
}

func (s *status) say(what string) {
	if s.w != nil {
		io.WriteString(s.w, eraseLine+what)
	}
}

func (s *status) clear() { s.say("") }

// style is how a terminal is written to: all empty where no person looks, or none wants
// colour (no-color.org).
type style struct{ bold, dim, good, bad, off, line string }

func newStyle(w io.Writer, plain bool) *style {
	if plain || !isTerminal(w) || os.Getenv("TERM") == "dumb" {
		return &style{line: "-"}
	}
	if os.Getenv("NO_COLOR") != "" {
		return &style{line: "─"}
	}
	return &style{bold: "\x1b[1m", dim: "\x1b[2m", good: "\x1b[32m", bad: "\x1b[31m", off: "\x1b[m", line: "─"}
}
