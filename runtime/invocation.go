package runtime

import (
	"context"
	"strconv"
	"time"

	"reduction/internal/http1"
)

// Invocation is an event and what Lambda says about it. Any of the strings may be empty.
type Invocation struct {
	RequestID       string
	Deadline        time.Time // when the function times out; zero where Lambda does not say
	FunctionARN     string    // as invoked: with the alias or version
	TraceID         string    // the X-Ray tracing header
	ClientContext   string    // JSON, as the caller's SDK sent it
	CognitoIdentity string    // JSON
	TenantID        string    // of a function with tenant isolation
	InvocationID    string    // tells invocations of the same request ID apart

	// Payload is the event, in full. It is valid until the handler returns, or until the
	// stream that it returns has been read.
	Payload []byte
}

// The header fields that come with an invocation. Developer Guide, "Using the Lambda runtime
// API", Next invocation; for the tenant ID, "Tenant isolation". Lambda sends the invocation ID
// since July 2026, see aws/aws-lambda-rust-runtime#1155. The runtime sends it back with the answer.
// So Lambda does not mistake a late answer for the answer to another attempt.
const (
	fieldRequestID       = "Lambda-Runtime-Aws-Request-Id"
	fieldDeadline        = "Lambda-Runtime-Deadline-Ms"
	fieldFunctionARN     = "Lambda-Runtime-Invoked-Function-Arn"
	fieldTraceID         = "Lambda-Runtime-Trace-Id"
	fieldClientContext   = "Lambda-Runtime-Client-Context"
	fieldCognitoIdentity = "Lambda-Runtime-Cognito-Identity"
	fieldTenantID        = "Lambda-Runtime-Aws-Tenant-Id"
	fieldInvocationID    = "Lambda-Runtime-Invocation-Id"
)

var (
	errNoRequestID = &typedError{"Runtime.NoRequestId", "runtime: an invocation without " + fieldRequestID}
	errBadDeadline = &typedError{"Runtime.BadDeadline", "runtime: " + fieldDeadline + " is not a number"}
)

func newInvocation(h http1.Header) (*Invocation, error) {
	inv := &Invocation{
		RequestID:       h.Get(fieldRequestID),
		FunctionARN:     h.Get(fieldFunctionARN),
		TraceID:         h.Get(fieldTraceID),
		ClientContext:   h.Get(fieldClientContext),
		CognitoIdentity: h.Get(fieldCognitoIdentity),
		TenantID:        h.Get(fieldTenantID),
		InvocationID:    h.Get(fieldInvocationID),
	}
	if s := h.Get(fieldDeadline); s != "" {
		ms, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return inv, errBadDeadline
		}
		inv.Deadline = time.UnixMilli(ms)
	}
	return inv, nil
}

// FromContext returns the invocation that a handler's context belongs to, or nil.
func FromContext(ctx context.Context) *Invocation {
	inv, _ := ctx.Value(invocationKey{}).(*Invocation)
	return inv
}

type invocationKey struct{}

// traceKey is the context key under which AWS's X-Ray SDK for Go looks for the tracing header. It
// is a plain string, as in aws-lambda-go.
const traceKey = "x-amzn-trace-id"

type invocationContext struct {
	context.Context
	inv *Invocation
}

func (c invocationContext) Value(key any) any {
	switch key {
	case invocationKey{}:
		return c.inv
	case traceKey:
		return c.inv.TraceID
	}
	return c.Context.Value(key)
}

// context returns the handler's context: parent's, with the invocation and its deadline.
func (inv *Invocation) context(parent context.Context) (context.Context, context.CancelFunc) {
	var ctx context.Context = invocationContext{parent, inv}
	if inv.Deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, inv.Deadline)
}
