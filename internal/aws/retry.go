package aws

import (
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

	retryQuota    = 500 // tokens a service's bucket holds
	transientCost = 14
	throttleCost  = 5
	firstTryGain  = 1 // a success without a retry

	// maxRetryAfter is how far x-amz-retry-after may stretch a delay.
	maxRetryAfter = 5 * time.Second
)

// rules are the retry rules that differ between the services.
type rules struct {
	attempts      int
	transientBase time.Duration
}

var (
	s3Rules       = rules{attempts: 3, transientBase: 50 * time.Millisecond}
	dynamoDBRules = rules{attempts: 4, transientBase: 25 * time.Millisecond}
)

// fault says whether it makes sense to try again after a failure.
type fault int

const (
	final     fault = iota // the same request would fail again
	transient              // 500, 502, 503, 504, a cut or silent connection
	throttled              // the service asks for fewer requests
)

func (f fault) cost() int {
	if f == throttled {
		return throttleCost
	}
	return transientCost
}

// faultOf classifies an answer that is no success. The code decides before the status: a
// 503 SlowDown is a throttle, a 400 RequestTimeout a transient fault. The codes are those of
// botocore; testdata/retryable.json has them, and says of which version. 408 is not among them: a
// proxy sends it when it has not seen the whole request.
func faultOf(status int, code string) fault {
	switch code {
	case "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
		"RequestThrottledException", "TooManyRequestsException",
		"ProvisionedThroughputExceededException", "TransactionInProgressException",
		"RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
		"SlowDown", "PriorRequestNotComplete", "EC2ThrottledException":
		return throttled
	case "RequestTimeout", "RequestTimeoutException", "ReplicatedWriteConflictException":
		return transient
	}
	switch status {
	case 429:
		return throttled
	case 408, 500, 502, 503, 504:
		return transient
	}
	return final
}

// backoff is the pause before the n-th retry, n from 0: full jitter over a doubling base.
// random is in [0, 1).
func (r rules) backoff(f fault, n int, random float64) time.Duration {
	d := r.transientBase
	if f == throttled {
		d = throttleBase
	}
	for ; n > 0 && d < maxBackoff; n-- {
		d *= 2
	}
	return time.Duration(random * float64(min(d, maxBackoff)))
}

// askedPause returns the pause that an answer asks for. AWS sends milliseconds in
// x-amz-retry-after, others send seconds in Retry-After (RFC 9110 §10.2.3). A date in Retry-After
// is ignored.
func askedPause(h http1.Header) time.Duration {
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

// bucket is the retry quota of one service: retries take tokens, successes return them. It
// keeps a client from multiplying the load on a service that is down.
type bucket struct {
	mu     sync.Mutex
	tokens int
}

// take takes the tokens for a retry. It returns false if there are too few.
func (b *bucket) take(cost int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < cost {
		return false
	}
	b.tokens -= cost
	return true
}

func (b *bucket) give(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+n, retryQuota)
}

// try counts the attempts of one call, and keeps what the last retry cost.
type try struct {
	rules   rules
	bucket  *bucket
	attempt int // attempts that have failed
	paid    int
}

// failed counts a failed attempt, and returns whether to try again and after which pause.
func (t *try) failed(f fault, asked time.Duration, random float64) (pause time.Duration, again bool) {
	t.attempt++
	if f == final || t.attempt >= t.rules.attempts || !t.bucket.take(f.cost()) {
		return 0, false
	}
	t.paid = f.cost()
	return retryAfter(asked, t.rules.backoff(f, t.attempt-1, random)), true
}

// succeeded returns the tokens of the last retry to the bucket, and starts a new count. So a body
// that has moved on after a cut may be cut and resumed again.
func (t *try) succeeded() {
	t.bucket.give(max(t.paid, firstTryGain))
	t.attempt, t.paid = 0, 0
}
