// Package steps carries out the steps of a run in shards, each in an invocation of its own. Package
// shard says what shards are, and package event has the steps' payloads and answers.
//
//	plan      objects                 -> tasks-1.part: the shards, each a task of map
//	map       a task                  -> a partial
//	check     tasks, heads            -> chain.part; or tasks-2.part and so on, to map again
//	prepare   chain, partials         -> nothing: what a single run checks before it writes
//	write     chain, partials         -> items in the table
//	publish   chain, counts of write  -> the manifest, and the pointer of LATEST
//
// All objects of a run are in the bucket of what is read, under [shard.Folder] and the run's name.
// They are written on condition that there is none, and one that is there already has to be the
// same. So every step can be repeated, at any time, by any function.
package steps

import (
	"context"
	"errors"
	"io"
	"strconv"

	"reduction/internal/aws"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/shard"
	"reduction/internal/stores"
)

var (
	ErrSettings = errors.New("the function's settings are not those of the plan: start the run again")
	ErrVerify   = errors.New("VERIFY=full does not work in shards: S3 sends no checksum with a part of an object")
	ErrRun      = errors.New("the run is not the one that the step before has answered")
	ErrRounds   = errors.New("too many rounds of maps have not found where the shards' records begin: the quotes are damaged in many places; make shards larger, or mend the object")
	ErrSplit    = errors.New("the groups are too many for the function's memory: split them into more parts")
	ErrParts    = errors.New("not every part of the groups has been stored once")
)

const (
	// maxRounds bounds how often check may ask for further maps. An object without damage takes
	// two rounds.
	maxRounds = 20

	// maxParts bounds into how many parts groups are split. All their numbers are in the state of
	// a state machine, which has 256 KiB (Step Functions Developer Guide, Quotas).
	maxParts = 256
	// splitBy is how many parts each split makes of one.
	splitBy = 4
)

// Runner carries out steps.
type Runner struct {
	Job        *job.Job
	Client     *aws.Client
	VerifyFull bool // VERIFY=full is set, so that plan refuses
}

// store is where the objects of a run are.
func (r *Runner) store(bucket string) stores.Shards {
	return stores.Shards{Client: r.Client, Bucket: bucket, Partials: shard.Folder}
}

// accept fails where a run was planned by a function with other settings. If it has to be checked, it
// has the time from which TTL_DAYS counts.
func (r *Runner) accept(run *event.Run, checked bool) error {
	if run.Settings != r.Job.Options.Digest() {
		return failed(run, ErrSettings)
	}
	if checked && run.Time == 0 || run.Objects > job.MaxShardedObjects {
		return failed(run, ErrRun)
	}
	return nil
}

// nameOfTasks names the tasks of a round, and nameOfChain the chain.
func nameOfTasks(run string, round int64) string {
	return run + "/tasks-" + strconv.FormatInt(round, 10) + shard.Suffix
}

func nameOfChain(run string) string { return run + "/chain" + shard.Suffix }

// Map carries out a task. Damage is no error: check judges it.
func (r *Runner) Map(ctx context.Context, t *event.Task) error {
	run := &event.Run{Bucket: t.Bucket, Key: shard.Folder + t.Run, Settings: t.Settings}
	if err := r.accept(run, false); err != nil {
		return err
	}
	if len(t.Objects) == 0 {
		return failed(run, shard.ErrTask)
	}
	var objects []shard.Object
	for i := range t.Objects {
		objects = append(objects, objectOf(t.Bucket, &t.Objects[i]))
	}
	p := shard.One(t.Run, t.Settings, int(t.Shard), piecesOf(t), objects)
	task := taskOf(t)
	store := r.store(t.Bucket)
	return r.Job.WithMemory(ctx, func(ctx context.Context, rows *job.Reducer) error {
		m := shard.Mapper{Source: store, Options: &r.Job.Options, Memory: rows.Take}
		partial, err := m.Map(ctx, nil, p, task)
		if err != nil {
			return err
		}
		return store.PutPartial(ctx, p.Name(task), partial)
	})
}

// taskOf returns the task that a payload is of.
func taskOf(t *event.Task) shard.Task {
	task := shard.Task{Shard: int(t.Shard), Start: t.Start}
	if t.Start == 0 {
		task.Start = shard.Guess
	}
	return task
}

// piecesOf returns the shard of a task.
func piecesOf(t *event.Task) (s shard.Shard) {
	for _, p := range t.Objects {
		s = append(s, shard.Piece{Object: int(p.Object), From: p.From, To: p.To})
	}
	return s
}

// objectOf returns the object of a piece.
func objectOf(bucket string, p *event.Piece) shard.Object {
	return shard.Object{Object: job.Object{Bucket: bucket, Key: p.Key, VersionID: p.VersionID, ETag: p.ETag}, Size: p.Size}
}

// Split answers with more parts, where a prepare has failed because they were too few.
func (r *Runner) Split(s *event.Step) (*event.Next, error) {
	if s.Parts >= maxParts {
		return nil, &job.Error{Bucket: s.Run.Bucket, Key: s.Run.Key, Err: job.ErrTooLarge}
	}
	return &event.Next{Run: s.Run, Parts: min(splitBy*s.Parts, maxParts)}, nil
}

// ahead is how many objects are opened before they are read: what S3 takes to answer is longer than
// what a partial takes to read.
const ahead = 8

// eachPartial reads partials in order: read gets each with its head read.
func eachPartial(ctx context.Context, store stores.Shards, p *shard.Plan, tasks []shard.Task, read func(i int, partial *shard.Reader) error) error {
	type opened struct {
		io.ReadCloser
		err error
	}
	ctx, cancel := context.WithCancel(ctx)
	queue := make(chan chan opened, ahead)
	defer func() {
		cancel()
		for c := range queue {
			if o := <-c; o.err == nil {
				o.Close()
			}
		}
	}()
	go func() {
		defer close(queue)
		for _, t := range tasks {
			c := make(chan opened, 1)
			select {
			case queue <- c:
			case <-ctx.Done():
				return
			}
			go func() {
				body, err := store.OpenPartial(ctx, p.Name(t))
				c <- opened{body, err}
			}()
		}
	}()
	var partial shard.Reader
	for i, t := range tasks {
		c, ok := <-queue
		if !ok {
			return context.Cause(ctx)
		}
		o := <-c
		if o.err != nil {
			return o.err
		}
		err := partial.Reset(o)
		if err == nil {
			err = read(i, &partial)
		}
		if err == nil {
			err = drain(o)
		}
		o.Close()
		if errors.Is(err, shard.ErrPartial) {
			err = &job.Error{Bucket: store.Bucket, Key: store.Partials + p.Name(t), Err: err}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// drain reads what is left of a small partial, so that its connection can be used again.
func drain(src io.Reader) error {
	const small = 256 << 10
	var buffer [4 << 10]byte
	for left := small; left > 0; {
		n, err := src.Read(buffer[:])
		if left -= n; err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}
