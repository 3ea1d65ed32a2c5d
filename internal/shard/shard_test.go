package shard

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"reduction/aggregate"
	"reduction/internal/dataset"
	"reduction/internal/job"
	"reduction/internal/shardtest"
)

var (
	plans = flag.Int("plans", 3000, "how many random plans TestPlans carries out")
	seed  = flag.Uint64("seed", 1, "the seed of the first")
)

// files are objects in memory. They yield as many bytes at a time as chance says.
type files struct {
	*rand.Rand
	bytes  [][]byte
	memory int64 // that those who read them have; 0: any
}

// limit returns what limits a function to the memory, or nil.
func (f *files) limit() func(int64) error {
	if f.memory == 0 {
		return nil
	}
	left := f.memory
	return func(bytes int64) error {
		if left < bytes {
			return job.ErrTooLarge
		}
		left -= bytes
		return nil
	}
}

func (f *files) objects() (all []Object) {
	for i, b := range f.bytes {
		all = append(all, Object{job.Object{Bucket: "feed", Key: fmt.Sprintf("a, \"%d\".csv", i)}, int64(len(b))})
	}
	return all
}

func (f *files) Open(_ context.Context, o Object, from, to int64) (io.ReadCloser, error) {
	var i int
	if _, err := fmt.Sscanf(o.Key, "a, \"%d\".csv", &i); err != nil {
		return nil, err
	}
	return io.NopCloser(&trickle{f.Rand, f.bytes[i][from:to]}), nil
}

type trickle struct {
	*rand.Rand
	left []byte
}

func (t *trickle) Read(p []byte) (int, error) {
	if len(t.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, t.left[:1+t.IntN(min(len(t.left), 1<<t.IntN(17)))])
	t.left = t.left[n:]
	return n, nil
}

// outcome is all that a run says.
type outcome struct {
	Counts   job.Counts
	Bytes    int64
	Groups   []group
	Small    int
	Extremes [2]string
	Err      error
}

type group struct {
	aggregate.Group
	Mean string
}

func groupsOf(groups []aggregate.Group) (all []group) {
	for _, g := range groups {
		all = append(all, group{aggregate.Group{Hospital: g.Hospital, Diagnosis: g.Diagnosis, Treatment: g.Treatment,
			Count: g.Count, Record: g.Record, Offset: g.Offset}, string(g.AppendMean(nil))})
	}
	return all
}

// single reduces the objects one after the other, as one function does.
func single(p *Plan, f *files, o job.Options) (out outcome) {
	var all *job.Reducer
	kept := 0 // places of bad rows
	for i, object := range p.Objects {
		body, _ := f.Open(context.Background(), object, 0, object.Size)
		r := job.NewReducer(o)
		if take := f.limit(); take != nil {
			r.LimitMemory(take)
		}
		n, err := r.ReadFrom(body)
		out.Bytes += n
		if err == nil {
			one := r.Counts
			one.Bad = one.Bad[:min(len(one.Bad), job.MaxBad-kept)]
			kept += len(one.Bad)
			err = o.Verdict(&one)
		}
		if err == nil && i > 0 {
			r.Table().Shift(0, 0, place(i, 0))
			for k, bad := range r.Bad {
				r.Bad[k] = &job.Error{Bucket: object.Bucket, Key: object.Key, Err: bad}
			}
			err = all.Merge(r)
		} else if i == 0 {
			all = r
			for k, bad := range r.Bad {
				if len(p.Objects) > 1 {
					r.Bad[k] = &job.Error{Bucket: object.Bucket, Key: object.Key, Err: bad}
				}
			}
		}
		if err != nil {
			return outcome{Err: &job.Error{Bucket: object.Bucket, Key: object.Key, Err: err}}
		}
	}
	out.Counts, out.Groups, out.Small = all.Counts, groupsOf(all.Groups()), all.Suppressed
	if least, greatest, ok := all.Extreme(); ok {
		out.Extremes = [2]string{string(least.Append(nil)), string(greatest.Append(nil))}
	}
	return out
}

