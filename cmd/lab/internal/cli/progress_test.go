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
	p.status.w = &b
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

// A line wider than the terminal is cut.
func TestStatus(t *testing.T) {
	var b strings.Builder
	NewStatus(&b).Say("silent")
	s := &Status{&b, 10}
	s.Say("a long line of words")
	s.Say("short")
	s.Clear()
	if want := eraseLine + "a long li…" + eraseLine + "short" + eraseLine; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
