package lambdatest

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// A Call is what a request asks for, as far as its head tells.
type Call struct {
	Service   string // s3, dynamodb or lambda
	Operation string // GetObject, BatchWriteItem, Invoke, ... as the API References have them
	Bucket    string
	Key       string
	Range     string // the header's value
	Attempt   int    // 1 for the first call that is the same as this, body included; told to a plan

	identity string // what makes calls the same
}

// A Request is a line of the request log.
type Request struct {
	Call
	Method string
	Target string // path and query as they came
	Header http.Header
	Conn   int64 // the number of the connection it came over, 1 for the first
	Time   time.Time
	Status int   // 0 while there is no answer
	Sent   int64 // bytes of the answer's body so far
	Fault  Fault // what was made to go wrong
}

// maxLogged bounds the log of a server that stays up.
const maxLogged = 1 << 16

type requestLog struct {
	mu      sync.Mutex
	entries []*Request
}

func (l *requestLog) add(r *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) == maxLogged {
		l.entries = slices.Delete(l.entries, 0, maxLogged/2)
	}
	l.entries = append(l.entries, r)
}

// Requests returns the requests so far, in the order they came in; the oldest are forgotten
// after some tens of thousands. Their signatures need not have been good.
func (s *Server) Requests() []Request { return s.requests.where("") }

// ForgetRequests empties the request log.
func (s *Server) ForgetRequests() {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	s.requests.entries = nil
}

// where returns the requests to a service, to all when there is none.
func (l *requestLog) where(service string) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Request
	for _, r := range l.entries {
		if service == "" || r.Service == service {
			out = append(out, *r)
		}
	}
	return out
}

// A loggedWriter notes what is answered.
type loggedWriter struct {
	http.ResponseWriter
	log   *requestLog
	entry *Request
}

// logged enters a request in the log and returns a writer that completes the entry.
func (s *Server) logged(w http.ResponseWriter, r *http.Request, call Call) *loggedWriter {
	entry := &Request{Call: call, Method: r.Method, Target: r.RequestURI, Header: r.Header.Clone(), Time: s.Now()}
	if c := connOf(r); c != nil {
		entry.Conn = c.id
	}
	s.requests.add(entry)
	return &loggedWriter{w, &s.requests, entry}
}

func (w *loggedWriter) WriteHeader(status int) {
	w.log.mu.Lock()
	w.entry.Status = status
	w.log.mu.Unlock()
	w.ResponseWriter.WriteHeader(status)
}

func (w *loggedWriter) Write(p []byte) (int, error) {
	w.log.mu.Lock()
	if w.entry.Status == 0 {
		w.entry.Status = http.StatusOK
	}
	w.entry.Sent += int64(len(p))
	w.log.mu.Unlock()
	return w.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (w *loggedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *loggedWriter) failed(f Fault) {
	w.log.mu.Lock()
	w.entry.Fault = f
	w.log.mu.Unlock()
}
