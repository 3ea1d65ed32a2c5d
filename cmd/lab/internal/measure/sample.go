package measure

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"runtime"

	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
	"reduction/runtime/lambdatest"
)

// Take starts the function, invokes it once and then warm times more, ends it, and returns the
// sample. It returns nil if the function has no times; Failed says why from then on. An error is
// not the function's fault.
func (t *Target) Take(ctx context.Context, warm int) (*report.Sample, error) {
	s, err := t.take(ctx, warm)
	return t.settle(ctx, s, err)
}

func (t *Target) take(ctx context.Context, warm int) (*report.Sample, error) {
	first, err := t.prepare()
	if err != nil {
		return nil, err
	}
	defer t.fn.Shutdown()
	r, err := t.invoke(ctx)
	if err != nil {
		return nil, err
	}
	clock := t.milestones()
	if clock.err != nil {
		return nil, clock.err
	}

	// The process is frozen, as between invocations, so that its counters do not change.
	if err := t.box.Freeze(); err != nil {
		return nil, err
	}
	defer t.box.Thaw() // before Shutdown, which cannot end a frozen process
	process, err := t.box.ExecRecord()
	if err != nil {
		return nil, err
	}
	started := clock.next - r.StartToNext // for a system without a launcher
	s := &report.Sample{MaxMemory: r.MaxMemory, S3Gets: t.gets()}
	if process != nil {
		started = process.Clock
		used, err := process.Used()
		if err != nil {
			return nil, err
		}
		s.Counted = (*report.Counters)(used)
		if first {
			t.remember(process)
		}
	}
	s.StartToNext = report.Ms(clock.next - started)
	s.Init = s.StartToNext + report.Ms(r.Init-r.StartToNext)
	s.Billed = s.Init + report.Ms(r.Duration)
	s.Client = report.Ms(clock.answer - started)
	if s.WriteUnits, err = t.check(s, r.RequestID); err != nil {
		return nil, err
	}
	for range warm {
		if err := t.takeWarm(ctx, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// takeWarm invokes the present, frozen process once more.
func (t *Target) takeWarm(ctx context.Context, s *report.Sample) error {
	runtime.GC() // as before a start
	t.server.ForgetRequests()
	if err := t.box.Thaw(); err != nil {
		return err
	}
	r, err := t.invoke(ctx)
	if err != nil {
		return err
	}
	if r.Cold {
		return &failure{"wrong: a warm invocation was made by a new process", false}
	}
	if err := t.box.Freeze(); err != nil {
		return err
	}
	s.Warm = append(s.Warm, report.Ms(r.Duration))
	s.WarmGets = t.gets()
	s.MaxMemory = max(s.MaxMemory, r.MaxMemory)
	_, err = t.check(s, r.RequestID)
	return err
}

// invoke sends an empty event, for which the function uses its own bucket, key and table.
func (t *Target) invoke(ctx context.Context) (*lambdatest.Result, error) {
	r, err := t.fn.Invoke(ctx, nil)
	switch {
	case err != nil:
		return nil, err
	case t.box.OutOfMemory():
		return nil, &failure{fmt.Sprintf("Runtime.OutOfMemory: signal: killed, at %d MB", t.MemoryMB), true}
	case r.ErrorType == "Sandbox.Timedout":
		return nil, &failure{fmt.Sprintf("Sandbox.Timedout: Task timed out after %.2f seconds, at %d MB", t.bench.timeout().Seconds(), t.MemoryMB), true}
	case r.FunctionError != "":
		return nil, &failure{fmt.Sprintf("failed: %s\n%s", r.Payload, bytes.TrimSpace(r.LogTail)), false}
	}
	return r, nil
}

// gets returns the number of requests that S3 charges as reading, since they were last forgotten.
func (t *Target) gets() int {
	n := 0
	for _, r := range t.server.S3.Requests() {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			n++
		}
	}
	return n
}

// check compares what an invocation wrote with the reference, returns the write units that the
// items cost, and empties the table.
func (t *Target) check(s *report.Sample, requestID string) (units int, err error) {
	items := t.server.DynamoDB.Items(t.table)
	t.server.DynamoDB.Empty(t.table)
	if t.bench.Elsewhere() {
		if items, err = t.bench.items(t.table); err != nil {
			return 0, err
		}
		if err := t.bench.makeTable(t.table); err != nil {
			return 0, err
		}
	}
	if wrong := describeDifferences(items, t.object.want, t.object.tied, requestID); wrong != "" {
		if !t.bench.Unchecked {
			return 0, &failure{"wrong: " + wrong, false}
		}
		s.Wrong = wrong
	}
	for _, item := range items {
		units += pricing.WriteUnits(item)
	}
	return units, nil
}
