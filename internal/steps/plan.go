package steps

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"reduction/ddbwire"
	"reduction/internal/aws/dynamodb"
	"reduction/internal/aws/s3"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/shard"
	"reduction/internal/stores"
)

// Plan fixes what is read, and stores the tasks of the first round. Whatever changes between two
// deliveries of one step, the first has made the plan.
func (r *Runner) Plan(ctx context.Context, s *event.Step) (next *event.Next, p *shard.Plan, err error) {
	if r.VerifyFull {
		return nil, nil, ErrVerify
	}
	err = r.Job.WithMemory(ctx, func(ctx context.Context, rows *job.Reducer) error {
		next, p, err = r.plan(ctx, s, rows)
		return err
	})
	return next, p, err
}

func (r *Runner) plan(ctx context.Context, s *event.Step, rows *job.Reducer) (next *event.Next, p *shard.Plan, err error) {
	next = &event.Next{Run: event.Run{Settings: r.Job.Options.Digest()}}
	run := &next.Run
	run.Name = runName(s.Execution, run.Settings, string(s.Payload))
	objects, err := r.objects(ctx, s.Input, run)
	if err != nil {
		return nil, nil, err
	}
	if err := takeFor(rows, objects); err != nil {
		return nil, nil, failed(run, err)
	}
	store := r.store(run.Bucket)
	if p, err = shard.NewPlan(run.Name, &r.Job.Options, objects, s.Size); err != nil {
		if errors.Is(err, shard.ErrNoObjects) || errors.Is(err, shard.ErrTooManyObjects) {
			err = failed(run, err)
		}
		return nil, nil, err
	}
	if err := p.Verify(ctx, store); err != nil {
		return nil, nil, err
	}
	// A table that write could not use is known before hours of maps. Where the role may not ask for
	// it, write finds out.
	err = r.Job.Sink.CheckTable(ctx, run.Table)
	if errors.Is(err, ddbwire.ErrTableKeys) || errors.Is(err, dynamodb.ErrNoSuchTable) {
		return nil, nil, err
	}
	err = store.PutPartial(ctx, nameOfTasks(run.Name, 1), appendTasks(nil, p, p.First()))
	if errors.Is(err, stores.ErrTwoPartials) { // what is read has changed since the first delivery
		p, _, err = readPlan(ctx, store, run, rows)
	}
	if err != nil {
		return nil, nil, err
	}
	run.Objects = int64(len(p.Objects))
	if run.Of == event.OfObject {
		run.ETag = p.Objects[0].ETag
	}
	if run.PartitionKey = s.Input.PartitionKey(s.Execution, 0); run.PartitionKey != "" {
		run.PartitionKey = s.Execution
	}
	result := sharded(run, p)
	if err := r.Job.Name(result); err != nil {
		return nil, nil, err
	}
	run.PartitionKey, run.Result = result.PartitionKey, result.Run
	next.Tasks, next.Count, next.Round = store.Partials+nameOfTasks(run.Name, 1), len(p.Shards), 1
	return next, p, nil
}

