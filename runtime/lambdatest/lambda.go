package lambdatest

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Lambda is the Lambda of a Server: functions, the Invoke API in front of them, and behind
// each the Runtime API that its process talks to.
//
// It does not limit memory or CPU, freeze processes between invocations, or run INIT a second
// time when it failed; versions and aliases, InvokeWithResponseStream, external extensions,
// and the Logs and Telemetry APIs don't exist; START, END and REPORT are text whatever the
// function's log format.
type Lambda struct {
	s         *Server
	mu        sync.Mutex
	functions map[string]*Function
}

// What Lambda takes when a function doesn't say. Lambda Developer Guide, CreateFunction.
const (
	defaultMemoryMB = 128
	defaultTimeout  = 3 * time.Second
)

// A FunctionConfig describes a function.
type FunctionConfig struct {
	Name     string
	MemoryMB int           // 128 when zero. Told to the function, not enforced.
	Timeout  time.Duration // 3 s when zero

	// Exec is the command of the function's process: started at the first invocation, and
	// again after it exited or ran into the timeout. Without one, a runtime in the test's own
	// process connects to Function.RuntimeAPI.
	Exec []string

	// Env is added to the environment that Lambda gives a function and that the server's Env
	// adds to it. Later entries win.
	Env []string

	// Concurrency above 1 makes a Managed Instance: one environment takes as many invocations
	// at once, and timeouts are not enforced from outside.
	Concurrency int

	// SnapStart serves /restore/next: after INIT the runtime blocks there until the first
	// invocation restores it. Credentials then come from a container endpoint. Restore, when
	// not nil, is called while the runtime is the snapshot.
	SnapStart bool
	Restore   func()

	// RetryDelays are the waits before an asynchronous invocation that failed is tried
	// again. Nil is Lambda's: one minute, then two. Empty but not nil is never.
	RetryDelays []time.Duration

	// Next, when not nil, may change the headers of every answer to /next.
	Next func(h http.Header)

	// Intercept, when not nil, sees every request to the Runtime API first. Where it returns
	// true it has answered, whatever the contract says.
	Intercept func(w http.ResponseWriter, r *http.Request) bool
}

// A Function is a function of a Server.
type Function struct {
	// RuntimeAPI is the host:port of the function's first execution environment, the one
	// that an in-process runtime connects to.
	RuntimeAPI string

	cfg     FunctionConfig
	l       *Lambda
	arn     string
	version string
	log     *functionLog

	mu       sync.Mutex
	free     *sync.Cond // an environment became free
	envs     []*environment
	requests []*RuntimeRequest
	async    sync.WaitGroup
	results  []*Result // of asynchronous invocations
	closed   chan struct{}
}

// A Result is what became of an invocation.
type Result struct {
	StatusCode    int    // 200; the HTTP status of the Invoke API
	FunctionError string // "" or "Unhandled"
	ErrorType     string // Lambda-Runtime-Function-Error-Type, or Lambda's own word for it
	ErrorBody     []byte // what a streaming response reported after its last byte, decoded
	Payload       []byte
	ContentType   string
	Streamed      bool
	LogTail       []byte // the last 4 KB of the environment's log
	RequestID     string

	Cold        bool          // the environment was started for this invocation
	StartToNext time.Duration // from the start of the process to its first GET /next
	Init        time.Duration // as in REPORT's Init Duration
	Duration    time.Duration // from the event until the runtime asked for the next
	MaxMemory   int64         // VmHWM of the process in bytes, where /proc exists
}

func newLambda(s *Server) *Lambda {
	return &Lambda{s: s, functions: make(map[string]*Function)}
}

// CreateFunction makes a function. It panics when the name is taken or no port is free.
func (l *Lambda) CreateFunction(cfg FunctionConfig) *Function {
	cfg.MemoryMB = cmp.Or(cfg.MemoryMB, defaultMemoryMB)
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTimeout)
	cfg.Concurrency = max(1, cfg.Concurrency)
	if cfg.RetryDelays == nil {
		cfg.RetryDelays = []time.Duration{time.Minute, 2 * time.Minute}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.functions[cfg.Name] != nil {
		panic("lambdatest: function exists: " + cfg.Name)
	}
	fn := &Function{cfg: cfg, l: l, version: "$LATEST", log: &functionLog{max: maxLog}, closed: make(chan struct{})}
	fn.arn = fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", l.s.Region, accountID, cfg.Name)
	fn.free = sync.NewCond(&fn.mu)
	fn.envs = []*environment{newEnvironment(fn)}
	fn.RuntimeAPI = fn.envs[0].addr
	l.functions[cfg.Name] = fn
	return fn
}

// Function returns a function by its name, nil when there is none.
func (l *Lambda) Function(name string) *Function {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.functions[name]
}

// close ends all functions and their processes.
func (l *Lambda) close() {
	l.mu.Lock()
	functions := slices.Collect(maps.Values(l.functions))
	clear(l.functions)
	l.mu.Unlock()
	for _, fn := range functions {
		fn.close()
	}
}

// close ends the function: its processes, its listeners, and what waits for them.
func (fn *Function) close() {
	fn.Shutdown()
	fn.mu.Lock()
	select {
	case <-fn.closed:
	default:
		close(fn.closed)
	}
	fn.free.Broadcast()
	envs := fn.envs
	fn.mu.Unlock()
	for _, env := range envs {
		env.close()
	}
}

// Shutdown ends the function's execution environments the way Lambda ends idle ones, and
// waits until their processes are gone: SIGTERM first where an extension is registered, a
// SIGKILL half a second later, at once where none is. The next invocation is a cold one.
func (fn *Function) Shutdown() {
	fn.mu.Lock()
	envs := slices.Clone(fn.envs)
	fn.mu.Unlock()
	var all sync.WaitGroup
	for _, env := range envs {
		all.Go(env.shutdown)
	}
	all.Wait()
}

// Log returns what the function's environments have logged, the last megabytes of it.
func (fn *Function) Log() []byte { return fn.log.tail(maxLog) }

// Requests returns what runtimes have sent to the function's Runtime API, in order of
// arrival; the oldest are forgotten after some tens of thousands.
func (fn *Function) Requests() []RuntimeRequest {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	var out []RuntimeRequest
	for _, r := range fn.requests {
		out = append(out, *r)
	}
	return out
}

// newUUID returns a random UUID (RFC 9562 §5.4), the form of Lambda's request IDs.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newTraceID returns an X-Ray trace header: a time, a random ID, and nobody sampling.
func newTraceID(now time.Time) string {
	var b [24]byte
	rand.Read(b[:])
	binary.BigEndian.PutUint32(b[:], uint32(now.Unix()))
	return fmt.Sprintf("Root=1-%x-%x;Parent=%s;Sampled=0", b[:4], b[4:16], hex.EncodeToString(b[16:]))
}
