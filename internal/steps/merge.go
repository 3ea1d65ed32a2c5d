package steps

import (
	"context"
	"errors"

	"reduction/aggregate"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/shard"
)

// Prepare merges a part of the groups, and checks all that a single run checks before it writes. It
// writes nothing. The error is ErrSplit where the part does not fit the memory.
func (r *Runner) Prepare(ctx context.Context, s *event.Step) (*job.Summary, error) {
	sum := new(job.Summary)
	err := r.merge(ctx, s, func(rows *job.Reducer) error {
		*sum = job.Summary{}
		return r.Job.Prepare(sharded(&s.Run, nil), rows, sum)
	})
	for _, large := range [...]error{job.ErrTooLarge, aggregate.ErrTooManyGroups, aggregate.ErrTooManyNames, aggregate.ErrTooManyCounters} {
		if errors.Is(err, large) {
			return sum, failed(&s.Run, ErrSplit)
		}
	}
	return sum, err
}

// Write merges a part of the groups as Prepare does, and stores their items.
func (r *Runner) Write(ctx context.Context, s *event.Step) (*event.Stored, *job.Summary, error) {
	sum := new(job.Summary)
	err := r.merge(ctx, s, func(rows *job.Reducer) error {
		*sum = job.Summary{}
		return r.Job.Store(ctx, sharded(&s.Run, nil), rows, sum)
	})
	stored := &event.Stored{Part: s.Part, Parts: s.Parts, Groups: int64(sum.Groups), Suppressed: int64(sum.Suppressed), Items: int64(sum.Items)}
	return stored, sum, err
}

// merge merges a part of the groups, and has them used.
func (r *Runner) merge(ctx context.Context, s *event.Step, use func(rows *job.Reducer) error) error {
	if err := r.accept(&s.Run, true); err != nil {
		return err
	}
	if s.Part >= s.Parts || s.Parts > maxParts {
		return failed(&s.Run, ErrParts)
	}
	return r.Job.WithMemory(ctx, func(ctx context.Context, rows *job.Reducer) error {
		store := r.store(s.Run.Bucket)
		chain, err := readChain(ctx, store, &s.Run)
		if err != nil {
			return err
		}
		tasks := make([]shard.Task, len(chain.Links))
		for i, l := range chain.Links {
			tasks[i] = l.Task
		}
		p := &shard.Plan{Run: s.Run.Name, Settings: s.Run.Settings} // all that the names of partials need
		m := shard.NewMerger(rows)
		m.Part, m.Parts = int(s.Part), int(s.Parts)
		err = eachPartial(ctx, store, p, tasks, func(i int, partial *shard.Reader) error {
			return m.Add(partial, chain.Links[i])
		})
		if err == nil {
			err = use(rows)
		}
		if _, ok := errors.AsType[*job.GroupError](err); ok {
			if p, _, e := r.rounds(ctx, store, &s.Run, 1, rows); e == nil {
				err = p.Placed(err)
			}
		}
		return err
	})
}

// Publish makes the result visible, once all of its parts are stored.
func (r *Runner) Publish(ctx context.Context, s *event.Step) (*job.Summary, error) {
	if err := r.accept(&s.Run, true); err != nil {
		return nil, err
	}
	start := r.Job.Now()
	sum := new(job.Summary)
	if err := add(s.Stored, sum); err != nil {
		return nil, failed(&s.Run, err)
	}
	err := r.Job.WithMemory(ctx, func(reading context.Context, rows *job.Reducer) error {
		store := r.store(s.Run.Bucket)
		chain, err := readChain(reading, store, &s.Run)
		if err != nil {
			return err
		}
		var p *shard.Plan
		if s.Run.Of == event.OfPrefix && r.Job.Options.Latest != job.NoLatest {
			if p, _, err = r.rounds(reading, store, &s.Run, 1, rows); err != nil {
				return err
			}
		}
		sum.Counts, sum.Bytes = chain.Counts, chain.Bytes
		sum.Run, sum.PartitionKey = s.Run.Result, s.Run.PartitionKey
		if s.Run.Of != event.OfObject {
			sum.Objects = int(s.Run.Objects)
		}
		e := job.Extremes{Least: chain.Least, Greatest: chain.Greatest, Known: chain.Extremes}
		return r.Job.Publish(ctx, sharded(&s.Run, p), e, sum)
	})
	sum.Write = r.Job.Now().Sub(start)
	return sum, err
}

// add adds up what has been stored. Each part has to be there once.
func add(stored []event.Stored, sum *job.Summary) error {
	seen := make([]bool, len(stored))
	for _, s := range stored {
		if s.Parts != int64(len(stored)) || s.Part >= s.Parts || seen[s.Part] {
			return ErrParts
		}
		seen[s.Part] = true
		sum.Groups += int(s.Groups)
		sum.Suppressed += int(s.Suppressed)
		sum.Items += int(s.Items)
	}
	if len(stored) == 0 {
		return ErrParts
	}
	return nil
}