// run carries out a plan. Tasks are done in any order; some die, and some are done twice, by
// another function: then their partials are the same.
func run(t *testing.T, r *rand.Rand, p *Plan, f *files, o job.Options) (out outcome, rounds int) {
	t.Helper()
	fail := func(err error) (outcome, int) { return outcome{Err: err}, rounds }
	mappers := make([]*Mapper, 3)
	for i := range mappers {
		mappers[i] = &Mapper{Source: f, Options: &o}
	}
	store := map[string][]byte{}
	var chain *Chain
	for tasks := p.First(); chain == nil; rounds++ {
		if rounds > len(p.Shards) {
			t.Fatalf("no chain after %d rounds of %d shards", rounds, len(p.Shards))
		}
		r.Shuffle(len(tasks), func(i, j int) { tasks[i], tasks[j] = tasks[j], tasks[i] })
		var failed error
		var at int
		for len(tasks) > 0 {
			task := tasks[0]
			if r.IntN(8) > 0 { // else it is delivered again
				tasks = tasks[1:]
			}
			m := mappers[r.IntN(len(mappers))]
			if f.memory > 0 {
				m = &Mapper{Source: f, Options: &o, Memory: f.limit()} // with nothing kept
			}
			partial, err := m.Map(context.Background(), nil, p, task)
			if err != nil {
				if failed == nil || task.Shard < at {
					failed, at = err, task.Shard
				}
				if len(tasks) > 0 && tasks[0] == task {
					tasks = tasks[1:]
				}
				continue
			}
			if r.IntN(8) == 0 && len(tasks) > 0 && tasks[0] != task {
				tasks = append(tasks, task) // it died before it stored anything
				continue
			}
			name := p.Name(task)
			if have := store[name]; have != nil && f.memory == 0 && !bytes.Equal(have, partial) {
				t.Fatalf("one task, two partials:\n%s\n%s", have, partial)
			}
			store[name] = partial
		}
		if failed != nil {
			return fail(failed)
		}
		var heads []*Head
		for _, partial := range store {
			var reader Reader
			if err := reader.Reset(bytes.NewReader(partial)); err != nil {
				t.Fatalf("%v:\n%s", err, partial)
			}
			heads = append(heads, reader.Head)
		}
		r.Shuffle(len(heads), func(i, j int) { heads[i], heads[j] = heads[j], heads[i] })
		var err error
		if chain, tasks, err = Check(p, &o, heads); err != nil {
			return fail(err)
		}
		for _, task := range tasks {
			if store[p.Name(task)] != nil {
				t.Fatalf("%v is to be done again", task)
			}
		}
	}
	out.Counts, out.Bytes = chain.Counts, chain.Bytes
	if chain.Extremes {
		out.Extremes = [2]string{string(chain.Least.Append(nil)), string(chain.Greatest.Append(nil))}
	}
	var reader Reader
	var rows int64
	var all []aggregate.Group
	parts := 1 + r.IntN(3)
	for k := range parts {
		merged := job.NewReducer(o)
		if take := f.limit(); take != nil {
			merged.LimitMemory(take)
		}
		m := NewMerger(merged)
		m.Part, m.Parts = k, parts
		for _, i := range r.Perm(len(chain.Links)) {
			l := chain.Links[i]
			if err := reader.Reset(bytes.NewReader(store[p.Name(l.Task)])); err != nil {
				t.Fatal(err)
			}
			if err := m.Add(&reader, l); err != nil {
				return fail(err)
			}
		}
		all = append(all, merged.Groups()...)
		out.Small += merged.Suppressed
		rows += merged.Table().Rows()
	}
	if rows != chain.Rows {
		t.Fatalf("%d rows in the groups, %d in the chain", rows, chain.Rows)
	}
	slices.SortFunc(all, func(a, b aggregate.Group) int { return int(a.Offset - b.Offset) })
	out.Groups = groupsOf(all)
	return out, rounds
}

// Whatever the files, the settings and the size of shards: the result is that of a single run, and
// where a single run fails, the same error.
func TestPlans(t *testing.T) {
	var failures, limits, again, most int
	for k := range uint64(*plans) {
		r := rand.New(rand.NewPCG(*seed+k, 1))
		n := shardtest.New(r)
		f := &files{Rand: r, memory: n.Memory}
		count := 1
		if r.IntN(4) == 0 {
			count += r.IntN(5)
		}
		for range count {
			f.bytes = append(f.bytes, n.File(1<<r.IntN(7)))
		}
		if count > 1 && r.IntN(4) == 0 {
			f.bytes[r.IntN(count)] = nil // an object without bytes
		}
		longest := 0
		for _, b := range f.bytes {
			longest = max(longest, len(b))
		}
		p, err := NewPlan("run", &n.Options, f.objects(), int64(1+r.IntN(longest+2)))
		if err != nil {
			t.Fatal(err)
		}
		want := single(p, f, n.Options)
		got, rounds := run(t, r, p, f, n.Options)
		switch {
		case f.memory > 0 && (want.Err != nil || got.Err != nil):
			// A shard needs less memory than all of them, and a merge other memory.
			limits++
		case !reflect.DeepEqual(got, want):
			t.Fatalf("seed %d, %d objects, %d shards of %d bytes\ngot  %+v\n%v\nwant %+v\n%v\n%q", *seed+k, len(p.Objects), len(p.Shards), p.Size, got, got.Err, want, want.Err, f.bytes)
		case want.Err != nil:
			failures++
		}
		if rounds > 1 {
			again++
		}
		most = max(most, rounds)
		if count == 1 && want.Err == nil && k%4 == 0 {
			independent(t, f.bytes[0], n, got)
		}
	}
	t.Logf("%d plans: %d with errors, %d with limits, %d with more than one round, at most %d", *plans, failures, limits, again, most)
	if failures < *plans/20 || again < *plans/20 || limits == 0 {
		t.Error("the plans are too tame")
	}
}

// independent compares a result with that of the reference, which shares no code with it.
func independent(t *testing.T, file []byte, n *shardtest.Nasty, got outcome) {
	t.Helper()
	if n.Comma != "," || bytes.Contains(file, []byte("G\r\nH")) || !reflect.DeepEqual(n.Options, job.Options{Manifest: n.Options.Manifest}) {
		return
	}
	want, err := dataset.Reduce(bytes.NewReader(file))
	if err != nil {
		return // encoding/csv differs where package csvfast says so
	}
	if len(want) != len(got.Groups) {
		t.Fatalf("%d groups, want %d: %q", len(got.Groups), len(want), file)
	}
	for _, w := range want {
		if !slices.ContainsFunc(got.Groups, func(g group) bool {
			return g.Hospital == w.Hospital && g.Diagnosis == w.Diagnosis && g.Mean == w.Mean && g.Treatment == w.Treatment && g.Count == w.Rows
		}) {
			t.Fatalf("no group %+v: %q", w, file)
		}
	}
}
