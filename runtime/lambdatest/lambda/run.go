package lambda

import (
	"context"
	"fmt"
	"time"
)

// initLimit is how long INIT may take. Developer Guide, Lambda execution environment lifecycle. A
// function with a longer timeout gets that long, since Lambda would run a second INIT under the
// function's timeout.
const initLimit = 10 * time.Second

// run runs an invocation in the environment and fills in its result.
func (env *environment) run(ctx context.Context, inv *invocation) error {
	s := env.current()
	cold, err := s.start()
	inv.result.Cold = cold
	if err != nil {
		s.settle(inv, failure("Runtime.InvalidEntrypoint", fmt.Sprintf("RequestId: %s Error: %v", inv.id, err)))
		s.report(inv)
		s.end()
		return nil
	}
	if ok, err := s.init(ctx, inv); !ok {
		return err
	}
	s.tellExtensions(inv)
	select {
	case s.queue <- inv:
	case <-s.exit():
		s.crashed(inv)
		return nil
	case <-s.ended:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-inv.handed:
		s.await(inv)
	case <-s.exit():
		s.crashed(inv)
	case <-s.ended:
		return errClosed
	}
	return nil
}

// start starts the session's process, if the function has a command and the process has not
// been started. It reports whether the invocation that asks is the session's first.
func (s *session) start() (cold bool, err error) {
	fn := s.env.fn
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started.IsZero() {
		return false, nil
	}
	s.started = time.Now()
	s.settings.Store(fn.effective.Load())
	if len(fn.cfg.Exec) == 0 {
		return true, nil
	}
	s.logInitStart()
	p, err := startProcess(fn.cfg.Exec, s.env.environ(s.set()), s.log)
	if err != nil {
		return true, err
	}
	s.process, s.exited, s.started = p, p.exited, p.started
	return true, nil
}

// init waits for the end of INIT. If INIT fails, it returns false, and the result says why.
func (s *session) init(ctx context.Context, inv *invocation) (ok bool, err error) {
	var limit <-chan time.Time // none for a runtime in the test's process, which Lambda didn't start
	if s.process != nil {
		timer := time.NewTimer(max(initLimit, s.set().timeout))
		defer timer.Stop()
		limit = timer.C
	}
	select {
	case <-s.ready:
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.process != nil && inv.result.Cold {
			inv.result.StartToNext = s.firstNext.Sub(s.started)
			inv.result.Init = inv.result.StartToNext
		}
		return true, nil
	case <-s.failed:
		s.settle(inv, *s.initError)
		s.initReport(inv, "error", inv.result.ErrorType)
	case <-s.exit():
		s.settle(inv, failure("Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: %s", inv.id, s.process.reason())))
		s.initReport(inv, "error", "Runtime.ExitError")
	case <-limit:
		s.settle(inv, failure("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds",
			inv.id, max(initLimit, s.set().timeout).Seconds())))
		s.initReport(inv, "timeout", "")
	case <-s.ended:
		return false, errClosed
	case <-ctx.Done():
		return false, ctx.Err()
	}
	s.stop(inv)
	s.report(inv)
	return false, nil
}

// await waits for the answer to an invocation that the runtime has. If the runtime is a process,
// await also waits for its next request, since the invocation's duration ends only there.
func (s *session) await(inv *invocation) {
	fn := s.env.fn
	var limit <-chan time.Time
	if fn.cfg.Concurrency == 1 {
		timer := time.NewTimer(time.Until(inv.deadline))
		defer timer.Stop()
		limit = timer.C
	}
	steps := []chan struct{}{inv.done, inv.ready}
	if s.process == nil || fn.cfg.Concurrency > 1 {
		steps = steps[:1]
	}
	for _, step := range steps {
		select {
		case <-step:
			inv.result.Duration = time.Since(inv.sent)
			s.noteMemory(inv)
		case <-s.exit():
			s.crashed(inv)
			return
		case <-limit:
			s.timedOut(inv)
			return
		case <-s.ended:
			s.settle(inv, failure("Sandbox.Failure", "the environment was shut down"))
			return
		}
	}
	s.report(inv)
}

// noteMemory notes the most memory that the process has had.
func (s *session) noteMemory(inv *invocation) {
	if s.process != nil {
		inv.result.MaxMemory = max(inv.result.MaxMemory, s.process.maxMemory())
	}
}

// crashed ends an invocation whose process has exited. If the process answered before, as it
// does after a panic, that answer counts.
func (s *session) crashed(inv *invocation) {
	message := fmt.Sprintf("RequestId: %s Error: %s", inv.id, s.process.reason())
	s.logf("%s\nRuntime.ExitError\n", message)
	s.settle(inv, failure("Runtime.ExitError", message))
	s.report(inv)
}

// timedOut ends an invocation at its deadline, and the process with it. A runtime in the test's
// own process goes on, and its late answer is refused with 410.
func (s *session) timedOut(inv *invocation) {
	message := fmt.Sprintf("Task timed out after %.2f seconds", s.set().timeout.Seconds())
	s.settle(inv, failure("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: %s", inv.id, message)))
	s.mu.Lock()
	delete(s.answered, inv.id)
	s.late[inv.invocationID] = true
	s.mu.Unlock()
	s.stop(inv)
	s.logf("%s %s %s\n\n", time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), inv.id, message)
	s.report(inv)
}

// stop kills the session's process and ends the session. A runtime in the test's own process
// keeps its session, unless its INIT has failed.
func (s *session) stop(inv *invocation) {
	s.noteMemory(inv)
	if s.process != nil {
		s.process.kill()
	}
	s.mu.Lock()
	lives := s.process == nil && s.initError == nil
	s.mu.Unlock()
	if !lives {
		s.end()
	}
}
