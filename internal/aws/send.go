package aws

import (
	"context"
	"errors"
	"sync"
	"time"

	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
	"reduction/sigv4"
)

// maxErrorBody is the longest body of a refusal that is read.
const maxErrorBody = 64 << 10

// maxSkew is how far our clock may be wrong before it is taken for the cause of a refusal. DynamoDB
// accepts five minutes, S3 fifteen. The SDKs correct their clock beyond four.
const maxSkew = 4 * time.Minute

// service is what the calls to one service share.
type service struct {
	name  string
	retry *retry.Policy

	mu      sync.Mutex
	signers map[signerKey]*sigv4.Signer
}

type signerKey struct {
	sigv4.Credentials
	region string
}

func (s *service) init(name string, r retry.Rules, c *Config) {
	if c.MaxAttempts > 0 {
		r.Attempts = c.MaxAttempts
	}
	s.name = name
	s.retry = retry.NewPolicy(r, c.Pauses)
}

// signer returns the signer of an identity in a region, which keeps the key of the day.
func (s *service) signer(id sigv4.Credentials, region string) *sigv4.Signer {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := signerKey{id, region}
	signer := s.signers[key]
	if signer == nil {
		signer = &sigv4.Signer{Credentials: id, Region: region, Service: s.name}
		if len(s.signers) >= 8 || s.signers == nil {
			s.signers = make(map[signerKey]*sigv4.Signer) // forget the signers of old credentials
		}
		s.signers[key] = signer
	}
	return signer
}

// message is a request before it is signed.
type message struct {
	at     endpoint.URL
	region string
	sigv4.Request
}

// call is an operation of a service, and the request that is under way.
type call struct {
	service *service
	op      string
	place   string
	watch   *transport.Watcher // ends its exchanges with the context
	x       transport.Exchange // the one under way

	// build makes the request and signs it with a time, anew for each attempt.
	build func(id credentials.Identity, at time.Time) (endpoint.URL, *http1.Request, error)
	// accept checks a success. An error means that the attempt has failed after all.
	accept func(x *transport.Exchange) error
	// refused reads a refusal's body into e. It reports whether build will now make another
	// request, which may succeed.
	refused func(e *Error, h http1.Header, body []byte) bool
}

// send makes attempts at a call until one succeeds, or another would be of no use.
func (c *Client) send(op *call) (*transport.Exchange, error) {
	ctx := op.watch.Context
	attempts := op.service.retry.Start()
	amends := 0 // how often a corrected request was sent, which costs no attempt
	for {
		x, e, f, amended := c.attempt(op)
		if e == nil {
			attempts.Succeeded()
			return x, nil
		}
		e.Op, e.Place, e.Attempts = op.op, op.place, attempts.Failed+1
		if ctx.Err() != nil {
			e.Err = context.Cause(ctx)
			return nil, e
		}
		if amended && amends < 3 {
			amends++
			continue
		}
		if !attempts.Again(ctx, f.fault, f.after) {
			return nil, e
		}
	}
}

// failing says whether to try again after a failed attempt, and when.
type failing struct {
	fault retry.Fault
	after time.Duration // see retry.AskedPause
}

// attempt sends the call once.
func (c *Client) attempt(op *call) (x *transport.Exchange, e *Error, f failing, amended bool) {
	id, err := c.credentials.Get(op.watch.Context)
	if err != nil {
		return nil, &Error{Err: err}, failing{}, false // fetching credentials has had its own attempts
	}
	skew := time.Duration(c.skew.Load())
	at, req, err := op.build(id, c.config.Now().Add(skew))
	if err != nil {
		return nil, &Error{Err: err}, failing{}, false
	}
	x = &op.x
	if err = c.pool.Exchange(x, op.watch, at, req); err != nil {
		return nil, &Error{Err: err}, failing{fault: fault(err)}, false
	}
	if x.Status/100 == 2 {
		if err = op.accept(x); err != nil {
			e = (&Error{Err: err}).answered(x)
			x.Close()
			return nil, e, failing{fault: fault(err)}, false
		}
		return x, nil, failing{}, false
	}

	defer x.Close()
	body, err := transport.ReadAll(nil, x, maxErrorBody)
	if err == nil {
		err = verifyCRC(x.Header, body)
	}
	switch {
	case err != nil && x.Status == 400:
		// The body was not received, so the code is not known. Throttled requests have this
		// status, too: try again.
		return nil, (&Error{Err: err}).answered(x), failing{fault: fault(err)}, false
	case err != nil:
		body = nil // the status is enough
	}
	e = (&Error{Op: op.op, Place: op.place}).answered(x)
	amended = op.refused(e, x.Header, body)
	f = failing{retry.FaultOf(e.Status, e.Code), retry.AskedPause(x.Header)}
	e.explain(f.fault)
	switch {
	case f.fault != retry.Final || amended:
	case e.Err == ErrExpired, e.Status == 400 && len(body) == 0:
		// The answer to a HEAD has no body to say that the token has expired.
		amended = c.credentials.Refused(id)
	case e.Err == credentials.ErrInvalid:
		amended = c.setClock(x.Header.Get("Date"), skew)
	}
	return nil, e, f, amended
}

// sign makes the request that goes over the wire.
func (c *Client) sign(s *service, id credentials.Identity, m *message, at time.Time) *http1.Request {
	m.Header = append(m.Header, sigv4.Header{Name: "Host", Value: m.at.Host})
	s.signer(id.Credentials, m.region).Sign(&m.Request, at)
	req := &http1.Request{Method: m.Method, Target: m.Path, Host: m.at.Host}
	if m.Query != "" {
		req.Target += "?" + m.Query
	}
	req.Header = make(http1.Header, 0, len(m.Header))
	for _, h := range m.Header {
		if h.Name != "Host" {
			req.Header = append(req.Header, http1.Field(h))
		}
	}
	return req
}

// now is the time as AWS has it.
func (c *Client) now() time.Time { return c.config.Now().Add(time.Duration(c.skew.Load())) }

// setClock compares our clock with AWS's, and corrects the skew. It reports whether a wrong clock
// was the cause of a refusal, given the skew with which the request was signed. Another call may
// have corrected the clock since then: this request is sent again, too.
func (c *Client) setClock(date string, signed time.Duration) bool {
	theirs, err := time.Parse(time.RFC1123, date)
	if err != nil {
		return false
	}
	skew := theirs.Sub(c.config.Now())
	if (skew - signed).Abs() <= maxSkew {
		return false
	}
	c.skew.Store(int64(skew))
	return true
}

// fault classifies a failure without a good answer: an object of another version stays so.
func fault(err error) retry.Fault {
	for _, stays := range []error{ErrChanged, ErrRange, ErrSize} {
		if errors.Is(err, stays) {
			return retry.Final
		}
	}
	return transport.Fault(err)
}
