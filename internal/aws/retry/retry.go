// Package retry decides whether a failed call to AWS is tried again, and after which pause.
package retry

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"reduction/internal/http1"
)

// The rules of AWS's SDKs since November 2026, for standard mode. AWS SDKs and Tools
// Reference Guide, Retry behavior; aws/aws-sdk-go-v2#3416.
const (
	throttleBase = 1000 * time.Millisecond
	maxBackoff   = 20 * time.Second // applied before the jitter

	quota         = 500 // tokens of a service
	transientCost = 14
	throttleCost  = 5
	firstTryGain  = 1 // a success without a retry

	// maxRetryAfter is how far x-amz-retry-after may stretch a delay.
	maxRetryAfter = 5 * time.Second
)

// Rules are the retry rules that differ between the services.
type Rules struct {
	Attempts      int
	TransientBase time.Duration
}

var (
	Standard = Rules{Attempts: 3, TransientBase: 50 * time.Millisecond} // of all services but DynamoDB
	DynamoDB = Rules{Attempts: 4, TransientBase: 25 * time.Millisecond}
)

// Fault says whether it makes sense to try again after a failure.
type Fault int

const (
	Final     Fault = iota // the same request would fail again
	Transient              // 500, 502, 503, 504, a cut or silent connection
	Throttled              // the service asks for fewer requests
)

func (f Fault) cost() int {
	if f == Throttled {
		return throttleCost
	}
	return transientCost
}

// FaultOf classifies an answer that is no success. The code decides before the status: a
// 503 SlowDown is a throttle, a 400 RequestTimeout a transient fault. The codes are those of
// botocore; testdata/retryable.json has them, and says of which version. 408 is not among them: a
// proxy sends it when it has not seen the whole request.
func FaultOf(status int, code string) Fault {
	switch code {
	case "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
		"RequestThrottledException", "TooManyRequestsException",
		"ProvisionedThroughputExceededException", "TransactionInProgressException",
		"RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
		"SlowDown", "PriorRequestNotComplete", "EC2ThrottledException":
		return Throttled
	case "RequestTimeout", "RequestTimeoutException", "ReplicatedWriteConflictException":
		return Transient
	}
	switch status {
	case 429:
		return Throttled
	case 408, 500, 502, 503, 504:
		return Transient
	}
	return Final
}

// backoff is the pause before the n-th retry, n from 0: full jitter over a doubling base.
// random is in [0, 1).
func (r Rules) backoff(f Fault, n int, random float64) time.Duration {
	d := r.TransientBase
	if f == Throttled {
		d = throttleBase
	}
	for ; n > 0 && d < maxBackoff; n-- {
		d *= 2
	}
	return time.Duration(random * float64(min(d, maxBackoff)))
}

// AskedPause returns the pause that an answer asks for. AWS sends milliseconds in
// x-amz-retry-after, others send seconds in Retry-After (RFC 9110 §10.2.3). A date in Retry-After
// is ignored.
func AskedPause(h http1.Header) time.Duration {
	if ms, err := strconv.ParseInt(h.Get("x-amz-retry-after"), 10, 32); err == nil {
		return time.Duration(ms) * time.Millisecond
	}
	s, _ := strconv.ParseInt(h.Get("Retry-After"), 10, 32)
	return time.Duration(s) * time.Second
}

// retryAfter returns the pause that the service asks for, but no less than the computed one and at
// most 5 s more.
func retryAfter(asked, computed time.Duration) time.Duration {
	return min(max(asked, computed), computed+maxRetryAfter)
}

// Pauses makes pauses between attempts.
type Pauses struct {
	Sleep  func(ctx context.Context, d time.Duration) error // nil: a timer
	Random func() float64                                   // the jitter's source, in [0, 1); nil: math/rand/v2
}

// Pause sleeps. If ctx would end before the pause does, it returns an error at once.
func (p *Pauses) Pause(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	return p.Sleep(ctx, d)
}

// sleep pauses for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Policy is what the calls to one service share. It has a quota: retries take tokens, successes
// return them. The quota keeps a client from multiplying the load on a service that is down.
type Policy struct {
	Rules
	Pauses

	mu     sync.Mutex
	tokens int
}

// NewPolicy returns a policy with a full quota.
func NewPolicy(r Rules, p Pauses) *Policy {
	if p.Sleep == nil {
		p.Sleep = sleep
	}
	if p.Random == nil {
		p.Random = rand.Float64
	}
	return &Policy{Rules: r, Pauses: p, tokens: quota}
}

// Backoff is the pause before the n-th retry, n from 0.
func (p *Policy) Backoff(f Fault, n int) time.Duration { return p.backoff(f, n, p.Random()) }

// take takes the tokens for a retry. It returns false if there are too few.
func (p *Policy) take(cost int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tokens < cost {
		return false
	}
	p.tokens -= cost
	return true
}

func (p *Policy) give(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens = min(p.tokens+n, quota)
}

// Attempts counts the attempts of one call, and keeps what the last retry cost.
type Attempts struct {
	Failed int // attempts that have failed

	policy *Policy
	paid   int
}

// Start returns the count of a new call.
func (p *Policy) Start() Attempts { return Attempts{policy: p} }

// Again counts a failed attempt. If another makes sense, it pauses and returns true. asked is the
// pause that the service asks for.
func (a *Attempts) Again(ctx context.Context, f Fault, asked time.Duration) bool {
	pause, again := a.failed(f, asked, a.policy.Random())
	return again && a.policy.Pause(ctx, pause) == nil
}

// failed counts a failed attempt, and returns whether to try again and after which pause.
func (a *Attempts) failed(f Fault, asked time.Duration, random float64) (pause time.Duration, again bool) {
	a.Failed++
	if f == Final || a.Failed >= a.policy.Rules.Attempts || !a.policy.take(f.cost()) {
		return 0, false
	}
	a.paid = f.cost()
	return retryAfter(asked, a.policy.backoff(f, a.Failed-1, random)), true
}

// Succeeded returns the tokens of the last retry to the quota, and starts a new count. So a body
// that has moved on after a cut may be cut and resumed again.
func (a *Attempts) Succeeded() {
	a.policy.give(max(a.paid, firstTryGain))
	a.Failed, a.paid = 0, 0
}
