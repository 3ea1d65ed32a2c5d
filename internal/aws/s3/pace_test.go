package s3

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestPace plays what comes of one connection for a while and of several then, in KB a
// millisecond.
func TestPace(t *testing.T) {
	for _, c := range []struct {
		name            string
		aloneMS         int
		alone, together int
		poor            bool
		backMS, back    int // and later, over one connection, in solo
		again           int // and over several again
		poorAgain       bool
	}{
		{"each brings as much", 75, 90, 400, false, 0, 0, 0, false},
		{"no more in all than one", 75, 75, 75, true, 1000, 75, 75, true},
		{"less in all", 75, 75, 60, true, 1000, 75, 60, true},
		{"a third more", 25, 90, 120, false, 0, 0, 0, false},
		{"a tenth more", 25, 90, 99, true, 1000, 90, 99, true},
		{"the limit is lifted", 25, 75, 75, true, 1000, 90, 400, false},
		{"too short to tell", 2, 75, 75, false, 0, 0, 0, false},
		{"a first connection that has brought nothing", 75, 0, 50, false, 0, 0, 0, false},
	} {
		var p pace
		now := time.Unix(1, 0)
		const window = 8 << 20
		p.begin(now)
		measure := func(aloneMS, alone, together int) bool {
			for range aloneMS {
				p.came(alone<<10, false, now)
				now = now.Add(time.Millisecond)
			}
			from := p.got
			for p.got-from < window {
				if p.poor(window, pays, now) {
					t.Fatalf("%s: poor after %d bytes", c.name, p.got-from)
				}
				p.came(together<<10, true, now)
				now = now.Add(time.Millisecond)
			}
			return p.poor(window, pays, now)
		}
		if poor := measure(c.aloneMS, c.alone, c.together); poor != c.poor {
			t.Errorf("%s: poor %v, alone %.0f", c.name, poor, p.alone)
		}
		if c.poor {
			p.solo(now)
			if poor := measure(c.backMS, c.back, c.again); poor != c.poorAgain {
				t.Errorf("%s: again: poor %v, alone %.0f", c.name, poor, p.alone)
			}
		}
	}
}

// TestAheadSolo holds that a span for one connection is one request, and that several come
// again after it.
func TestAheadSolo(t *testing.T) {
	data := pattern(2 * minAhead)
	s := newFakeS3(t, data)
	c := newTestClient(t, testConfig(s.URL, nil))
	smallSolo(c, 2, 1<<20, 8<<20)
	if got, err := fetch(c, testRef); err != nil || !bytes.Equal(got, data) {
		t.Fatal(len(got), err)
	}
	requests := s.requests()
	all := strings.Join(requests, "\n")
	long := 0
	for off := range int64(len(data)) >> 10 {
		if strings.Contains(all, " "+string(span{off << 10, min(off<<10+8<<20, int64(len(data)))}.appendRange(nil))+" ") {
			long++
		}
	}
	if long < 2 || len(requests) > 20 {
		t.Errorf("%d long requests of\n%s", long, all)
	}
}

// TestAheadSoloCloses leaves objects in the middle of such spans.
func TestAheadSoloCloses(t *testing.T) {
	data := pattern(minAhead)
	s := newFakeS3(t, data)
	c := newTestClient(t, testConfig(s.URL, nil))
	smallSolo(c, 3, 1<<20, 5<<20)
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		o, err := c.Object(context.Background(), testRef)
		if err != nil {
			t.Fatal(err)
		}
		n := random.IntN(len(data))
		if got, err := io.ReadAll(io.LimitReader(o, int64(n))); err != nil || !bytes.Equal(got, data[:n]) {
			t.Fatal(len(got), err)
		}
		o.Close()
		if len(c.buffers.free) != c.buffers.made {
			t.Error("a buffer is missing")
		}
	}
}
