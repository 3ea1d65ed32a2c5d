package lambda

import (
	"cmp"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// An environment is an execution environment: the address of a Runtime API, and the sessions
// that live there one after the other.
type environment struct {
	fn   *Function
	addr string
	srv  *http.Server
	mux  *http.ServeMux
	log  *tailBuffer
	busy int // invocations that it runs; guarded by fn.mu

	generation int // of the settings that it was started with; guarded by fn.mu

	mu      sync.Mutex
	session *session
}

// A session is the life of one runtime in an environment, from its start to its end.
type session struct {
	env    *environment
	log    io.Writer
	queue  chan *invocation // to /next; unbuffered
	ready  chan struct{}    // closed at the end of INIT
	failed chan struct{}    // closed by /init/error
	ended  chan struct{}    // closed at the end of the session: open requests are cut off

	mu         sync.Mutex
	process    *process        // nil without a command, and before the first invocation
	exited     <-chan struct{} // of the process; nil without one
	started    time.Time
	firstNext  time.Time
	waiting    int                    // open requests to /next
	active     map[string]*invocation // handed out and not answered, by request ID
	answered   map[string]*invocation // answered, and /next has not been called since
	late       map[string]bool        // invocation IDs that have timed out
	extensions map[string]*extension
	initError  *outcome
	isReady    bool
	isEnded    bool
	snapshot   bool // /restore/next has been called

	settings atomic.Pointer[settings] // those that the runtime was started with
}

func newEnvironment(fn *Function) *environment {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		ln, err = net.Listen("tcp", "[::1]:0")
	}
	if err != nil {
		panic("lambda: " + err.Error())
	}
	env := &environment{fn: fn, addr: ln.Addr().String(), log: &tailBuffer{max: 16 * logTailSize}}
	env.session = newSession(env)
	env.routes()
	env.srv = &http.Server{Handler: http.HandlerFunc(env.serve), MaxHeaderBytes: 1 << 20}
	go env.srv.Serve(ln)
	return env
}

func newSession(env *environment) *session {
	s := &session{
		env:        env,
		log:        io.MultiWriter(env.log, env.fn.log, cmp.Or(env.fn.cfg.Log, io.Discard)),
		queue:      make(chan *invocation),
		ready:      make(chan struct{}),
		failed:     make(chan struct{}),
		ended:      make(chan struct{}),
		active:     make(map[string]*invocation),
		answered:   make(map[string]*invocation),
		late:       make(map[string]bool),
		extensions: make(map[string]*extension),
	}
	s.settings.Store(env.fn.effective.Load())
	return s
}

// set returns the session's settings. A runtime in the test's own process is not started again
// after an update.
func (s *session) set() *settings {
	if len(s.env.fn.cfg.Exec) == 0 {
		return s.env.fn.effective.Load()
	}
	return s.settings.Load()
}

// current returns the environment's session. If the last one has ended, it is a new one.
func (env *environment) current() *session {
	env.mu.Lock()
	defer env.mu.Unlock()
	if s := env.session; s.over() {
		env.session = newSession(env)
	}
	return env.session
}

// over reports whether the session or its process has ended.
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

// exit returns the channel that is closed when the process has exited; nil without a process.
func (s *session) exit() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exited
}

// end ends the session. Requests that wait in it are cut off.
func (s *session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isEnded {
		s.isEnded = true
		close(s.ended)
	}
}

// shutdown ends the session: with SIGTERM first if an extension is registered.
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
			case <-time.After(env.fn.cfg.ShutdownTimeout):
			}
		}
		p.kill()
	}
	s.end()
}

func (env *environment) close() {
	env.current().end()
	env.srv.Close()
}
