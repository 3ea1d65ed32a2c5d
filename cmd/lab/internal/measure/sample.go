package measure

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/runtime/lambdatest"
)

// Take starts the function, invokes it once and then warm times more, ends it, and returns the
// sample. It returns nil if the function has no times; Failed says why from then on. An error is
// not the function's fault; if ctx ended, the sample beside it has the invocations until then.
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
		t.startCPU(s, &clock, process)
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
	if s.WriteUnits, err = t.check(s, r); err != nil {
		return nil, err
	}
	for range warm {
		if err := t.takeWarm(ctx, s); err != nil {
			return s, err
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
		return &failure{reason: "a warm invocation was made by a new process: the one before it had ended"}
	}
	if err := t.box.Freeze(); err != nil {
		return err
	}
	s.Warm = append(s.Warm, report.Ms(r.Duration))
	s.WarmGets = t.gets()
	s.MaxMemory = max(s.MaxMemory, r.MaxMemory)
	t.warmCPU(s)
	_, err = t.check(s, r)
	return err
}

// startCPU sets the CPU time of INIT and of the first invocation.
func (t *Target) startCPU(s *report.Sample, clock *milestones, process *sandbox.ExecRecord) {
	t.readCPU()
	if clock.cpuErr != nil {
		t.bench.noCPU = clock.cpuErr
	} else if t.cpu != nil {
		s.InitCPU = report.Ms(clock.initCPU - t.box.CPUTimeAtExec(process))
		s.FirstCPU = report.Ms(t.cpu.Time - clock.initCPU)
	}
}

// warmCPU adds the CPU time of a warm invocation, which is over.
func (t *Target) warmCPU(s *report.Sample) {
	before := t.cpu
	t.readCPU()
	if before == nil || t.cpu == nil {
		return
	}
	s.WarmCPU = append(s.WarmCPU, report.Ms(t.cpu.Time-before.Time))
	if n, ok := t.cpu.SwitchesSince(*before); ok {
		s.WarmSwitches = append(s.WarmSwitches, float64(n))
	}
}

// restTime is how long a process that cannot be frozen gets to come to rest after its GET /next.
const restTime = time.Millisecond

// readCPU sets cpu to what the sandbox has used up to now.
func (t *Target) readCPU() {
	if !t.bench.host.Limited() {
		time.Sleep(restTime)
	}
	now, err := t.box.CPU()
	if t.cpu = &now; err != nil {
		t.cpu, t.bench.noCPU = nil, err
	}
}

// invoke sends the event. Without one the function uses its own bucket, key and table.
func (t *Target) invoke(ctx context.Context) (*lambdatest.Result, error) {
	r, err := t.fn.Invoke(ctx, t.bench.event)
	switch {
	case err != nil:
		return nil, err
	case t.box.OutOfMemory():
		return nil, &failure{reason: "Runtime.OutOfMemory: signal: killed", excused: true, log: bytes.TrimSpace(r.LogTail)}
	case r.ErrorType == "Sandbox.Timedout" && t.milestones().next == 0:
		return nil, &failure{reason: fmt.Sprintf("Sandbox.Timedout: it never asked for an event (GET /next) in %v; --timeout allows longer", max(t.bench.timeout(), initTime)), log: bytes.TrimSpace(r.LogTail)}
	case r.FunctionError != "" && (t.bench.Expect != report.ExpectNone || r.ErrorType == "Sandbox.Timedout" || t.milestones().answer == 0):
		f := failed(r)
		if t.milestones().next == 0 {
			f.reason += "; it had not asked for an event (GET /next)"
		}
		return nil, f
	}
	return r, nil
}

// initTime is how long Lambda lets INIT take, and the emulator at least.
const initTime = 10 * time.Second

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

// check compares what an invocation answered or wrote with what is expected, returns the write units
// that the items cost, and empties the table.
func (t *Target) check(s *report.Sample, r *lambdatest.Result) (units int, err error) {
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
	wrong := t.bench.checkAnswer(r.Payload)
	if t.bench.Own() {
		wrong = describeDifferences(items, t.object.want, t.object.tied, r.RequestID)
	}
	if wrong != "" {
		if !t.bench.Unchecked {
			wrong += ", so it is not timed"
			if t.bench.Own() {
				wrong += "; for another job use --event or --expect status"
			}
			return 0, &failure{reason: wrong, log: bytes.TrimSpace(r.LogTail)}
		}
		s.Wrong = wrong
	}
	for _, item := range items {
		units += pricing.WriteUnits(item)
	}
	return units, nil
}
