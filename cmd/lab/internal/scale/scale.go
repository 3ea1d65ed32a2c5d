// Package scale reduces files in shards, as the function does on Step Functions: plan, map, check,
// map again where a guess was wrong, merge. Everything runs on this machine; what fails on AWS is
// made to fail here.
package scale

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"reduction/cmd/lab/internal/reduce"
	"reduction/internal/job"
	"reduction/internal/shard"
)

// Source is where the files of a run are: [Files], or [S3].
type Source interface {
	shard.Source
	// Objects returns the files that names name, with their sizes and versions.
	Objects(ctx context.Context, names []string) ([]shard.Object, error)
}

// Partials is where partials are kept: a [Folder], or stores.Shards.
type Partials interface {
	PutPartial(ctx context.Context, name string, data []byte) error
	OpenPartial(ctx context.Context, name string) (io.ReadCloser, error)
}

// A Run says how to reduce, and holds the outcome.
type Run struct {
	Name     string   // part of the partials' names
	Source   Source   // nil: Files
	Partials Partials // nil: a folder that is removed at the end

	Size      int64  // of shards, in bytes
	Functions int    // that map at a time
	Faults    bool   // functions die, are slow, and are started twice
	Seed      uint64 // of the order of tasks, and of the faults

	reduce.Reduction // the result

	Empty        int // files without bytes, which are left out
	Shards       int
	Rounds       int           // of maps
	Maps         int           // that were started
	Died         int           // of these
	Repeated     int           // tasks that were delivered again although they had been done
	PartialBytes int64         // stored
	MapTime      time.Duration // of all functions together
	MergeTime    time.Duration
}

// Files reduces files to one result.
func (r *Run) Files(ctx context.Context, names []string) error {
	err := r.files(ctx, names)
	if r.Reducer != nil {
		for i, bad := range r.Bad {
			r.Bad[i] = named(bad)
		}
	}
	return named(err)
}

// named names a file as a file, not as an object of S3.
func named(err error) error {
	if e, ok := errors.AsType[*job.Error](err); ok {
		return fmt.Errorf("%s: %w", nameOf(e.Bucket, e.Key), e.Err)
	}
	return err
}

func nameOf(bucket, key string) string {
	if bucket == "" {
		return key
	}
	return "s3://" + bucket + "/" + key
}

func (r *Run) files(ctx context.Context, names []string) error {
	start := time.Now()
	if r.Source == nil {
		r.Source = Files{}
	}
	objects, err := r.Source.Objects(ctx, names)
	if err != nil {
		return err
	}
	p, err := shard.NewPlan(r.Name, &r.Options, objects, r.Size)
	if err != nil {
		return err
	}
	if err := p.Verify(ctx, r.Source); err != nil {
		return err
	}
	if r.Partials == nil {
		folder, err := os.MkdirTemp("", "lab-scale-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		r.Partials = Folder(folder)
	}
	r.Shards, r.Empty = len(p.Shards), p.Empty
	chain, err := r.mapAll(ctx, p)
	if err != nil {
		return err
	}
	r.Reducer = job.NewReducer(r.Options)
	merger := shard.NewMerger(r.Reducer)
	r.Counts, r.Bytes, r.Cores = chain.Counts, chain.Bytes, r.Functions
	merging := time.Now()
	if err := r.merge(ctx, p, chain, merger); err != nil {
		return err
	}
	r.MergeTime = time.Since(merging)
	r.Took = time.Since(start)
	err = r.SetGroups(r.Groups())
	if same, ok := errors.AsType[*job.GroupError](err); ok {
		// The two places may be in two files.
		a, at := p.Place(same.First.Offset)
		b, other := p.Place(same.Other.Offset)
		same.First.Offset, same.Other.Offset = at, other
		if a, b := nameOf(a.Bucket, a.Key), nameOf(b.Bucket, b.Key); a != b {
			return fmt.Errorf("%s, byte %d, and %s, byte %d: %w", a, at, b, other, same.Err)
		}
		return &job.Error{Bucket: a.Bucket, Key: a.Key, Err: same}
	}
	return err
}

// mapAll maps until the shards are a chain.
func (r *Run) mapAll(ctx context.Context, p *shard.Plan) (*shard.Chain, error) {
	var heads []*shard.Head
	var reader shard.Reader
	for tasks := p.First(); ; {
		if r.Rounds > len(p.Shards) {
			return nil, fmt.Errorf("%d rounds have found no chain: %w", r.Rounds, shard.ErrBroken)
		}
		r.Rounds++
		if err := r.round(ctx, p, tasks); err != nil {
			return nil, err
		}
		for _, t := range tasks {
			f, err := r.Partials.OpenPartial(ctx, p.Name(t))
			if err != nil {
				return nil, err
			}
			err = reader.Reset(f)
			f.Close()
			if err != nil {
				return nil, err
			}
			heads = append(heads, reader.Head)
		}
		chain, again, err := shard.Check(p, &r.Options, heads)
		if err != nil || chain != nil {
			return chain, err
		}
		tasks = again
	}
}

// round carries out tasks, some functions at a time. Where tasks fail, it returns the error of the
// first shard among them.
func (r *Run) round(ctx context.Context, p *shard.Plan, tasks []shard.Task) error {
	queue := &queue{}
	for _, t := range tasks {
		queue.waiting = append(queue.waiting, delivery{Task: t})
	}
	order := rand.New(rand.NewPCG(r.Seed, uint64(r.Rounds)))
	order.Shuffle(len(queue.waiting), func(i, j int) {
		queue.waiting[i], queue.waiting[j] = queue.waiting[j], queue.waiting[i]
	})
	var mu sync.Mutex
	var failed error
	first := len(p.Shards)
	var wg sync.WaitGroup
	for range min(r.Functions, len(tasks)) {
		wg.Go(func() {
			f := &function{run: r, mapper: shard.Mapper{Source: r.Source, Options: &r.Options}}
			for {
				d, ok := queue.take()
				if !ok {
					break
				}
				err := f.carryOut(ctx, p, d, queue)
				mu.Lock()
				if err != nil && d.Shard < first {
					failed, first = err, d.Shard
				}
				mu.Unlock()
			}
			mu.Lock()
			defer mu.Unlock()
			r.Maps += f.maps
			r.Died += f.died
			r.Repeated += f.repeated
			r.PartialBytes += f.bytes
			r.MapTime += f.time
		})
	}
	wg.Wait()
	return failed
}

// delivery is a task, and how often it has been delivered before.
type delivery struct {
	shard.Task
	times int
}

// queue holds the tasks of a round. A task that is put back is taken by a later function; none
// waits for what others may put back, since they take it themselves.
type queue struct {
	mu      sync.Mutex
	waiting []delivery
}

func (q *queue) take() (d delivery, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return d, false
	}
	d = q.waiting[0]
	q.waiting = q.waiting[1:]
	return d, true
}

