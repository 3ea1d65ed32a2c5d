package main

import (
	"context"

	"reduction/internal/event"
	"reduction/internal/logline"
	"reduction/runtime"
)

// step carries out a step of a run in shards.
func (f *function) step(ctx context.Context, inv *runtime.Invocation, s *event.Step) ([]byte, error) {
	of := of(inv)
	start := f.job.Now()
	line := func(what string, fields ...logline.Field) {
		fields = append(fields, logline.Text("run", s.Run.Name+s.Task.Run), logline.Millis("took", f.job.Now().Sub(start)))
		f.log.Log(logline.Info, of, what, fields...)
	}
	switch s.Name {
	case "plan":
		for i := range s.Input.Ignored {
			f.ignored(of, &s.Input.Ignored[i])
		}
		next, p, err := f.steps.Plan(ctx, s)
		if err != nil {
			return nil, err
		}
		s.Run.Name = next.Run.Name
		line("planned", logline.Count("shards", int64(next.Count)), logline.Count("objects", int64(len(p.Objects))), logline.Count("empty", int64(p.Empty)))
		return next.Append(nil), nil
	case "map":
		if err := f.steps.Map(ctx, &s.Task); err != nil {
			return nil, err
		}
		line("mapped", logline.Count("shard", s.Task.Shard))
		return []byte("{}"), nil
	case "check":
		next, chain, err := f.steps.Check(ctx, s)
		if err != nil {
			return nil, err
		}
		if chain == nil {
			line("checked", logline.Count("round", s.Round), logline.Count("again", int64(next.Count)))
			return next.Append(nil), nil
		}
		f.skipped(of, "s3://"+s.Run.Bucket+"/"+s.Run.Key, chain.Bad)
		line("checked", logline.Count("round", s.Round), logline.Count("rows", chain.Rows), logline.Count("skipped", chain.Skipped))
		return next.Append(nil), nil
	case "prepare":
		sum, err := f.steps.Prepare(ctx, s)
		if err != nil {
			return nil, err
		}
		line("prepared", logline.Count("part", s.Part), logline.Count("parts", s.Parts), logline.Count("groups", int64(sum.Groups)))
		return []byte("{}"), nil
	case "split":
		next, err := f.steps.Split(s)
		if err != nil {
			return nil, err
		}
		return next.Append(nil), nil
	case "write":
		stored, sum, err := f.steps.Write(ctx, s)
		f.unchecked(of, s.Run.Table, &sum)
		if err != nil {
			return nil, err
		}
		line("written", logline.Count("part", s.Part), logline.Count("parts", s.Parts), logline.Count("items", int64(sum.Items)))
		return stored.Append(nil), nil
	}
	sum, err := f.steps.Publish(ctx, s)
	if err != nil {
		return nil, err
	}
	f.report(of, &event.Object{Bucket: s.Run.Bucket, Key: s.Run.Key, Table: s.Run.Table}, &sum, nil)
	return appendSummary(nil, inv.RequestID, s.Run.Table, &sum), nil
}
