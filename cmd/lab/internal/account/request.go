package account

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"reduction/sigv4"
	"reduction/sigv4/sigv4http"
)

// A Request is a call of one operation of a service.
type Request struct {
	Operation   string // for errors
	Service     string // as signatures have it: lambda, monitoring
	Method      string
	Path        string // escaped
	Query       string // escaped
	ContentType string
	Header      http.Header
	Body        []byte

	// Once is set for a request that does work each time it is sent, as Invoke does. It is tried
	// again only where the service says that it has not carried it out.
	Once bool

	// Changes is set for a request that changes something. The end of the context ends its attempts,
	// but an attempt that was begun is waited for: what it has done is better known than guessed.
	Changes bool
}

// A Response is what a service answers to a request that it carried out.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration // from sending the request to the end of the answer; earlier attempts apart
}

// The attempts of one request are spread over about a minute: a laptop's network comes back in that
// time, and a throttle ends.
const (
	maxAttempts = 9
	firstDelay  = 250 * time.Millisecond
	maxDelay    = 15 * time.Second
)

// attemptTime is how long an attempt may take, beside the time for its body at uploadSpeed, so that a
// connection that is lost without a word does not keep the others waiting. It is not for requests
// that do work.
const (
	attemptTime = 30 * time.Second
	uploadSpeed = 100_000 // bytes a second
)

// Do sends a request until it is carried out, is refused for good, has failed too often, or the
// context ends.
func (a *Account) Do(ctx context.Context, r *Request) (*Response, error) {
	for attempt, delay := 1, firstDelay; ; attempt++ {
		response, err := a.try(ctx, r)
		if err == nil || ctx.Err() != nil {
			return response, err
		}
		e, _ := errors.AsType[*Error](err)
		if e != nil {
			e.Repeated = attempt > 1
		}
		if e != nil && e.Expired() && a.refresh() {
			continue
		}
		if attempt == maxAttempts || !retriable(r, err, e) {
			return nil, err
		}
		pause := time.Duration((0.5 + rand.Float64()/2) * float64(delay))
		if err := a.Sleep(ctx, pause); err != nil {
			return nil, err
		}
		delay = min(2*delay, maxDelay)
	}
}

// retriable reports whether a request may succeed later, and may be sent again.
func retriable(r *Request, err error, e *Error) bool {
	if e != nil {
		return e.Throttled() || !r.Once && e.Status >= 500
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if !r.Once {
		return true // the network
	}
	dial, ok := errors.AsType[*net.OpError](err)
	return ok && dial.Op == "dial" // nothing was sent
}

// try sends a request once.
func (a *Account) try(ctx context.Context, r *Request) (*Response, error) {
	target := a.endpoint(r.Service) + r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	if r.Changes {
		ctx = context.WithoutCancel(ctx)
	}
	if !r.Once {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, attemptTime+time.Duration(len(r.Body))*time.Second/uploadSpeed)
		defer cancel()
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, target, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Operation, err)
	}
	for name, values := range r.Header {
		request.Header[name] = values
	}
	if r.ContentType != "" {
		request.Header.Set("Content-Type", r.ContentType)
	}
	signer := sigv4.Signer{Credentials: a.credentials, Region: a.Region, Service: r.Service}
	sigv4http.Sign(&signer, request, r.Body, a.Now())
	begun := time.Now()
	response, err := a.HTTP.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Operation, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	took := time.Since(begun)
	if err != nil {
		return nil, fmt.Errorf("%s: reading the answer: %w", r.Operation, err)
	}
	if response.StatusCode >= 300 {
		return nil, newError(r.Operation, response, body)
	}
	return &Response{response.StatusCode, response.Header, body, took}, nil
}
