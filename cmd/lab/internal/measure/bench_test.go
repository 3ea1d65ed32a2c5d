package measure

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// newBench returns a bench without limits, with a file of 50 rows.
func newBench(t *testing.T, s *Settings) *Bench {
	t.Helper()
	s.Options, s.Roots, s.Cache, s.Seed = sandbox.Options{Unlimited: true}, rootsBundle, CacheWarm, 1
	b, err := NewBench(s, 256, []int64{50}, []time.Duration{0}, new(cli.Status))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func addTarget(t *testing.T, b *Bench, path string) *Target {
	t.Helper()
	x, err := b.AddTarget(report.Program{Name: report.Ours, Path: path}, 256, 50, 0)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A sample has all times; a result has the summaries of the samples.
func TestTake(t *testing.T) {
	b := newBench(t, new(Settings))
	x := addTarget(t, b, labtest.Bootstrap(t))
	s, err := x.Take(t.Context(), 2)
	if err != nil || s == nil || x.Failed != "" {
		t.Fatalf("%v, %v, %s", s, err, x.Failed)
	}
	if s.StartToNext <= 0 || s.Init < s.StartToNext || s.Billed <= s.Init || len(s.Warm) != 2 || s.S3Gets == 0 || s.WarmGets == 0 || s.WriteUnits == 0 {
		t.Errorf("%+v", s)
	}
	x.Samples = append(x.Samples, *s)
	if r := x.Result(); r.Billed == nil || r.Billed.P50 != s.Billed || len(r.Samples) != 1 || !b.OK() {
		t.Errorf("%+v", r)
	}
	// A target that fails in the end has no times, whatever it had before.
	x.Failed = "failed: it did"
	if r := x.Result(); r.Billed != nil || len(r.Samples) != 0 || b.OK() {
		t.Errorf("%+v", r)
	}
	x.Excused = true
	if b.OK() {
		t.Error("nothing was measured, and it is all right")
	}
	y := addTarget(t, b, x.Function.Path)
	if y.Samples = append(y.Samples, *s); !b.OK() {
		t.Error("an excused failure counts as one")
	}
}

// Why a function has no times: it ends, it is too slow, it answers something else.
func TestTakeFails(t *testing.T) {
	b := newBench(t, &Settings{Timeout: time.Second})
	b.servers[0].DynamoDB.CreateTable("empty")
	for _, test := range []struct {
		path, says string
		excused    bool
	}{
		{labtest.Script(t, "exit 3"), "failed: ", false},
		{labtest.Liar(t), fmt.Sprintf("wrote 0 of %d expected items, so it is not timed; for another job use --event or --expect status", len(b.objects[50].want)), false},
		{labtest.Slow(t), "failed: Sandbox.Timedout: Task timed out after 1.00 seconds; --timeout allows longer", false},
	} {
		x := &Target{Function: report.Program{Name: test.says, Path: test.path}, MemoryMB: 256, bench: b, object: b.objects[50], server: b.servers[0], table: "empty"}
		if ok, err := x.newSandbox(); !ok {
			t.Fatal(err)
		}
		x.createFunction(filepath.Base(test.path), nil)
		s, err := x.Take(t.Context(), 0)
		if s != nil || err != nil || !strings.HasPrefix(x.Failed, test.says) || x.Excused != test.excused {
			t.Errorf("%v, %v, %q, excused %v; want %q, %v", s, err, x.Failed, x.Excused, test.says, test.excused)
		}
	}
}

// With Unchecked, items that differ from the reference have times, and the result says how they
// differ; without, there are no times.
func TestUnchecked(t *testing.T) {
	for _, unchecked := range []bool{false, true} {
		b := newBench(t, &Settings{Unchecked: unchecked})
		x := addTarget(t, b, labtest.Bootstrap(t))
		x.object.want = x.object.want[1:] // what the function writes is one item too many
		s, err := x.Take(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if !unchecked {
			if s != nil || !strings.Contains(x.Failed, "1 others that should not be there, or under a PK that is not the request ID; the first difference is ") || !strings.Contains(x.Failed, ", so it is not timed") {
				t.Errorf("%+v, %q", s, x.Failed)
			}
			continue
		}
		if s == nil || !strings.Contains(s.Wrong, "1 others that should not be there") {
			t.Fatalf("%+v, %q", s, x.Failed)
		}
		x.Samples = append(x.Samples, *s)
		if r := x.Result(); r.Billed == nil || r.Wrong() == "" || b.OK() {
			t.Errorf("%+v", r)
		}
	}
}

// A start is measured of a function that is given nothing to do.
func TestTakeStart(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the start of a process is measured on Linux only")
	}
	b := newBench(t, new(Settings))
	x, err := b.AddStart(report.Program{Name: "hello, ours", Path: labtest.Bootstrap(t)}, 128)
	if err != nil {
		t.Fatal(err)
	}
	s, err := x.TakeStart(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		t.Fatal(x.Failed)
	}
	if s.StartToNext <= 0 || s.Billed != s.StartToNext {
		t.Errorf("%+v", s)
	}
	broken, err := b.AddStart(report.Program{Name: "broken", Path: labtest.Script(t, "exit 3")}, 128)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := broken.TakeStart(t.Context()); s != nil || err != nil || !strings.HasPrefix(broken.Failed, "never asked for an event") {
		t.Errorf("%+v, %v, %q", s, err, broken.Failed)
	}
}

// Every target has n samples, in an order that changes and that depends on the seed.
func TestRounds(t *testing.T) {
	order := func(seed uint64) (names []string) {
		b := &Bench{Settings: &Settings{Seed: seed}, Targets: []*Target{{Function: report.Program{Name: "a"}}, {Function: report.Program{Name: "b"}}, {Failed: "it did"}}}
		err := b.Rounds(t.Context(), 9, new(cli.Status), func(_ context.Context, x *Target) (*report.Sample, error) {
			names = append(names, x.Function.Name)
			return &report.Sample{Billed: float64(len(names))}, nil
		})
		if err != nil || len(names) != 20 || len(b.Targets[0].Samples) != 9 || len(b.Targets[1].Samples) != 9 || len(b.Targets[2].Samples) != 0 {
			t.Fatalf("%v, %q", err, names)
		}
		for _, s := range slices.Concat(b.Targets[0].Samples, b.Targets[1].Samples) {
			if s.Billed <= 2 {
				t.Errorf("sample %v of the round that does not count, counts", s.Billed)
			}
		}
		return names
	}
	first := order(1)
	if !slices.Equal(first, order(1)) || slices.Equal(first, order(2)) || !slices.Contains(first[2:], "a") {
		t.Errorf("%q", first)
	}
	pairs := map[string]bool{}
	for pair := range slices.Chunk(first, 2) {
		pairs[strings.Join(pair, "")] = true
	}
	if len(pairs) != 2 {
		t.Errorf("the order is always %v", pairs)
	}
	b := &Bench{Settings: new(Settings), Targets: []*Target{{}}}
	stop := errors.New("stop")
	if err := b.Rounds(t.Context(), 2, new(cli.Status), func(context.Context, *Target) (*report.Sample, error) { return nil, stop }); err != stop {
		t.Errorf("%v", err)
	}
}

func TestPeers(t *testing.T) {
	var p Peers
	for _, test := range []struct{ value, says string }{
		{"rust=peers/rust/dist/bootstrap", ""},
		{"a=b=c", ""},
		{"rust=again", "the name rust is taken"},
		{"x", "expected NAME=PATH"},
		{"=x", "expected NAME=PATH"},
		{"x=", "expected NAME=PATH"},
	} {
		if err := p.Set(test.value); (err == nil) != (test.says == "") || err != nil && err.Error() != test.says {
			t.Errorf("%s: %v, want %q", test.value, err, test.says)
		}
	}
	if len(p) != 2 || p[1].Path != "b=c" {
		t.Errorf("%+v", p)
	}
}
