package lambdatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The paths of the APIs that an execution environment serves to what runs in it.
const (
	runtimeVersion   = "/2018-06-01/runtime/"
	extensionVersion = "/2020-01-01/extension/"
	credentialsPath  = "/2021-04-23/credentials"
)

// RuntimeRequest is a request that a runtime sent to the Runtime API, and its answer's
// status.
type RuntimeRequest struct {
	Method, Path string
	Header       http.Header
	Status       int // 0 while it is being answered, and when no answer was sent
}

// An environment is an execution environment: an address with the Runtime API of AWS's
// Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes", and, one after
// the other, the processes that live at it.
type environment struct {
	fn   *Function
	addr string
	srv  *http.Server
	mux  *http.ServeMux
	log  *functionLog
	busy int // invocations under way; guarded by fn.mu

	mu      sync.Mutex
	session *session
}

// A session is the life of one runtime in an environment, from its start to its end.
type session struct {
	env    *environment
	log    io.Writer
	queue  chan *invocation // to /next, from hand to hand
	ready  chan struct{}    // closed when INIT is over
	failed chan struct{}    // closed by /init/error
	ended  chan struct{}    // closed when nothing of the session is to be answered any more

	mu         sync.Mutex
	process    *process        // nil in-process, and before the first invocation
	exited     <-chan struct{} // nil without a process
	started    time.Time
	firstNext  time.Time
	waiting    int                    // requests to /next under way
	active     map[string]*invocation // sent and not answered, by request ID
	answered   map[string]*invocation // answered, and no /next since
	late       map[string]bool        // invocation IDs that ran into the timeout
	extensions map[string]*extension
	initError  *outcome
	isReady    bool
	isEnded    bool
	snapshot   bool // /restore/next has been called
}

func newEnvironment(fn *Function) *environment {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		ln, err = net.Listen("tcp", "[::1]:0")
	}
	if err != nil {
		panic("lambdatest: " + err.Error())
	}
	env := &environment{fn: fn, addr: ln.Addr().String(), log: &functionLog{max: 16 * logTailSize}}
	env.session = newSession(env)
	env.routes()
	env.srv = &http.Server{Handler: http.HandlerFunc(env.serve), MaxHeaderBytes: 1 << 20}
	go env.srv.Serve(ln)
	return env
}

func newSession(env *environment) *session {
	return &session{
		env:        env,
		log:        io.MultiWriter(env.log, env.fn.log),
		queue:      make(chan *invocation),
		ready:      make(chan struct{}),
		failed:     make(chan struct{}),
		ended:      make(chan struct{}),
		active:     make(map[string]*invocation),
		answered:   make(map[string]*invocation),
		late:       make(map[string]bool),
		extensions: make(map[string]*extension),
	}
}

// current returns the environment's session; a new one when the last has ended.
func (env *environment) current() *session {
	env.mu.Lock()
	defer env.mu.Unlock()
	if s := env.session; s.over() {
		env.session = newSession(env)
	}
	return env.session
}

// over reports whether the session has ended, be it by its process.
func (s *session) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.exited:
		return true
	default:
		return s.isEnded
	}
}

// exit returns the channel that the process's end closes, nil without a process.
func (s *session) exit() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exited
}

// end closes the session: what waits in it is cut off.
func (s *session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isEnded {
		s.isEnded = true
		close(s.ended)
	}
}

func (env *environment) close() {
	env.current().end()
	env.srv.Close()
}

// routes sets up the paths; each request goes to the session of its time.
func (env *environment) routes() {
	env.mux = http.NewServeMux()
	handle := func(pattern string, h func(*session, http.ResponseWriter, *http.Request)) {
		env.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { h(env.current(), w, r) })
	}
	handle("GET "+runtimeVersion+"invocation/next", (*session).next)
	handle("POST "+runtimeVersion+"invocation/{id}/response", (*session).response)
	handle("POST "+runtimeVersion+"invocation/{id}/error", (*session).invocationError)
	handle("POST "+runtimeVersion+"init/error", (*session).initErrorReport)
	handle("POST "+extensionVersion+"register", (*session).register)
	handle("GET "+extensionVersion+"event/next", (*session).extensionNext)
	if env.fn.cfg.SnapStart {
		handle("GET "+runtimeVersion+"restore/next", (*session).restoreNext)
		handle("POST "+runtimeVersion+"restore/error", (*session).initErrorReport)
		handle("GET "+credentialsPath, (*session).credentials)
	}
}

// serve answers a request to the Runtime API and keeps a record of it.
func (env *environment) serve(w http.ResponseWriter, r *http.Request) {
	rec := &statusRecorder{ResponseWriter: w}
	fn := env.fn
	fn.mu.Lock()
	if len(fn.requests) == maxLogged {
		fn.requests = slices.Delete(fn.requests, 0, maxLogged/2)
	}
	entry := &RuntimeRequest{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone()}
	fn.requests = append(fn.requests, entry)
	fn.mu.Unlock()
	defer func() {
		fn.mu.Lock()
		defer fn.mu.Unlock()
		entry.Status = rec.status
	}()
	if fn.cfg.Intercept != nil && fn.cfg.Intercept(rec, r) {
		return
	}
	env.mux.ServeHTTP(rec, r)
}

// statusRecorder remembers the status of an answer.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (w *statusRecorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusRecorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController, and with it an Intercept, the connection.
func (w *statusRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// refuse sends an error of the Runtime API.
func refuse(w http.ResponseWriter, status int, errorType, message string) {
	writeRuntimeJSON(w, status, map[string]string{"errorType": errorType, "errorMessage": message})
}

// refuseState is the 403 of a request that the runtime's state doesn't allow.
func refuseState(w http.ResponseWriter, from, to string) {
	refuse(w, http.StatusForbidden, "InvalidStateTransition",
		fmt.Sprintf("State transition from %s to %s failed for runtime. Error: State transition is not allowed", from, to))
}

func writeRuntimeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic("lambdatest: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(bytes.TrimSpace(body), '\n'))
}
