//go:build unix

package netbench

import (
	"cmp"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// curl fetches what we have fetched, as somebody would who is in no hurry to parse it: one
// probe, and then the same ranges over the same number of connections, into /dev/null.
type curl struct {
	program string
	args    []string // of every call
	url     string
	startup time.Duration // of the program, which is not counted
}

// newCurl returns nil where there is no curl.
func newCurl(b *testing.B, d *distance, key string) *curl {
	program, err := exec.LookPath("curl")
	if err != nil {
		b.Log("no curl on the PATH: nothing to compare with")
		return nil
	}
	c := &curl{program: program, url: d.presigned(key), args: []string{"-sS", "--fail", "-o", "/dev/null"}}
	if file := d.caBundle(); file != "" {
		c.args = append(c.args, "--cacert", file)
	}
	var starts []time.Duration
	for range 5 {
		starts = append(starts, c.run(b, "--version"))
	}
	c.startup = median(starts)
	return c
}

// fetch returns how long the probe and the ranges took, the program's start apart.
func (c *curl) fetch(b *testing.B, ranges []string, conns int) (probe, rest time.Duration) {
	probe = c.run(b, c.transfer("bytes=0-0")...) - c.startup
	args := []string{"--parallel", "--parallel-immediate", "--parallel-max", strconv.Itoa(conns)}
	for i, r := range ranges {
		if i > 0 {
			args = append(args, "--next")
		}
		args = append(args, c.transfer(r)...)
	}
	return probe, c.run(b, args...) - c.startup
}

func (c *curl) transfer(r string) []string {
	return append(slices.Clone(c.args), "-H", "Range: "+r, c.url)
}

func (c *curl) run(b *testing.B, args ...string) time.Duration {
	cmd := exec.Command(c.program, args...)
	var said strings.Builder
	cmd.Stderr = &said
	start := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("curl: %v: %s", err, &said)
	}
	return time.Since(start)
}

// rangesOf returns what a reader of an object has fetched, each byte once: the ranges that
// it asked for, and what it took of the answer to its first request, which asks for none.
func rangesOf(gets []serverGet, size int64) []string {
	type span struct{ from, to int64 }
	var asked []span
	for _, g := range gets {
		var s span
		if n, _ := fmt.Sscanf(g.Range, "bytes=%d-%d", &s.from, &s.to); n == 2 {
			asked = append(asked, s)
		}
	}
	slices.SortFunc(asked, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var ranges []string
	add := func(from, to int64) { ranges = append(ranges, fmt.Sprintf("bytes=%d-%d", from, to)) }
	at := int64(0)
	for _, s := range append(asked, span{size, size}) {
		if s.from > at {
			add(at, s.from-1)
		}
		if s.from < size {
			add(s.from, s.to)
		}
		at = s.to + 1
	}
	return ranges
}

// connections is how many of them the requests came over.
func connections(gets []serverGet) int {
	seen := make(map[int64]bool)
	for _, g := range gets {
		seen[g.Conn] = true
	}
	return len(seen)
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}
