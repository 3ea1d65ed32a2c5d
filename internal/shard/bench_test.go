package shard

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"reduction/internal/dataset"
	"reduction/internal/job"
)

// BenchmarkMerge merges partials of 400 groups and 15 treatments; an operation is one partial.
func BenchmarkMerge(b *testing.B) {
	var file bytes.Buffer
	dataset.New(200_000, 1).WriteTo(&file)
	var o job.Options
	f := &files{Rand: rand.New(rand.NewPCG(1, 2)), bytes: [][]byte{file.Bytes()}}
	p, err := NewPlan("run", &o, f.objects(), int64(file.Len()))
	if err != nil {
		b.Fatal(err)
	}
	partial, err := (&Mapper{Source: f, Options: &o}).Map(context.Background(), nil, p, p.First()[0])
	if err != nil {
		b.Fatal(err)
	}
	rows := job.NewReducer(o)
	m := NewMerger(rows)
	var r Reader
	b.SetBytes(int64(len(partial)))
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Reset(bytes.NewReader(partial)); err != nil {
			b.Fatal(err)
		}
		if err := m.Add(&r, Link{Task: Task{0, Guess}}); err != nil {
			b.Fatal(err)
		}
	}
	if rows.Len() != 400 {
		b.Errorf("%d groups", rows.Len())
	}
}

// BenchmarkShards reduces a file in shards of 64 MB, and in one go.
func BenchmarkShards(b *testing.B) {
	var file bytes.Buffer
	dataset.New(6_000_000, 1).WriteTo(&file)
	source := inMemory(file.Bytes())
	var o job.Options
	for _, c := range []struct {
		name string
		size int64
	}{{"64MB", 64 << 20}, {"whole", int64(file.Len())}} {
		b.Run(c.name, func(b *testing.B) {
			p, err := NewPlan("run", &o, []Object{{Size: int64(file.Len())}}, c.size)
			if err != nil {
				b.Fatal(err)
			}
			m := &Mapper{Source: source, Options: &o}
			b.SetBytes(int64(file.Len()))
			for b.Loop() {
				for _, task := range p.First() {
					if _, err := m.Map(context.Background(), nil, p, task); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// inMemory is an object in memory.
type inMemory []byte

func (m inMemory) Open(_ context.Context, _ Object, from, to int64) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(m[from:to])), nil
}
