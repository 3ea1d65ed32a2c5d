package measure

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"reduction/cmd/lab/internal/report"
	"reduction/runtime/lambdatest"
)

// AddStart adds a function without a job: nothing is configured for it, and only its start is
// measured, by TakeStart.
func (b *Bench) AddStart(function report.Program, memoryMB int) (*Target, error) {
	if b.bare == nil {
		b.bare = lambdatest.NewServer()
	}
	t := &Target{Function: function, MemoryMB: memoryMB, bench: b, object: &object{}, server: b.bare}
	b.Targets = append(b.Targets, t)
	if ok, err := t.newSandbox(); !ok {
		return t, err
	}
	t.createFunction(fmt.Sprintf("%s-%d", strings.NewReplacer(" ", "-", ",", "").Replace(function.Name), memoryMB), nil)
	return t, nil
}

// TakeStart starts the function, sends it one event, ends it, and returns the sample, in which all
// times are that from the start to GET /next. What the function answers does not count, nor
// whether it does. It returns nil if the function never asks for an event.
func (t *Target) TakeStart(ctx context.Context) (*report.Sample, error) {
	s, err := t.takeStart(ctx)
	if err != nil && ctx.Err() == nil {
		err = &failure{reason: err.Error()}
	}
	return t.settle(ctx, s, err)
}

func (t *Target) takeStart(ctx context.Context) (*report.Sample, error) {
	first, err := t.prepare()
	if err != nil {
		return nil, err
	}
	defer t.fn.Shutdown()
	r, err := t.fn.Invoke(ctx, []byte(`{}`))
	if err != nil {
		return nil, err
	}
	clock := t.milestones()
	if clock.next == 0 {
		return nil, fmt.Errorf("never asked for an event: %s", r.Payload)
	}
	if err := t.box.Freeze(); err != nil {
		return nil, err
	}
	defer t.box.Thaw()
	process, err := t.box.ExecRecord()
	if err != nil {
		return nil, err
	}
	if process == nil {
		return nil, fmt.Errorf("a start cannot be measured on %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	s := &report.Sample{StartToNext: report.Ms(clock.next - process.Clock), MaxMemory: r.MaxMemory}
	if clock.cpuErr == nil {
		s.InitCPU = report.Ms(clock.initCPU - t.box.CPUTimeAtExec(process))
	}
	s.Init, s.Billed, s.Client = s.StartToNext, s.StartToNext, s.StartToNext
	if used, err := process.Used(); err == nil { // a process that has ended has no counters
		s.Counted = (*report.Counters)(used)
	}
	if first {
		t.remember(process)
	}
	return s, nil
}
