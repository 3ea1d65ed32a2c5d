package shard

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"reduction/internal/dataset"
	"reduction/internal/job"
)

// However objects and shards are sized, each byte is in one shard, objects are cut only where they
// are larger than a shard, and shards are few enough.
func TestNewPlan(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var objects []Object
		for range 1 + r.IntN(100) {
			objects = append(objects, Object{Size: r.Int64N(1 << r.IntN(offsetBits+1))})
		}
		objects[0].Size++
		p, err := NewPlan("run", &job.Options{}, objects, r.Int64N(1<<r.IntN(offsetBits)))
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Shards) > MaxShards || len(p.Objects)+p.Empty != len(objects) {
			t.Fatalf("%d shards, %d objects, %d without bytes, of %d", len(p.Shards), len(p.Objects), p.Empty, len(objects))
		}
		object, at := 0, int64(0)
		for _, s := range p.Shards {
			bytes := int64(0)
			for _, piece := range s {
				size := p.Objects[object].Size
				if piece.Object != object || piece.From != at || piece.To <= piece.From || piece.To > size {
					t.Fatalf("%+v, want object %d from %d", piece, object, at)
				}
				if whole := piece.From == 0 && piece.To == size; whole != (size <= p.Size) || !whole && len(s) > 1 {
					t.Fatalf("%+v of %d bytes is in a shard of %d pieces; shards have %d bytes", piece, size, len(s), p.Size)
				}
				bytes += piece.To - piece.From
				if at = piece.To; at == size {
					object, at = object+1, 0
				}
			}
			if bytes > p.Size {
				t.Fatalf("a shard of %d bytes, more than %d", bytes, p.Size)
			}
		}
		if object != len(p.Objects) {
			t.Fatalf("%d of %d objects in shards", object, len(p.Objects))
		}
	}
}

// What a shard says of its objects fits the input of a child execution, however long their keys are.
func TestNamesOfShard(t *testing.T) {
	for _, key := range []string{strings.Repeat("k", 1024), strings.Repeat("\x01", 1024), "k"} {
		p, err := NewPlan("run", &job.Options{}, slices.Repeat([]Object{{Object: job.Object{Key: key}, Size: 1}}, 5000), DefaultSize)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Shards {
			names := 0
			for _, piece := range s {
				escaped, err := json.Marshal(p.Objects[piece.Object].Key)
				if err != nil {
					t.Fatal(err)
				}
				names += len(escaped)
			}
			if names > maxNames {
				t.Errorf("%d bytes of keys in a shard", names)
			}
		}
		if key == "k" && len(p.Shards) > 2 {
			t.Errorf("%d shards of short names", len(p.Shards))
		}
	}
}

