package lambdatest

import (
	"net/http"
	"strconv"
	"time"
)

// next hands out invocations. A runtime asks for as many at once as the environment's
// concurrency allows, and asks again once it has answered. One that asks again before is
// given the same invocation once more, as by AWS's Runtime Interface Emulator: its
// connection may have been cut within the answer.
func (s *session) next(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.env.fn.cfg.Concurrency == 1 {
		for _, inv := range s.active {
			s.mu.Unlock()
			s.write(w, inv)
			return
		}
	}
	if s.initError != nil || s.waiting+len(s.active) >= s.env.fn.cfg.Concurrency {
		from := "Running"
		if s.initError != nil {
			from = "InitError"
		}
		s.mu.Unlock()
		refuseState(w, from, "Ready")
		return
	}
	s.waiting++
	if s.firstNext.IsZero() {
		s.firstNext = time.Now()
	}
	for id, inv := range s.answered {
		close(inv.ready)
		delete(s.answered, id)
	}
	s.checkReady()
	s.mu.Unlock()

	select {
	case inv := <-s.queue:
		if r.Context().Err() != nil { // nobody there any more
			s.leave()
			go s.requeue(inv)
			return
		}
		s.send(w, inv)
	case <-r.Context().Done():
		s.leave()
	case <-s.ended:
		panic(http.ErrAbortHandler) // cut: the environment is gone
	}
}

// requeue offers an invocation to the next request for one.
func (s *session) requeue(inv *invocation) {
	select {
	case s.queue <- inv:
	case <-s.exit():
	case <-s.ended:
	}
}

func (s *session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting--
}

// send answers /next with an invocation, whose clock starts here.
func (s *session) send(w http.ResponseWriter, inv *invocation) {
	fn := s.env.fn
	s.drain() // what INIT printed comes before START
	s.logf("START RequestId: %s Version: %s\n", inv.id, fn.version)
	s.mu.Lock()
	s.waiting--
	s.active[inv.id] = inv
	inv.sent = time.Now()
	inv.deadline = inv.sent.Add(fn.cfg.Timeout)
	s.mu.Unlock()
	close(inv.handed)
	s.write(w, inv)
}

// write answers /next with an invocation.
func (s *session) write(w http.ResponseWriter, inv *invocation) {
	fn, h := s.env.fn, w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(inv.payload)))
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", fn.arn)
	h.Set("Lambda-Runtime-Trace-Id", inv.traceID)
	h.Set("Lambda-Runtime-Invocation-Id", inv.invocationID)
	if inv.context != "" {
		h.Set("Lambda-Runtime-Client-Context", inv.context)
	}
	if inv.tenant != "" {
		h.Set("Lambda-Runtime-Aws-Tenant-Id", inv.tenant)
	}
	if fn.cfg.Next != nil {
		fn.cfg.Next(h)
	}
	w.Write(inv.payload)
}

// checkReady ends INIT when the runtime and every extension have asked for their first
// event. Lambda Developer Guide, Lambda execution environment lifecycle. The lock is held.
func (s *session) checkReady() {
	if s.isReady || s.firstNext.IsZero() {
		return
	}
	for _, ext := range s.extensions {
		if !ext.ready {
			return
		}
	}
	s.isReady = true
	close(s.ready)
}

// restoreNext is where the runtime becomes a snapshot: it is answered when the environment
// is restored for its first invocation.
func (s *session) restoreNext(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.snapshot || !s.firstNext.IsZero() {
		s.mu.Unlock()
		refuseState(w, "Running", "RestoreReady")
		return
	}
	s.snapshot = true
	s.mu.Unlock()
	if s.env.fn.cfg.Restore != nil {
		s.env.fn.cfg.Restore()
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
}
