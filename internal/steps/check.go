package steps

import (
	"context"
	"errors"
	"io"

	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/shard"
	"reduction/internal/stores"
)

// Check looks for the chain of all partials. If there is none yet, it stores the tasks that are to be
// mapped again. Else it checks what a single run checks before it looks at its groups, and stores
// the chain, which it returns, too.
func (r *Runner) Check(ctx context.Context, s *event.Step) (next *event.Next, chain *shard.Chain, err error) {
	if err := r.accept(&s.Run, false); err != nil {
		return nil, nil, err
	}
	err = r.Job.WithMemory(ctx, func(ctx context.Context, rows *job.Reducer) error {
		next, chain, err = r.check(ctx, s, rows)
		return err
	})
	return next, chain, err
}

// headBytes is the memory that the head of a partial takes, with some bad rows.
const headBytes = 1 << 10

func (r *Runner) check(ctx context.Context, s *event.Step, rows *job.Reducer) (next *event.Next, chain *shard.Chain, err error) {
	store := r.store(s.Run.Bucket)
	p, tasks, err := r.rounds(ctx, store, &s.Run, s.Round, rows)
	if err != nil {
		return nil, nil, err
	}
	if err := rows.Take(int64(len(tasks)) * headBytes); err != nil {
		return nil, nil, failed(&s.Run, err)
	}
	heads := make([]*shard.Head, len(tasks))
	err = eachPartial(ctx, store, p, tasks, func(i int, partial *shard.Reader) error {
		if partial.Task != tasks[i] || !p.Fits(partial.Head) {
			return shard.ErrPartial
		}
		heads[i] = partial.Head
		heads[i].Treatments = nil // they may be many, and nothing is merged here
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	chain, again, err := shard.Check(p, &r.Job.Options, heads)
	switch {
	case err != nil:
		return nil, nil, err
	case chain != nil:
		next = &event.Next{Run: s.Run, Parts: 1}
		next.Run.Time = r.Job.Now().Unix()
		return next, chain, store.PutPartial(ctx, nameOfChain(s.Run.Name), chain.Append(nil, p))
	case s.Round >= maxRounds:
		o := &p.Objects[p.Shards[again[0].Shard][0].Object]
		return nil, nil, &job.Error{Bucket: o.Bucket, Key: o.Key, Err: ErrRounds}
	}
	name := nameOfTasks(s.Run.Name, s.Round+1)
	next = &event.Next{Run: s.Run, Tasks: store.Partials + name, Count: len(again), Round: s.Round + 1}
	return next, nil, store.PutPartial(ctx, name, appendTasks(nil, p, again))
}

// rounds returns the plan, and the tasks of all rounds so far.
func (r *Runner) rounds(ctx context.Context, store stores.Shards, run *event.Run, round int64, rows *job.Reducer) (p *shard.Plan, all []shard.Task, err error) {
	p, tasks, err := readPlan(ctx, store, run, rows)
	if err == nil && run.Objects != int64(len(p.Objects)) {
		err = strange(store, nameOfTasks(run.Name, 1))
	}
	for i := int64(1); err == nil; i++ {
		for k := range tasks {
			all = append(all, taskOf(&tasks[k]))
		}
		if i == round {
			return p, all, nil
		}
		tasks, err = readTasks(ctx, store, run.Name, i+1, rows)
	}
	return nil, nil, err
}

// readChain reads what check has stored.
func readChain(ctx context.Context, store stores.Shards, run *event.Run) (*shard.Chain, error) {
	name := nameOfChain(run.Name)
	body, err := store.OpenPartial(ctx, name)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	chain, err := shard.ReadChain(io.Reader(body), run.Name, run.Settings)
	if errors.Is(err, shard.ErrPartial) {
		err = &job.Error{Bucket: store.Bucket, Key: store.Partials + name, Err: err}
	}
	return chain, err
}
