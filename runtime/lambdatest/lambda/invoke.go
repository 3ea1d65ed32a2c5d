package lambda

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"reduction/runtime/lambdatest/internal/front"
)

// An invocation is one event on its way through an execution environment.
type invocation struct {
	id           string // the AWS request ID
	invocationID string // Lambda-Runtime-Invocation-Id: one for each attempt
	payload      []byte
	traceID      string
	context      string // X-Amz-Client-Context, decoded
	tenant       string

	deadline time.Time
	sent     time.Time     // when /next was answered with it
	handed   chan struct{} // closed then
	done     chan struct{} // closed when there is a response or an error
	ready    chan struct{} // closed when the runtime has asked for the next one
	result   Result

	claimed bool // a response or an error is being read; guarded by session.mu
	settled bool // result has its outcome; guarded by session.mu
}

// An outcome is the answer to an invocation: the runtime's, or Lambda's if there is none.
type outcome struct {
	functionError string
	errorType     string
	errorBody     []byte
	payload       []byte
	contentType   string
	streamed      bool
}

var errClosed = errors.New("lambda: the function is closed")

// Invoke sends the function an event and waits for the answer, as an invocation of type
// RequestResponse does. Without a payload the event is {}. If the function fails, the Result
// says so. The error is that of ctx, or says that the function was closed.
func (fn *Function) Invoke(ctx context.Context, payload []byte) (*Result, error) {
	return fn.invoke(ctx, &invocation{payload: payload})
}

func (fn *Function) invoke(ctx context.Context, inv *invocation) (*Result, error) {
	if inv.id == "" {
		inv.id = front.NewUUID()
	}
	inv.invocationID = front.NewUUID()
	if inv.traceID == "" {
		inv.traceID = newTraceID(time.Now())
	}
	if len(inv.payload) == 0 {
		inv.payload = []byte("{}")
	}
	inv.handed, inv.done, inv.ready = make(chan struct{}), make(chan struct{}), make(chan struct{})
	inv.result = Result{RequestID: inv.id}

	fn.countInvocation()
	fn.settle()
	env, err := fn.acquire(ctx)
	if err != nil {
		return nil, err
	}
	if fn.isStale(env) {
		env.shutdown()
	}
	// If the caller gives up, the runtime finishes what it has begun, as in Lambda.
	finished := make(chan error, 1)
	go func() {
		err := env.run(ctx, inv)
		fn.release(env) // before finished, so that the caller's next invocation finds it free
		finished <- err
	}()
	select {
	case err := <-finished:
		if err != nil {
			return nil, err
		}
		return &inv.result, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-fn.closed:
		return nil, errClosed
	}
}

// acquire returns an environment that can take an invocation. If all are busy, a function with
// a command gets another environment. A runtime in the test's own process has one environment,
// and its invocations wait.
func (fn *Function) acquire(ctx context.Context) (*environment, error) {
	stop := context.AfterFunc(ctx, func() {
		fn.mu.Lock()
		defer fn.mu.Unlock()
		fn.free.Broadcast()
	})
	defer stop()
	fn.mu.Lock()
	defer fn.mu.Unlock()
	for {
		select {
		case <-fn.closed:
			return nil, errClosed
		default:
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		i := slices.IndexFunc(fn.envs, func(env *environment) bool { return env.busy < fn.cfg.Concurrency })
		if i < 0 && len(fn.cfg.Exec) > 0 {
			i = len(fn.envs)
			fn.envs = append(fn.envs, newEnvironment(fn))
		}
		if i >= 0 {
			fn.envs[i].busy++
			return fn.envs[i], nil
		}
		fn.free.Wait()
	}
}

func (fn *Function) release(env *environment) {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	env.busy--
	fn.free.Broadcast()
}

// settle sets the outcome of an invocation, unless it has one. It reports whether it did.
func (s *session) settle(inv *invocation, a outcome) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if inv.settled {
		return false
	}
	inv.settled = true
	if s.active[inv.id] == inv {
		delete(s.active, inv.id)
		s.answered[inv.id] = inv
	}
	inv.result.FunctionError = a.functionError
	inv.result.ErrorType = a.errorType
	inv.result.ErrorBody = a.errorBody
	inv.result.Payload = a.payload
	inv.result.ContentType = a.contentType
	inv.result.Streamed = a.streamed
	close(inv.done)
	return true
}

// failure is an outcome that Lambda itself makes.
func failure(errorType, message string) outcome {
	return outcome{
		functionError: "Unhandled",
		errorType:     errorType,
		contentType:   "application/json",
		payload:       fmt.Appendf(nil, `{"errorType":%q,"errorMessage":%q}`, errorType, message),
	}
}

// newTraceID returns an X-Ray trace header: a time, random IDs, and no sampling.
func newTraceID(now time.Time) string {
	var b [24]byte
	rand.Read(b[:])
	binary.BigEndian.PutUint32(b[:], uint32(now.Unix()))
	return fmt.Sprintf("Root=1-%x-%x;Parent=%x;Sampled=0", b[:4], b[4:16], b[16:])
}
