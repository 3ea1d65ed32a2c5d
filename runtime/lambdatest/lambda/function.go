package lambda

import (
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"reduction/runtime/lambdatest/internal/front"
)

// A FunctionConfig describes a function.
type FunctionConfig struct {
	Name     string
	MemoryMB int           // 128 if zero; the function is told, but nothing enforces it
	Timeout  time.Duration // 3 s if zero

	Description string
	LogFormat   string // Text if empty, or JSON; of Lambda's own lines

	// Exec is the command of the function's process. The process is started at the first
	// invocation, and again after it has exited or was killed at the timeout. Without a
	// command, a runtime in the test's own process connects to Function.RuntimeAPI.
	Exec []string

	// Env is added to the variables that Lambda sets and to those of Server.Env. If a variable
	// is set more than once, the last one wins.
	Env []string

	// If Log is not nil, it gets what Function.Log returns, as it is logged: by several goroutines
	// at once, and in pieces that need not be lines.
	Log io.Writer

	// Concurrency above 1 makes a Managed Instance: one environment takes that many
	// invocations at the same time, and nothing enforces the timeout.
	Concurrency int

	// SnapStart serves /restore/next, where the runtime ends its INIT and Lambda takes the
	// snapshot. Credentials then come from a container endpoint. If Restore is not nil, it is
	// called while the runtime waits in /restore/next.
	SnapStart bool
	Restore   func()

	// ShutdownTimeout is the time between SIGTERM and SIGKILL for a process with an extension.
	// Zero means Lambda's 500 ms, which can be too short on a busy machine.
	ShutdownTimeout time.Duration

	// RetryDelays are the waits before an asynchronous invocation that failed is tried again.
	// Nil means Lambda's: one minute, then two. An empty slice means no retry.
	RetryDelays []time.Duration

	// Connections is what the control plane shows to be connected to the function.
	Connections Connections

	// If Next is not nil, it may change the headers of each answer to /next.
	Next func(h http.Header)

	// If Intercept is not nil, it sees each request to the Runtime API first. If it returns
	// true, it has answered the request itself, in whatever way.
	Intercept func(w http.ResponseWriter, r *http.Request) bool
}

// Connections are what can invoke a function, and what concurrency it has. The control plane shows
// them. They have no other effect: none of them invokes the function.
type Connections struct {
	EventSources []string // the ARNs of the sources of event source mappings
	Policy       string   // the resource policy, as JSON
	URLAuth      string   // AWS_IAM or NONE, of a function URL
	Reserved     *int     // the reserved concurrency
	Provisioned  int      // the provisioned concurrency of an alias
}

// A Function is a function with its execution environments.
type Function struct {
	// RuntimeAPI is host:port of the Runtime API of the function's first environment. A
	// runtime in the test's own process connects to it.
	RuntimeAPI string

	cfg     FunctionConfig // what does not change; the rest is in settings
	server  front.Server
	arn     string
	version string // $LATEST, or a number
	log     *tailBuffer
	closed  chan struct{}
	code    code

	updateTime time.Duration

	mu       sync.Mutex
	free     *sync.Cond // an environment has become free
	envs     []*environment
	requests []*RuntimeRequest
	async    sync.WaitGroup
	results  []*Result // of asynchronous invocations
	invoked  []time.Time
	control  control

	effective atomic.Pointer[settings] // what environments are started with
}

// latest is the version that can be changed.
const latest = "$LATEST"

// A Result is what became of an invocation.
type Result struct {
	FunctionError string // "" or "Unhandled"
	ErrorType     string // the runtime's, as in "Function.Panic", or Lambda's, as in "Sandbox.Timedout"
	ErrorBody     []byte // the error after the last byte of a streaming response, decoded
	Payload       []byte
	ContentType   string
	Streamed      bool
	LogTail       []byte // the last 4 KB of the environment's log
	RequestID     string

	Cold        bool          // the environment was started for this invocation
	StartToNext time.Duration // from the start of the process to its first GET /next
	Init        time.Duration // Init Duration of the REPORT
	Duration    time.Duration // from the event until the runtime asked for the next one
	MaxMemory   int64         // the largest resident set of the process in bytes; 0 without a /proc
}

func newFunction(server front.Server, arn, version string, cfg FunctionConfig, set settings) *Function {
	fn := &Function{cfg: cfg, server: server, arn: arn, version: version, log: &tailBuffer{max: maxLog}, closed: make(chan struct{})}
	fn.control = control{settings: &set, revision: front.NewUUID(), modified: server.Now()}
	fn.effective.Store(&set)
	fn.code = scriptOf(cfg.Exec)
	fn.free = sync.NewCond(&fn.mu)
	fn.envs = []*environment{newEnvironment(fn)}
	fn.RuntimeAPI = fn.envs[0].addr
	return fn
}

// Shutdown ends the function's environments as Lambda ends idle ones, and waits until their
// processes are gone. A process with an extension gets SIGTERM, and SIGKILL after the
// ShutdownTimeout. A process without one gets SIGKILL at once. The next invocation starts a new
// process.
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

// close ends the function: its processes, the invocations that wait for them, its listeners.
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
	for _, version := range fn.all()[1:] {
		version.close()
	}
	if fn.code.dir != "" {
		os.RemoveAll(fn.code.dir)
	}
}

// PID returns the process ID of the function's first environment; 0 if no process runs there.
func (fn *Function) PID() int {
	fn.mu.Lock()
	first := fn.envs[0]
	fn.mu.Unlock()
	s := first.current()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return 0
	}
	return s.process.cmd.Process.Pid
}

// Log returns what the function's environments have logged: the last megabytes of it.
func (fn *Function) Log() []byte { return fn.log.tail(maxLog) }

// A RuntimeRequest is a request that a runtime has sent to the Runtime API.
type RuntimeRequest struct {
	Method, Path string
	Header       http.Header
	Status       int // of the answer; 0 if there is none, or none yet
}

// Requests returns the requests to the function's Runtime API in the order of their arrival.
// After 65,536 of them the older half is forgotten.
func (fn *Function) Requests() []RuntimeRequest {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	var out []RuntimeRequest
	for _, r := range fn.requests {
		out = append(out, *r)
	}
	return out
}
