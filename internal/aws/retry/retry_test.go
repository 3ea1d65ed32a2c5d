package retry

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"reduction/internal/http1"
)

// TestRetryRules plays answers against the rules. A step reads "answer: outcome quota
// delay"; the outcomes are retry, ok, attempts (used up), quota (used up) and fail. The
// scenarios are those that AWS's SDKs share for the rules of November 2026, without their
// long-polling ones; jitter 1 makes each delay its maximum.
func TestRetryRules(t *testing.T) {
	for _, c := range []struct {
		name     string
		rules    Rules
		attempts int // 0: the rules' own
		tokens   int
		steps    string
	}{
		{"succeeds after two retries", Standard, 0, 500, "500: retry 486 50ms | 500: retry 472 100ms | 200: ok 486"},
		{"attempts used up", Standard, 0, 500, "502: retry 486 50ms | 502: retry 472 100ms | 502: attempts 472"},
		{"quota used up after one retry", Standard, 0, 14, "500: retry 0 50ms | 500: quota 0"},
		{"no quota at all", Standard, 0, 0, "500: quota 0"},
		{"doubling", Standard, 5, 500, "500: retry 486 50ms | 500: retry 472 100ms | 500: retry 458 200ms | 500: retry 444 400ms | 500: attempts 444"},
		{"cap", Standard, 12, 500, "SlowDown: retry 495 1s | SlowDown: retry 490 2s | SlowDown: retry 485 4s | SlowDown: retry 480 8s | SlowDown: retry 475 16s | SlowDown: retry 470 20s | SlowDown: retry 465 20s"},
		{"a rest of the quota is no retry", Standard, 5, 20, "500: retry 6 50ms | 502: quota 6"},
		{"the quota recovers", Standard, 5, 30, "500: retry 16 50ms | 502: retry 2 100ms | 200: ok 16 | 500: retry 2 50ms | 200: ok 16"},
		{"a first success gains one", Standard, 0, 400, "200: ok 401 | 200: ok 402"},
		{"the quota has a ceiling", Standard, 0, 500, "200: ok 500"},
		{"throttling", Standard, 0, 500, "Throttling: retry 495 1s | 200: ok 500"},
		{"kinds mix", Standard, 4, 500, "500: retry 486 50ms | SlowDown: retry 481 2s | 500: retry 467 200ms | 200: ok 481"},
		{"DynamoDB", DynamoDB, 0, 500, "500: retry 486 25ms | 500: retry 472 50ms | 500: retry 458 100ms | 500: attempts 458"},
		{"DynamoDB throttling", DynamoDB, 0, 500, "ThrottlingException: retry 495 1s | ProvisionedThroughputExceededException: retry 490 2s"},
		{"retry-after is honoured", Standard, 0, 500, "500@1500: retry 486 1.5s | 200: ok 500"},
		{"retry-after has a minimum", Standard, 0, 500, "500@0: retry 486 50ms"},
		{"retry-after has a maximum", Standard, 0, 500, "500@10000: retry 486 5.05s"},
		{"retry-after must be a number", Standard, 0, 500, "500@invalid: retry 486 50ms"},
		{"retry-after in seconds", Standard, 0, 500, "503@Retry-After=2: retry 486 2s | 429@Retry-After=3: retry 481 3s"},
		{"retry-after with a date", Standard, 0, 500, "503@Retry-After=Mon, 30 Nov 2026 07:00:00 GMT: retry 486 50ms"},
		{"408", Standard, 0, 500, "408: retry 486 50ms"},
		{"what is final", Standard, 0, 500, "404: fail 500 | 403: fail 500 | 501: fail 500 | ValidationException: fail 500"},
	} {
		r := c.rules
		if c.attempts > 0 {
			r.Attempts = c.attempts
		}
		p := &Policy{Rules: r, tokens: c.tokens}
		call := p.Start()
		for _, step := range strings.Split(c.steps, " | ") {
			answer, want, _ := strings.Cut(step, ": ")
			answer, after, _ := strings.Cut(answer, "@")
			name, value, ok := strings.Cut(after, "=")
			if !ok {
				name, value = "x-amz-retry-after", after
			}
			status, err := strconv.Atoi(answer)
			code := ""
			if err != nil {
				status, code = 400, answer
			}
			var got string
			if status == 200 {
				call.Succeeded()
				got = "ok " + strconv.Itoa(p.tokens)
			} else {
				f := FaultOf(status, code)
				pause, again := call.failed(f, AskedPause(http1.Header{{Name: name, Value: value}}), 1)
				switch {
				case again:
					got = "retry " + strconv.Itoa(p.tokens) + " " + pause.String()
				case f == Final:
					got = "fail " + strconv.Itoa(p.tokens)
					call.Failed = 0
				case call.Failed >= r.Attempts:
					got = "attempts " + strconv.Itoa(p.tokens)
				default:
					got = "quota " + strconv.Itoa(p.tokens)
				}
			}
			if got != want {
				t.Errorf("%s: %s: got %q", c.name, step, got)
			}
		}
	}
}

func TestBackoffJitters(t *testing.T) {
	for _, c := range []struct {
		random float64
		want   time.Duration
	}{{0, 0}, {0.25, 50 * time.Millisecond}, {0.5, 100 * time.Millisecond}} {
		if got := Standard.backoff(Transient, 2, c.random); got != c.want {
			t.Errorf("backoff at %v: %v, want %v", c.random, got, c.want)
		}
	}
	if got := DynamoDB.backoff(Transient, 1000, 1); got != maxBackoff {
		t.Errorf("the 1000th backoff is %v", got)
	}
}
