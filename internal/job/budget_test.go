package job

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

const mib = 1 << 20

// newBudget returns a budget that has so many bytes beyond what each run has of its own.
func newBudget(bytes int64, runs int) *Budget {
	b := NewBudget(bytes*1000, runs)
	b.limit = bytes
	return b
}

func begin(t *testing.T, b *Budget, ctx context.Context, alone bool) *share {
	t.Helper()
	s, err := b.begin(ctx, alone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBudget(t *testing.T) {
	b := newBudget(10*mib, 2)
	s, other := begin(t, b, context.Background(), false), begin(t, b, context.Background(), false)
	for _, tt := range []struct {
		s     *share
		bytes int64
		want  error
		taken int64
	}{
		{s, ownBytes, nil, 0},
		{s, 6 * mib, nil, 6 * mib},
		{s, 5 * mib, ErrTooLarge, 6 * mib},
		{other, ownBytes + 4*mib, nil, 10 * mib},
		{other, 0, nil, 10 * mib},
		{s, -7 * mib, nil, 4 * mib},
		{s, mib, nil, 4 * mib},
		{s, mib, nil, 5 * mib},
	} {
		if err := tt.s.take(tt.bytes); err != tt.want || b.taken != tt.taken {
			t.Fatalf("take(%d): %v, %d taken; want %v and %d", tt.bytes, err, b.taken, tt.want, tt.taken)
		}
	}
	if s.try(5*mib+1) || !s.try(5*mib) {
		t.Error("try: not as much as there is")
	}
	s.end()
	other.end()
	if b.taken != 0 || b.running != 0 {
		t.Errorf("%d taken by %d runs in the end", b.taken, b.running)
	}
}

// A budget that is too small for as many runs as are allowed lets fewer begin.
func TestBudgetRuns(t *testing.T) {
	for _, tt := range []struct {
		bytes     int64
		runs, may int
	}{
		{80 * mib, 1, 1}, {80 * mib, 12, 12}, {80 * mib, 100, 20}, {mib, 5, 1},
	} {
		if b := NewBudget(tt.bytes, tt.runs); b.runs != tt.may || b.limit != tt.bytes-int64(tt.may)*runBytes {
			t.Errorf("%d bytes for %d runs: %d with %d bytes to take", tt.bytes, tt.runs, b.runs, b.limit)
		}
	}
}

// A run waits until another gives memory back or ends; of runs that all wait one fails. Waiting
// ends with the context.
func TestBudgetWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(10*mib, 3)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, ErrDeadline)
		defer cancel()
		one, two, three := begin(t, b, ctx, false), begin(t, b, ctx, false), begin(t, b, ctx, false)
		for _, s := range []*share{one, two, three} {
			if err := s.take(ownBytes + 3*mib); err != nil {
				t.Fatal(err)
			}
		}
		result := make(chan error)
		take := func(s *share, bytes int64) { go func() { result <- s.take(bytes) }() }
		waits := func(what string) {
			t.Helper()
			synctest.Wait()
			select {
			case err := <-result:
				t.Fatalf("%s does not wait: %v", what, err)
			default:
			}
		}
		take(one, 2*mib)
		waits("a first")
		take(two, 2*mib)
		waits("a second")
		if err := three.take(2 * mib); err != ErrBusy {
			t.Fatalf("when all wait: %v", err)
		}
		three.take(-mib)
		if err := <-result; err != nil {
			t.Fatal(err)
		}
		waits("the other of the two")
		three.end()
		if err := <-result; err != nil {
			t.Fatal(err)
		}
		four := begin(t, b, ctx, false)
		take(four, ownBytes+mib)
		waits("a new one")
		if err := <-result; err != ErrDeadline { // synctest lets the minute pass
			t.Errorf("at the deadline: %v", err)
		}
		if b.waiting != 0 {
			t.Errorf("%d wait after the deadline", b.waiting)
		}
		for _, s := range []*share{one, two, four} {
			s.end()
		}
		if b.taken != 0 {
			t.Errorf("%d taken in the end", b.taken)
		}
	})
}

// A run that is to be alone waits for those under way, and those that come later wait for it.
func TestBudgetAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(10*mib, 3)
		var order []string
		var mu sync.Mutex
		run := func(name string, alone bool, d time.Duration) {
			s, err := b.begin(t.Context(), alone)
			if err != nil {
				t.Error(err)
				return
			}
			time.Sleep(d)
			mu.Lock()
			order = append(order, name)
			mu.Unlock()
			s.end()
		}
		var all sync.WaitGroup
		for i, r := range []struct {
			name  string
			alone bool
		}{{"first", false}, {"alone", true}, {"alone too", true}, {"late", false}} {
			time.Sleep(time.Millisecond)
			all.Go(func() { run(r.name, r.alone, time.Duration(10-i)*time.Second) })
			synctest.Wait()
		}
		all.Wait()
		got := strings.Join(order, ", ")
		if !strings.HasPrefix(got, "first, alone") || strings.Count(got, ",") != 3 {
			t.Error(got)
		}

		s := begin(t, b, t.Context(), false)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := b.begin(ctx, true); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("alone beside another: %v", err)
		}
		begin(t, b, t.Context(), false).end()
		s.end()
	})
}