// runName names a run by what its plan depends on. None of the parts has a zero byte.
func runName(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func failed(run *event.Run, err error) error {
	return &job.Error{Bucket: run.Bucket, Key: run.Key, Err: err}
}

// objects returns the objects that an event names, with their versions and sizes. It says in run
// what they are.
func (r *Runner) objects(ctx context.Context, in *event.Event, run *event.Run) (objects []shard.Object, err error) {
	first := &in.Objects[0]
	run.Bucket, run.Of, run.Key, run.Table = first.Bucket, event.OfObject, first.Key, first.Table
	if first.Prefix != "" {
		run.Of, run.Key = event.OfPrefix, first.Prefix
		listed, err := r.Job.Source.List(ctx, run.Bucket, run.Key, shard.MaxObjects)
		if err != nil {
			return nil, err
		}
		for _, o := range listed {
			objects = append(objects, shard.Object{Object: job.Object{Bucket: run.Bucket, Key: o.Key, ETag: o.ETag}, Size: o.Size})
		}
	} else {
		if len(in.Objects) > 1 {
			run.Of, run.Key = event.OfList, ""
		}
		for i := range in.Objects {
			o := &in.Objects[i]
			h, err := r.Client.S3.Head(ctx, s3.ObjectRef{Bucket: o.Bucket, Key: o.Key, VersionID: o.VersionID, ETag: o.ETag})
			if err == nil && h.Size < 0 {
				err = &job.Error{Bucket: o.Bucket, Key: o.Key, Err: s3.ErrUnconfirmed}
			}
			if err != nil {
				return nil, err
			}
			// A version that the event does not name is not asked for: that takes another right.
			objects = append(objects, shard.Object{Object: job.Object{Bucket: o.Bucket, Key: o.Key, VersionID: o.VersionID, ETag: h.ETag}, Size: h.Size})
			if run.Of == event.OfObject {
				run.VersionID = h.VersionID
			}
		}
	}
	seen := make(map[string]bool)
	for i := range objects {
		o := &objects[i]
		switch {
		case o.ETag == "" || strings.HasPrefix(o.ETag, "W/"):
			return nil, &job.Error{Bucket: o.Bucket, Key: o.Key, Err: job.ErrNoVersion}
		case run.Of == event.OfList && seen[o.Key]:
			return nil, &job.Error{Bucket: o.Bucket, Key: o.Key, Err: ErrTwice}
		case run.Of == event.OfList:
			seen[o.Key] = true
		}
	}
	return objects, nil
}

// ErrTwice says that a list names an object twice.
var ErrTwice = errors.New("the input of plan names the object twice: its rows would count twice")

// takeFor takes the memory that a plan of objects needs, its JSON included.
func takeFor(rows *job.Reducer, objects []shard.Object) error {
	bytes := int64(0)
	for i := range objects {
		o := &objects[i]
		bytes += 600 + 6*int64(len(o.Key)+len(o.VersionID)+len(o.ETag))
	}
	return rows.Take(bytes)
}

// sharded returns the result of a run. p is nil where the names of its objects are not needed.
func sharded(run *event.Run, p *shard.Plan) *job.Sharded {
	s := &job.Sharded{
		Object: job.Object{Bucket: run.Bucket, Key: run.Key, VersionID: run.VersionID, ETag: run.ETag},
		Prefix: run.Of == event.OfPrefix, List: run.Of == event.OfList,
		Table: run.Table, PartitionKey: run.PartitionKey, Run: run.Result, Time: time.Unix(run.Time, 0),
	}
	if run.Of != event.OfObject {
		s.Objects = make([]job.Listed, run.Objects)
	}
	if p != nil {
		for i := range s.Objects {
			s.Objects[i] = job.Listed{Key: p.Objects[i].Key, ETag: p.Objects[i].ETag, Size: p.Objects[i].Size}
		}
	}
	return s
}

// appendTasks appends tasks of a plan as a JSON array: the items of a Distributed Map.
func appendTasks(dst []byte, p *shard.Plan, tasks []shard.Task) []byte {
	dst = append(dst, '[')
	for i, task := range tasks {
		if i > 0 {
			dst = append(dst, ",\n"...)
		}
		t := event.Task{Run: p.Run, Settings: p.Settings, Shard: int64(task.Shard), Start: max(0, task.Start)}
		for _, piece := range p.Shards[task.Shard] {
			o := p.Objects[piece.Object]
			t.Bucket = o.Bucket
			t.Objects = append(t.Objects, event.Piece{Object: int64(piece.Object), Key: o.Key, VersionID: o.VersionID, ETag: o.ETag,
				Size: o.Size, From: piece.From, To: piece.To})
		}
		dst = t.Append(dst)
	}
	return append(dst, ']')
}

// readTasks reads the tasks of a round.
func readTasks(ctx context.Context, store stores.Shards, run string, round int64, rows *job.Reducer) (tasks []event.Task, err error) {
	name := nameOfTasks(run, round)
	// The tasks, and a plan that is made of them, take less than the document twice.
	document, err := store.ReadPartial(ctx, name, func(bytes int64) error { return rows.Take(3 * bytes) })
	if err != nil {
		return nil, err
	}
	if tasks, err = event.ParseTasks(document); err != nil {
		err = strange(store, name)
	}
	return tasks, err
}

// strange is the error about tasks that are not as this function writes them.
func strange(store stores.Shards, name string) error {
	return &job.Error{Bucket: store.Bucket, Key: store.Partials + name, Err: shard.ErrPartial}
}

// readPlan reads the tasks of the first round, and returns the plan that they are of. It fails unless
// each object is there from its beginning to its end, and one that is cut shares no shard.
func readPlan(ctx context.Context, store stores.Shards, run *event.Run, rows *job.Reducer) (*shard.Plan, []event.Task, error) {
	tasks, err := readTasks(ctx, store, run.Name, 1, rows)
	if err != nil {
		return nil, nil, err
	}
	p := &shard.Plan{Run: run.Name, Settings: run.Settings}
	good, left := len(tasks) > 0, int64(0) // of the last object
	for i := range tasks {
		t := &tasks[i]
		good = good && t.Run == p.Run && t.Settings == p.Settings && t.Shard == int64(i) && len(t.Objects) > 0
		for k := range t.Objects {
			piece := &t.Objects[k]
			o := objectOf(t.Bucket, piece)
			if left == 0 {
				p.Objects = append(p.Objects, o)
				left = o.Size
			}
			last := len(p.Objects) - 1
			whole := piece.To-piece.From == o.Size
			good = good && piece.Object == int64(last) && o == p.Objects[last] && piece.From == o.Size-left && (whole || len(t.Objects) == 1)
			left = o.Size - piece.To
		}
		p.Shards = append(p.Shards, piecesOf(t))
	}
	if !good || left > 0 {
		return nil, nil, strange(store, nameOfTasks(run.Name, 1))
	}
	return p, tasks, nil
}