func (q *queue) putBack(d delivery) {
	q.mu.Lock()
	defer q.mu.Unlock()
	d.times++
	q.waiting = append(q.waiting, d)
}

// function carries out tasks, one after the other.
type function struct {
	run    *Run
	mapper shard.Mapper
	buffer []byte

	maps, died, repeated int
	bytes                int64
	time                 time.Duration
}

// carryOut maps a shard and stores its partial, unless it dies.
func (f *function) carryOut(ctx context.Context, p *shard.Plan, d delivery, q *queue) (err error) {
	start := time.Now()
	defer func() { f.time += time.Since(start) }()
	f.maps++
	fate := f.run.fate(d)
	if fate == slow {
		time.Sleep(time.Duration(d.Shard%10) * time.Millisecond)
	}
	if fate == lost {
		f.died++
		q.putBack(d)
		return nil
	}
	if f.buffer, err = f.mapper.Map(ctx, f.buffer[:0], p, d.Task); err != nil {
		return err
	}
	if fate == deadBefore {
		f.died++
		f.mapper = shard.Mapper{Source: f.run.Source, Options: &f.run.Options} // its successor knows nothing
		q.putBack(d)
		return nil
	}
	if err := f.run.Partials.PutPartial(ctx, p.Name(d.Task), f.buffer); err != nil {
		return err
	}
	switch fate {
	case deadAfter:
		f.died++
		q.putBack(d)
	case twice:
		f.repeated++
		q.putBack(d)
	default:
		f.bytes += int64(len(f.buffer))
	}
	return nil
}

// fate is what becomes of a function.
type fate int

const (
	fine       fate = iota
	slow            // it takes its time
	lost            // it dies before it has done anything
	deadBefore      // it dies before its partial is stored
	deadAfter       // it dies after that, before it can say so
	twice           // it succeeds, and the task is delivered again
	fates
)

// maxFaults is how often a task meets a fault at the most.
const maxFaults = 3

func (r *Run) fate(d delivery) fate {
	if !r.Faults || d.times >= maxFaults {
		return fine
	}
	chance := rand.New(rand.NewPCG(r.Seed, uint64(d.Shard)<<8|uint64(d.times)))
	if chance.IntN(3) > 0 {
		return fine
	}
	return fine.choose(chance)
}

// choose chooses one of the others.
func (fate) choose(chance *rand.Rand) fate { return fate(1 + chance.IntN(int(fates)-1)) }

// merge merges the partials of a chain.
func (r *Run) merge(ctx context.Context, p *shard.Plan, chain *shard.Chain, m *shard.Merger) error {
	var reader shard.Reader
	for _, l := range chain.Links {
		f, err := r.Partials.OpenPartial(ctx, p.Name(l.Task))
		if err != nil {
			return err
		}
		if err = reader.Reset(f); err == nil {
			err = m.Add(&reader, l)
		}
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