const rows = 10_000

// rowsOf are rows of so many groups of one treatment each.
func rowsOf(groups int) string {
	var b strings.Builder
	b.WriteString(header)
	for i := range groups {
		b.WriteString("H" + strconv.Itoa(i%100) + ",D" + strconv.Itoa(i/100) + ",T,5\n")
	}
	return b.String()
}

// A result that the budget has no room for is an error with a place, and nothing is written.
func TestTooLarge(t *testing.T) {
	csv := rowsOf(rows)
	for _, limit := range []int64{0, mib / 2, mib, 8 * mib} {
		m := &memory{csv: csv}
		j := Job{Source: m, Sink: m, Memory: newBudget(limit, 1), Now: time.Now}
		_, err := j.Run(t.Context(), Object{Bucket: "b", Key: "k.csv"}, "table", "request-1")
		row, ok := errors.AsType[*RowError](err)
		switch {
		case err == nil:
			if len(m.items) != rows {
				t.Errorf("%d bytes: %d items", limit, len(m.items))
			}
		case !errors.Is(err, ErrTooLarge) || !ok || row.Record < 2 || row.Offset <= 0:
			t.Errorf("%d bytes: %v", limit, err)
		case len(m.items) > 0:
			t.Errorf("%d bytes: %d items were written", limit, len(m.items))
		}
		if fits := limit >= 8*mib; fits != (err == nil) {
			t.Errorf("%d bytes: %v", limit, err)
		}
		if b := j.Memory; b.taken != 0 || b.running != 0 {
			t.Errorf("%d bytes: %d are still taken by %d runs", limit, b.taken, b.running)
		}
	}
}

// Whenever memory is refused, the error says so. While the header is read, too: it is not the header
// that is wrong, and a run that is refused with ErrBusy must be done again.
func TestRefused(t *testing.T) {
	for n := 0; ; n++ {
		asked := 0
		r := NewReducer(Options{})
		r.LimitMemory(func(bytes int64) error {
			if asked++; asked > n {
				return ErrBusy
			}
			return nil
		})
		_, err := r.ReadFrom(strings.NewReader(rowsOf(1)))
		if err == nil {
			if n < 5 {
				t.Errorf("memory was asked for %d times", n)
			}
			break
		}
		if !errors.Is(err, ErrBusy) {
			t.Errorf("refused after %d times: %v", n, err)
		}
	}
}

// Where there is little memory fewer batches are in flight. An item that there is no memory for at
// all is an error before anything is written.
func TestWriters(t *testing.T) {
	for _, tt := range []struct {
		limit   int64
		largest int
		want    int
		err     error
	}{
		{100 * mib, 700, 8, nil}, {0, 700, 4, nil}, {0, 4000, 1, nil}, {6 * mib, 4000, 4, nil}, {0, 300_000, 1, ErrTooLarge}, {100 * mib, 300_000, 8, nil}, {20 * mib, 300_000, 4, nil},
	} {
		b := newBudget(tt.limit, 1)
		s := begin(t, b, t.Context(), false)
		var j Job
		n, err := j.writers(1000, tt.largest, s)
		if n != tt.want || err != tt.err {
			t.Errorf("%d bytes, items of %d: %d writers, %v", tt.limit, tt.largest, n, err)
		}
	}
}

// Runs that take more memory together than there is are all done, some of them twice.
func TestRunsTogether(t *testing.T) {
	csv := rowsOf(rows)
	budget := newBudget(5*mib, 6)
	var all sync.WaitGroup
	for i := range 6 {
		m := &memory{csv: csv}
		j := Job{Source: m, Sink: m, Memory: budget, Now: time.Now}
		all.Go(func() {
			sum, err := j.Run(t.Context(), Object{Bucket: "b", Key: "k.csv"}, "table", strconv.Itoa(i))
			if err != nil || sum.Items != rows || len(m.items) != rows {
				t.Errorf("run %d: %d items, %d in the table, %v", i, sum.Items, len(m.items), err)
			}
		})
	}
	all.Wait()
	if b := budget; b.taken != 0 || b.running != 0 || b.waiting != 0 || b.alone {
		t.Errorf("%d are still taken by %d runs", b.taken, b.running)
	}
}

// A run that is refused memory because all others wait for some is done again when they have ended.
func TestRunAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := newBudget(5*mib, 2)
		other := begin(t, budget, t.Context(), false)
		ended := false
		go func() {
			time.Sleep(time.Second)
			ended = true
			other.end()
		}()
		opened := 0
		m := &memory{csv: rowsOf(rows)}
		m.body = func(r io.Reader) io.Reader {
			if opened++; opened == 1 {
				return io.MultiReader(io.LimitReader(r, 1000), iotest.ErrReader(ErrBusy))
			}
			if !ended {
				t.Error("done again beside another")
			}
			return r
		}
		j := Job{Source: m, Sink: m, Memory: budget, Now: time.Now}
		sum, err := j.Run(t.Context(), Object{Bucket: "b", Key: "k.csv"}, "table", "request-1")
		if err != nil || opened != 2 || sum.Items != rows || len(m.items) != rows {
			t.Errorf("opened %d times, %d items, %d in the table, %v", opened, sum.Items, len(m.items), err)
		}
	})
}
