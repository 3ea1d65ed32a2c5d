package lambdatest

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"
)

const (
	// initLimit is how long INIT may take. Developer Guide, Lambda execution environment
	// lifecycle. A function with a longer timeout gets that: Lambda would run INIT again
	// under it.
	initLimit = 10 * time.Second

	// shutdownLimit is what a runtime with an internal extension gets between SIGTERM and
	// SIGKILL; without extensions it is 0. Same page, Shutdown phase.
	shutdownLimit = 500 * time.Millisecond
)

// run takes an invocation through the environment and fills in its result.
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

// start starts the session's process, if it is to have one and has none. It reports whether
// the invocation that asked is the session's first.
func (s *session) start() (cold bool, err error) {
	fn := s.env.fn
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started.IsZero() {
		return false, nil
	}
	s.started = time.Now()
	if len(fn.cfg.Exec) == 0 {
		return true, nil
	}
	s.logf("INIT_START Runtime Version: provided:al2023.lambdatest\n")
	p, err := startProcess(fn.cfg.Exec, s.env.environ(), s.log)
	if err != nil {
		return true, err
	}
	s.process, s.exited, s.started = p, p.exited, p.started
	return true, nil
}

// init waits until the runtime is ready for invocations. Where it never gets there, the
// result says why, and false is returned.
func (s *session) init(ctx context.Context, inv *invocation) (ok bool, err error) {
	var limit <-chan time.Time // an in-process runtime comes when it comes
	if s.process != nil {
		timer := time.NewTimer(max(initLimit, s.env.fn.cfg.Timeout))
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
			inv.id, max(initLimit, s.env.fn.cfg.Timeout).Seconds())))
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

// await waits for a runtime that has the invocation: for its answer, and from a process also
// for its next request, since what it does before that is the invocation's time too.
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
			s.look(inv)
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

// look notes how much memory the process has had at most.
func (s *session) look(inv *invocation) {
	if s.process != nil {
		inv.result.MaxMemory = max(inv.result.MaxMemory, s.process.maxMemory())
	}
}

// crashed ends an invocation whose process is gone. An answer that it gave before, as after
// a panic, stands.
func (s *session) crashed(inv *invocation) {
	message := fmt.Sprintf("RequestId: %s Error: %s", inv.id, s.process.reason())
	s.logf("%s\nRuntime.ExitError\n", message)
	s.settle(inv, failure("Runtime.ExitError", message))
	s.report(inv)
}

// timedOut ends an invocation at its deadline, and with it the process. A runtime in the
// test's process lives on: its late answer gets 410.
func (s *session) timedOut(inv *invocation) {
	message := fmt.Sprintf("Task timed out after %.2f seconds", s.env.fn.cfg.Timeout.Seconds())
	s.settle(inv, failure("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: %s", inv.id, message)))
	s.mu.Lock()
	delete(s.answered, inv.id)
	s.late[inv.invocationID] = true
	s.mu.Unlock()
	s.stop(inv)
	s.logf("%s %s %s\n\n", time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), inv.id, message)
	s.report(inv)
}

// stop kills the session's process, having looked at its memory, and ends the session.
func (s *session) stop(inv *invocation) {
	s.look(inv)
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

// shutdown ends the environment's session, with SIGTERM where an extension is registered.
func (env *environment) shutdown() {
	s := env.current()
	s.mu.Lock()
	p, extensions := s.process, len(s.extensions)
	s.mu.Unlock()
	if p != nil {
		if extensions > 0 {
			terminate(p.cmd)
			select {
			case <-p.exited:
			case <-time.After(shutdownLimit):
			}
		}
		p.kill()
	}
	s.end()
}

func (s *session) logf(format string, args ...any) { fmt.Fprintf(s.log, format, args...) }

// initReport logs the end of an INIT that failed.
func (s *session) initReport(inv *invocation, status, errorType string) {
	s.drain()
	took := time.Since(s.started)
	line := fmt.Sprintf("INIT_REPORT Init Duration: %s ms\tPhase: init\tStatus: %s", milliseconds(took), status)
	if errorType != "" {
		line += "\tError Type: " + errorType
	}
	s.logf("%s\n", line)
	inv.result.Init = took
}

// report logs what Lambda logs at the end of an invocation and takes the log's tail.
// Developer Guide, Sending Lambda function logs to CloudWatch Logs.
func (s *session) report(inv *invocation) {
	s.drain()
	res := &inv.result
	if res.Duration == 0 && !inv.sent.IsZero() {
		res.Duration = time.Since(inv.sent)
	}
	// INIT is billed with the first invocation, for every kind of function since August 2025.
	billed := math.Ceil(float64(res.Duration+res.Init) / float64(time.Millisecond))
	var b strings.Builder
	if inv.sent.IsZero() {
		fmt.Fprintf(&b, "START RequestId: %s Version: %s\n", inv.id, s.env.fn.version)
	}
	fmt.Fprintf(&b, "END RequestId: %s\n", inv.id)
	fmt.Fprintf(&b, "REPORT RequestId: %s\tDuration: %s ms\tBilled Duration: %.0f ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t",
		inv.id, milliseconds(res.Duration), billed, s.env.fn.cfg.MemoryMB, (res.MaxMemory+1<<20-1)>>20)
	if res.Cold && res.Init > 0 {
		fmt.Fprintf(&b, "Init Duration: %s ms\t", milliseconds(res.Init))
	}
	switch {
	case res.ErrorType == "Sandbox.Timedout":
		b.WriteString("Status: timeout")
	case strings.HasPrefix(res.ErrorType, "Runtime.Exit"):
		b.WriteString("Status: error\tError Type: " + res.ErrorType)
	}
	s.logf("%s\n", &b)
	res.LogTail = s.env.log.tail(logTailSize)
}

// drain waits for the process's output to arrive in the log.
func (s *session) drain() {
	s.mu.Lock()
	p := s.process
	s.mu.Unlock()
	if p != nil {
		p.out.drain()
	}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond))
}
