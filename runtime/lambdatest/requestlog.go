package lambdatest

import (
	"net/http"
	"sync"
	"time"

	"reduction/runtime/lambdatest/internal/front"
)

// A Call is what a request asks for.
type Call struct {
	Service   string // s3, dynamodb, lambda or monitoring
	Operation string // as in the API References: GetObject, BatchWriteItem, Invoke
	Bucket    string
	Key       string
	Range     string // the value of the header Range

	// Attempt counts the calls that are the same, body included: 1 for the first. It is set for
	// a plan of Inject.
	Attempt int

	identity string // is the same for calls that are the same
}

// A Request is an entry of the request log.
type Request struct {
	Call
	Method string
	Target string // path and query as they came over the wire
	Header http.Header
	Conn   int64 // the number of the connection, counted from 1
	Time   time.Time
	Status int   // 0 while there is no answer
	Sent   int64 // bytes of the answer's body so far
	Fault  Fault // the fault that was injected

	Error []byte // the body of an answer that is an error, up to 4 KB
}

// maxLoggedError is how much of an error the log keeps.
const maxLoggedError = 4 << 10

// Requests returns the requests so far, in the order of their arrival. It includes requests
// whose signatures were wrong. After 65,536 of them the older half is forgotten.
func (s *Server) Requests() []Request { return s.requests.of("") }

// ForgetRequests empties the request log.
func (s *Server) ForgetRequests() {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	s.requests.entries = nil
}

type requestLog struct {
	mu      sync.Mutex
	entries []*Request
}

func (l *requestLog) add(r *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = front.AppendRecent(l.entries, r)
}

// of returns the requests to a service, or all of them if service is "".
func (l *requestLog) of(service string) []Request {
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

// A loggedWriter adds the answer to an entry of the log.
type loggedWriter struct {
	http.ResponseWriter
	log   *requestLog
	entry *Request // nil before the request is entered
}

// logged enters a request in the log.
func (s *Server) logged(w http.ResponseWriter, r *http.Request, call Call) *loggedWriter {
	entry := &Request{Call: call, Method: r.Method, Target: r.RequestURI, Header: r.Header.Clone(), Time: s.Now()}
	if c := connOf(r); c != nil {
		entry.Conn = c.id
	}
	s.requests.add(entry)
	lw, ok := w.(*loggedWriter) // that of ServeHTTP
	if !ok {
		lw = &loggedWriter{ResponseWriter: w, log: &s.requests}
	}
	lw.entry = entry
	return lw
}

// answered calls OnAnswer with the request that has been answered.
func (s *Server) answered(w *loggedWriter) {
	if s.OnAnswer == nil || w.entry == nil {
		return
	}
	s.requests.mu.Lock()
	r := *w.entry
	s.requests.mu.Unlock()
	s.OnAnswer(r)
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
	if e := w.entry; e.Status >= http.StatusBadRequest {
		e.Error = append(e.Error, p[:min(len(p), maxLoggedError-len(e.Error))]...)
	}
	w.log.mu.Unlock()
	return w.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (w *loggedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *loggedWriter) setFault(f Fault) {
	w.log.mu.Lock()
	w.entry.Fault = f
	w.log.mu.Unlock()
}
