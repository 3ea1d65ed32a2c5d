// Package awstest makes the clients that the tests of package aws's parts need.
package awstest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/request"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
	"reduction/internal/env"
	"reduction/runtime/lambdatest"
	"reduction/sigv4"
)

// Patience is how long a test waits for what must come, however slow the machine is.
const Patience = time.Minute

// Config says what a client is made of.
type Config struct {
	Region      string
	Credentials sigv4.Credentials
	Container   credentials.Container // used if Credentials is empty
	Endpoints   endpoint.Settings
	MaxAttempts int // 0: by AWS's rules

	transport.Options
	retry.Pauses
}

// New returns a configuration for a server's URL, whose pauses are recorded and take no time, and
// whose jitter is its maximum.
func New(url string, pauses *[]time.Duration) Config {
	var mu sync.Mutex
	return Config{
		Region:      "us-east-1",
		Credentials: sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"},
		Endpoints:   endpoint.Settings{S3: url, DynamoDB: url},
		Options:     transport.Options{Now: time.Now, Stall: Patience},
		Pauses: retry.Pauses{
			Random: func() float64 { return 1 },
			Sleep: func(ctx context.Context, d time.Duration) error {
				if pauses != nil {
					mu.Lock()
					*pauses = append(*pauses, d)
					mu.Unlock()
				}
				return ctx.Err()
			},
		},
	}
}

// Judged returns a configuration for lambdatest, which verifies what it is sent with code of its own.
func Judged(s *lambdatest.Server) Config {
	getenv := func(name string) string {
		for _, v := range s.Env() {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
	c := New(getenv("AWS_ENDPOINT_URL"), nil)
	c.Region = getenv("AWS_REGION")
	c.Credentials = sigv4.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
	}
	c.CABundle = transport.ReadOptions(env.New(getenv)).CABundle
	return c
}

// Service returns a service for the time of a test.
func (c Config) Service(t testing.TB, name string, r retry.Rules) *request.Service {
	t.Helper()
	pool, err := transport.New(c.Options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s := &request.Sender{Region: c.Region, Endpoints: c.Endpoints, Pool: pool, Clock: c.Now}
	if c.Credentials.AccessKeyID != "" {
		s.Credentials = credentials.Fixed(c.Credentials)
	} else {
		s.Credentials = c.Container.Source(pool, c.Pauses, s.Now)
	}
	if c.MaxAttempts > 0 {
		r.Attempts = c.MaxAttempts
	}
	return &request.Service{Sender: s, Name: name, Retry: retry.NewPolicy(r, c.Pauses)}
}