func TestNewPlanRefuses(t *testing.T) {
	for _, c := range []struct {
		objects []Object
		want    error
	}{
		{nil, ErrNoObjects},
		{make([]Object, 2), ErrNoObjects},
		{make([]Object, 1), job.ErrEmpty},
		{[]Object{{Size: 1<<offsetBits + 1}}, ErrObjectTooLarge},
		{slices.Repeat([]Object{{Size: 1}}, MaxObjects+1), ErrTooManyObjects},
	} {
		if _, err := NewPlan("run", &job.Options{}, c.objects, 1); !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
}

// A compressed object can be a shard, and not several: Verify says so, and so does a map.
func TestCompressed(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	dataset.New(1000, 1).WriteTo(w)
	w.Close()
	f := &files{Rand: rand.New(rand.NewPCG(1, 2)), bytes: [][]byte{z.Bytes()}}
	var o job.Options
	p, err := NewPlan("run", &o, f.objects(), int64(z.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(context.Background(), f); err != nil {
		t.Fatal(err)
	}
	if got, _ := run(t, f.Rand, p, f, o); got.Err != nil || got.Counts.Rows != 1000 {
		t.Errorf("%d rows, %v", got.Counts.Rows, got.Err)
	}
	if p, err = NewPlan("run", &o, f.objects(), int64(z.Len()-1)); err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(context.Background(), f); !errors.Is(err, job.ErrShardCompressed) {
		t.Errorf("%v, want %v", err, job.ErrShardCompressed)
	}
	for _, task := range p.First() {
		if _, err := (&Mapper{Source: f, Options: &o}).Map(context.Background(), nil, p, task); !errors.Is(err, job.ErrShardCompressed) {
			t.Errorf("%v, want %v", err, job.ErrShardCompressed)
		}
	}
}

// Ten thousand small objects, some of them without bytes or rows, are a few shards.
func TestSmallObjects(t *testing.T) {
	f := &files{Rand: rand.New(rand.NewPCG(1, 2))}
	for i := range 10_000 {
		file := fmt.Sprintf("%sA,B,\"C\n%d\",%d\n", header, i%7, i%50)
		switch i % 10 {
		case 0:
			file = ""
		case 1:
			file = header
		case 2:
			file = strings.ReplaceAll(file, ",", ";")
		}
		f.bytes = append(f.bytes, []byte(file))
	}
	var o job.Options
	p, err := NewPlan("run", &o, f.objects(), 64<<10)
	if err != nil {
		t.Fatal(err)
	}
	if p.Empty != 1000 || len(p.Shards) > 10 {
		t.Errorf("%d objects without bytes, %d shards", p.Empty, len(p.Shards))
	}
	got, rounds := run(t, f.Rand, p, f, o)
	if got.Err != nil || rounds != 1 || got.Counts.Rows != 8000 || len(got.Groups) != 1 {
		t.Fatalf("%+v after %d rounds", got, rounds)
	}
	if object, at := p.Place(got.Groups[0].Offset); object.Key != f.objects()[2].Key || at != int64(len(header)) {
		t.Errorf("the group was first seen in %s at %d", object.Key, at)
	}
}

// What has changed since the plan fails a map, and so does what cannot be read; and nothing that
// belongs to no task is a partial.
func TestMapFails(t *testing.T) {
	var o job.Options
	f := &files{Rand: rand.New(rand.NewPCG(1, 2)), bytes: [][]byte{[]byte(header + strings.Repeat("A,B,C,1\n", 100))}}
	p, err := NewPlan("run", &o, f.objects(), 100)
	if err != nil {
		t.Fatal(err)
	}
	changed := errors.New("changed")
	for _, fails := range []int{1, 2} {
		m := &Mapper{Source: &flaky{f, fails, changed}, Options: &o}
		if _, err := m.Map(context.Background(), nil, p, Task{3, Guess}); !errors.Is(err, changed) {
			t.Errorf("%v, want %v", err, changed)
		}
	}
	m := &Mapper{Source: f, Options: &o}
	for _, task := range []Task{{-1, Guess}, {len(p.Shards), Guess}, {3, 0}, {3, 1 << 40}} {
		if _, err := m.Map(context.Background(), nil, p, task); !errors.Is(err, ErrTask) {
			t.Errorf("%+v: %v, want %v", task, err, ErrTask)
		}
	}
	f.bytes[0] = f.bytes[0][:500]
	short := &flaky{f, 100, nil}
	if _, err := (&Mapper{Source: short, Options: &o}).Map(context.Background(), nil, p, Task{len(p.Shards) - 1, Guess}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v, want %v", err, io.ErrUnexpectedEOF)
	}
}

// flaky fails at the nth Open, and yields what is left of an object that has become shorter.
type flaky struct {
	*files
	nth int
	err error
}

func (f *flaky) Open(ctx context.Context, o Object, from, to int64) (io.ReadCloser, error) {
	if f.nth--; f.nth == 0 {
		return nil, f.err
	}
	size := int64(len(f.bytes[0]))
	return f.files.Open(ctx, o, min(from, size), min(to, size))
}

// Partials of another run, or of another plan, are not taken for those of this one.
func TestCheckRefuses(t *testing.T) {
	p, _, partial := example(t)
	for _, change := range []func(*Head){
		func(h *Head) { h.Run = "other" },
		func(h *Head) { h.Settings = "other" },
		func(h *Head) { h.Shard = 2 },
		func(h *Head) { h.Shard = -1 },
		func(h *Head) { h.Shard = 0 },
		func(h *Head) { h.Spans = nil },
		func(h *Head) { h.Spans[0].To-- },
		func(h *Head) { h.Bad[0].Object = 1 },
		func(h *Head) { h.Damage = &Bad{Object: -1} },
	} {
		var r Reader
		if err := r.Reset(bytes.NewReader(partial)); err != nil {
			t.Fatal(err)
		}
		change(r.Head)
		if _, _, err := Check(p, &job.Options{}, []*Head{r.Head}); !errors.Is(err, ErrPartial) {
			t.Errorf("%+v: %v, want %v", r.Head, err, ErrPartial)
		}
	}
}

// The name of a partial differs by everything that its content depends on.
func TestName(t *testing.T) {
	seen := map[string]bool{}
	for _, run := range []string{"run", "other"} {
		for _, o := range []job.Options{{}, {Records: true}, {Comma: true}} {
			p, err := NewPlan(run, &o, []Object{{Size: 1}}, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, task := range []Task{{0, Guess}, {0, 1}, {1, Guess}, {12345, Guess}} {
				name := p.Name(task)
				if seen[name] || !strings.HasPrefix(name, run+"/") || !strings.HasSuffix(name, Suffix) {
					t.Errorf("%s", name)
				}
				seen[name] = true
			}
		}
	}
}
