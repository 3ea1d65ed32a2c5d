package main

import (
	"context"
	"errors"

	"reduction/internal/event"
	"reduction/internal/logline"
	"reduction/runtime"
)

// step carries out a step of a run in shards, and logs a line with its figures.
func (f *function) step(ctx context.Context, inv *runtime.Invocation, s *event.Step) ([]byte, error) {
	start := f.job.Now()
	line := &stepLine{of: of(inv), run: s.Run.Name + s.Task.Run}
	answer, err := f.stepAnswer(ctx, inv, s, line)
	if err == nil && line.what != "" {
		line.fields = append(line.fields, logline.Text("run", line.run), logline.Millis("took", f.job.Now().Sub(start)))
		f.log.Log(logline.Info, line.of, line.what, line.fields...)
	}
	return answer, err
}

// stepLine is a line of the log about a step.
type stepLine struct {
	of        logline.Invocation
	what, run string
	fields    []logline.Field
}

func (l *stepLine) count(name string, n int64) {
	l.fields = append(l.fields, logline.Count(name, n))
}

func (f *function) stepAnswer(ctx context.Context, inv *runtime.Invocation, s *event.Step, line *stepLine) (answer []byte, err error) {
	const nothing = "{}"
	switch s.Name {
	case "plan":
		if err := f.needed(line.of, s.Input); err != nil {
			return nil, err
		}
		next, p, err := f.steps.Plan(ctx, s)
		if err != nil {
			return nil, f.planFailed(ctx, line.of, s.Input, err)
		}
		line.what, line.run = "planned", next.Run.Name
		line.count("shards", int64(next.Count))
		line.count("objects", next.Run.Objects)
		line.count("empty", int64(p.Empty))
		return next.Append(nil), nil
	case "map":
		line.what = "mapped"
		line.count("shard", s.Task.Shard)
		return []byte(nothing), f.steps.Map(ctx, &s.Task)
	case "check":
		next, chain, err := f.steps.Check(ctx, s)
		if err != nil {
			return nil, err
		}
		line.what = "checked"
		line.count("round", s.Round)
		if chain == nil {
			line.count("again", int64(next.Count))
		} else {
			f.skipped(line.of, "s3://"+s.Run.Bucket+"/"+s.Run.Key, chain.Bad)
			line.count("rows", chain.Rows)
			line.count("skipped", chain.Skipped)
		}
		return next.Append(nil), nil
	case "split":
		next, err := f.steps.Split(s)
		if err != nil {
			return nil, err
		}
		line.what = "split"
		line.count("parts", next.Parts)
		return next.Append(nil), nil
	case "prepare":
		sum, err := f.steps.Prepare(ctx, s)
		line.what = "prepared"
		line.count("part", s.Part)
		line.count("parts", s.Parts)
		line.count("groups", int64(sum.Groups))
		return []byte(nothing), err
	case "write":
		stored, sum, err := f.steps.Write(ctx, s)
		f.unchecked(line.of, s.Run.Table, sum)
		line.what = "written"
		line.count("part", s.Part)
		line.count("parts", s.Parts)
		line.count("items", stored.Items)
		return stored.Append(nil), err
	}
	sum, err := f.steps.Publish(ctx, s)
	if err != nil {
		return nil, err
	}
	f.report(line.of, &event.Object{Bucket: s.Run.Bucket, Key: s.Run.Key, Table: s.Run.Table}, sum, nil)
	return appendSummary(nil, inv.RequestID, s.Run.Table, sum), nil
}

// errNotNeeded says that the input of plan is an event after which nothing is to be read.
var errNotNeeded = errors.New("nothing is to be read: the log says why")

// needed takes from an input what is not to be read, and logs why. It fails if nothing is left.
func (f *function) needed(of logline.Invocation, in *event.Event) error {
	for i := range in.Ignored {
		f.ignored(of, &in.Ignored[i])
	}
	objects := in.Objects
	in.Objects = nil
	for i := range objects {
		if in.Sender == event.Direct || !f.kept(of, &objects[i]) {
			in.Objects = append(in.Objects, objects[i])
		}
	}
	if len(in.Objects) == 0 {
		return errNotNeeded
	}
	return nil
}

// planFailed decides what it means that a plan has failed, as outcome does for an invocation.
func (f *function) planFailed(ctx context.Context, of logline.Invocation, in *event.Event, err error) error {
	if len(in.Objects) > 1 {
		return err
	}
	if _, err = f.outcome(ctx, of, in, &in.Objects[0], err); err == nil {
		err = errNotNeeded
	}
	return err
}
