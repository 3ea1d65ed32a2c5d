package job

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A run that is alone gets what it asks for; of several the total is the limit.
func TestMemory(t *testing.T) {
	const total = 100
	ctx, cancel := context.WithCancel(context.Background())
	var m budget
	taken := func(held, n int64) chan error {
		done := make(chan error, 1)
		go func() { done <- m.take(ctx, total, held, n) }()
		return done
	}
	now := func(held, n int64, want error) {
		t.Helper()
		if err := <-taken(held, n); err != want {
			t.Fatalf("%d more than %d: %v, want %v", n, held, err, want)
		}
	}
	later := func(done chan error, waiting func() bool) {
		t.Helper()
		for {
			select {
			case err := <-done:
				t.Fatalf("not waited for: %v", err)
			case <-time.After(time.Millisecond):
			}
			m.mu.Lock()
			is := waiting()
			m.mu.Unlock()
			if is {
				return
			}
		}
	}

	now(0, 150, nil) // alone
	now(150, 50, nil)
	m.give(200)

	now(0, 40, nil)
	now(0, 40, nil)
	first := taken(40, 40)
	later(first, func() bool { return m.waiting == 1 })
	now(40, 40, ErrMemory) // all others wait already
	newcomer := taken(0, 70)
	later(newcomer, func() bool { return m.used == 80 && m.waiting == 1 })
	m.give(40) // the one that failed
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	later(newcomer, func() bool { return m.used == 80 && m.waiting == 0 })
	m.give(80)
	if err := <-newcomer; err != nil {
		t.Fatal(err)
	}

	late := taken(0, 80)
	later(late, func() bool { return m.freed != nil })
	cancel()
	if err := <-late; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if m.give(70); m.used != 0 || m.holders != 0 || m.waiting != 0 {
		t.Errorf("%d used, %d holders, %d waiting", m.used, m.holders, m.waiting)
	}
}

// Runs at the same time that need more memory than there is take turns, or fail; what fails stores
// nothing, and alone it succeeds.
func TestRunsShareMemory(t *testing.T) {
	var csv strings.Builder
	csv.WriteString(header)
	const groups = 20_000 // some 5 MB
	for i := range groups {
		csv.WriteString("H" + strconv.Itoa(i) + ",D,T,5\n")
	}
	m := &memory{csv: csv.String()}
	j := Job{Source: m, Sink: m, Options: Options{Memory: 8 << 20}, Now: func() time.Time { return noon }}
	once := func() (Summary, error) {
		return j.Run(context.Background(), Object{Bucket: "b", Key: "k.csv"}, "table", "request-1")
	}
	var succeeded atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			sum, err := once()
			if err == nil && sum.Items == groups {
				succeeded.Add(1)
			} else if !errors.Is(err, ErrMemory) || sum.Items > 0 {
				t.Errorf("%d items, %v", sum.Items, err)
			}
		})
	}
	wg.Wait()
	if succeeded.Load() == 0 {
		t.Error("no run has succeeded")
	}
	if sum, err := once(); err != nil || sum.Items != groups {
		t.Errorf("alone: %d items, %v", sum.Items, err)
	}
	if j.memory.used != 0 || j.memory.holders != 0 {
		t.Errorf("%d bytes are held by %d", j.memory.used, j.memory.holders)
	}
}
