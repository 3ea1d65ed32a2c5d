package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, "work", 10)
	p.start = p.start.Add(-time.Hour)
	p.at(5)
	p.end()
	if b.Len() > 0 {
		t.Errorf("drawn where there is no terminal: %q", b.String())
	}
	p.w = &b
	p.at(5)
	p.at(6) // too soon after
	p.end()
	if want := eraseLine + "work [" + strings.Repeat("=", 15) + strings.Repeat(" ", 15) + "]  50%" + eraseLine; b.String() != want {
		t.Errorf("drawn %q, want %q", b.String(), want)
	}
	b.Reset()
	p.start, p.drawn = time.Now(), time.Time{}
	p.at(7)
	p.end()
	if b.Len() > 0 {
		t.Errorf("drawn within the first second: %q", b.String())
	}
}

func TestNoTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.Create(t.TempDir() + "/x")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, w := range map[string]any{"null device": null, "file": file, "buffer": new(strings.Builder), "nothing": nil} {
		if isTerminal(w) {
			t.Errorf("%s is taken for a terminal", name)
		}
	}
}

func TestSize(t *testing.T) {
	for in, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1 kB", 44816582: "44.8 MB", 999_499: "999 kB", 999_500: "1 MB", 999_900_000: "1 GB", 2_000_000_000: "2 GB"} {
		if got := size(in); got != want {
			t.Errorf("%d: %s, want %s", in, got, want)
		}
	}
}
