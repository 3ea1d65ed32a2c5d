package lambda

import (
	"net/http"
	"strconv"
	"time"
)

// next hands out an invocation. A runtime may have as many invocations and open requests to
// /next as the function's concurrency allows.
//
// If the concurrency is 1 and the runtime asks again before it has answered, it gets the same
// invocation again: the connection may have been cut while it read. AWS's Runtime Interface
// Emulator does the same.
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
		if r.Context().Err() != nil { // the runtime has gone away
			s.leave()
			go s.requeue(inv)
			return
		}
		s.send(w, inv)
	case <-r.Context().Done():
		s.leave()
	case <-s.ended:
		panic(http.ErrAbortHandler) // cuts the connection
	}
}

// requeue offers an invocation to the next request.
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

// send answers /next with an invocation. The time of the invocation begins here.
func (s *session) send(w http.ResponseWriter, inv *invocation) {
	s.drain() // INIT's output goes before START
	s.logStart(inv)
	s.mu.Lock()
	s.waiting--
	s.active[inv.id] = inv
	inv.sent = time.Now()
	inv.deadline = inv.sent.Add(s.set().timeout)
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

// checkReady ends INIT if the runtime and all extensions have asked for their first event.
// Developer Guide, Lambda execution environment lifecycle. The caller holds the lock.
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
