package cli

import (
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	var b strings.Builder
	p := NewProgress(&b, "work", 10)
	p.start = p.start.Add(-time.Hour)
	p.At(5)
	p.End()
	if b.Len() > 0 {
		t.Errorf("drawn where there is no terminal: %q", b.String())
	}
	p.status.w, p.status.terminal = &b, true
	p.At(5)
	p.drawn = time.Now().Add(time.Hour) // the last drawing was too short a time ago, however slow this machine is
	p.At(6)
	p.End()
	if want := eraseLine + "work [" + strings.Repeat("=", 15) + strings.Repeat(" ", 15) + "]  50%" + eraseLine; b.String() != want {
		t.Errorf("drawn %q, want %q", b.String(), want)
	}
	b.Reset()
	p.start, p.drawn = time.Now().Add(time.Hour), time.Time{}
	p.At(7)
	p.End()
	if b.Len() > 0 {
		t.Errorf("drawn within the first second: %q", b.String())
	}
}

// A line wider than the terminal is cut. A note stays above the line.
func TestStatus(t *testing.T) {
	var b strings.Builder
	s := &Status{w: &b, terminal: true, width: 10}
	s.Say("a long line of words")
	s.Say("short")
	s.Note("a note that is %s", "longer")
	s.Clear()
	if want := eraseLine + "a long li…" + eraseLine + "short" + eraseLine + "a note that is longer\n" + eraseLine + "short" + eraseLine; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// Where there is no terminal, a line is written now and then, and none before it is due.
func TestStatusLines(t *testing.T) {
	var b strings.Builder
	s := (&Console{Err: &b, LineEvery: time.Hour}).Status()
	s.Say("one thing")
	s.Say("another thing")
	if b.Len() > 0 {
		t.Errorf("at once: %q", b.String())
	}
	s.since = time.Now().Add(-90 * time.Second)
	s.line()
	s.Note("a note")
	s.Clear()
	s.line() // one that was on its way
	if want := "another thing, for 2 min\na note\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	b.Reset()
	s = (&Console{Err: &b}).Status()
	s.Say("silent")
	s.Clear()
	if b.Len() > 0 || s.lines != nil {
		t.Errorf("without LineEvery: %q", b.String())
	}
}
