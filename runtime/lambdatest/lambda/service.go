// Package lambda is AWS Lambda on this machine, for tests. A lambdatest.Server has one as its
// field Lambda. A test makes functions with CreateFunction and invokes them with
// Function.Invoke; real clients invoke them with the Invoke API of the same server.
//
// A function is a process (FunctionConfig.Exec) or a runtime in the test's own process, which
// connects to Function.RuntimeAPI. In both cases it talks to a Runtime API of its own, which
// refuses what the Lambda Developer Guide doesn't allow.
//
// # What it knows
//
// The Invoke API with its invocation types, qualifiers, limits and log tails. The Runtime API with
// buffered and streaming responses, errors and timeouts, Managed Instances and SnapStart; internal
// extensions. Asynchronous invocations with their retries. The environment variables and the log
// lines of Lambda, with its REPORT, as text and as JSON.
//
// Of the control plane: CreateFunction with a zip, GetFunction with its download,
// UpdateFunctionConfiguration with its states, conflicts and revisions, DeleteFunction, versions and
// aliases. An update ends the environments of a function whose runtime is a process, so that the
// next invocation is a cold start. What is connected to a function is shown (Connections), and
// CloudWatch's metric Invocations.
//
// # What it doesn't
//
// It doesn't limit memory or CPU. It doesn't freeze a process between invocations. It doesn't
// run a failed INIT a second time. SnapStart is not for versions alone. UpdateFunctionCode,
// InvokeWithResponseStream, external extensions, and the Logs and Telemetry APIs don't exist. Of a
// function's settings, only memory size, timeout, environment, description and logging have an
// effect; the others are shown as they were given.
package lambda

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"reduction/runtime/lambdatest/internal/front"
)

// A Service holds functions. Its methods are safe for concurrent use.
type Service struct {
	// UpdateTime is how long the creation of a function and an update of its configuration take. In
	// that time the function is Pending, or its LastUpdateStatus is InProgress. Zero means until the
	// next request. Set UpdateTime before the functions are made.
	UpdateTime time.Duration

	server    front.Server
	mu        sync.Mutex
	functions map[string]*Function
}

// New returns a Service without functions. Package lambdatest calls it.
func New(server front.Server) *Service {
	return &Service{server: server, functions: make(map[string]*Function)}
}

// The defaults of a function. API Reference, CreateFunction; Developer Guide, Lambda execution
// environment lifecycle, Shutdown phase with an internal extension.
const (
	defaultMemoryMB        = 128
	defaultTimeout         = 3 * time.Second
	defaultShutdownTimeout = 500 * time.Millisecond
)

// CreateFunction makes a function. It panics if a function of that name exists, or if no port is
// free for its Runtime API.
func (s *Service) CreateFunction(cfg FunctionConfig) *Function {
	cfg = cfg.withDefaults()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.functions[cfg.Name] != nil {
		panic("lambda: function exists: " + cfg.Name)
	}
	fn := newFunction(s.server, s.arn(cfg.Name), latest, cfg, settingsOf(&cfg))
	fn.updateTime = s.UpdateTime
	s.functions[cfg.Name] = fn
	return fn
}

// withDefaults replaces the zero values of a configuration by Lambda's defaults.
func (cfg FunctionConfig) withDefaults() FunctionConfig {
	cfg.MemoryMB = cmp.Or(cfg.MemoryMB, defaultMemoryMB)
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTimeout)
	cfg.ShutdownTimeout = cmp.Or(cfg.ShutdownTimeout, defaultShutdownTimeout)
	cfg.Concurrency = max(1, cfg.Concurrency)
	if cfg.RetryDelays == nil {
		cfg.RetryDelays = []time.Duration{time.Minute, 2 * time.Minute}
	}
	return cfg
}

func (s *Service) arn(name string) string {
	return fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", s.server.Region(), front.AccountID, name)
}

// Function returns the function of a name, nil if there is none.
func (s *Service) Function(name string) *Function {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.functions[name]
}

// Close ends all functions and their processes. Server.Close calls it.
func (s *Service) Close() {
	s.mu.Lock()
	functions := slices.Collect(maps.Values(s.functions))
	clear(s.functions)
	s.mu.Unlock()
	for _, fn := range functions {
		fn.close()
	}
}

// ServeHTTP answers one request to the Lambda API.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.servePackage(w, r) {
		return
	}
	op, c := route(r)
	front.ServeJSON(s.server, w, r, front.Call{Service: "lambda", Operation: op.name}, refuse,
		func(w http.ResponseWriter, _ *http.Request, body []byte) {
			c.body = body
			s.serve(w, op, c)
		})
}
