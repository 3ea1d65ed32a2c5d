package aws

import (
	"context"
	"errors"
	"sync"
	"time"

	"reduction/internal/http1"
	"reduction/sigv4"
)

// maxErrorBody is how much of a refusal is read.
const maxErrorBody = 64 << 10

// maxSkew is how far our clock may be off before a refusal is blamed on it. Services take
// five minutes, DynamoDB, or fifteen, S3; the SDKs correct theirs beyond four.
const maxSkew = 4 * time.Minute

// service is what the calls to one service share.
type service struct {
	name   string
	rules  rules
	bucket bucket

	mu      sync.Mutex
	signers map[signerKey]*sigv4.Signer
}

type signerKey struct {
	sigv4.Credentials
	region string
}

func (s *service) init(name string, r rules, attempts int) {
	s.name = name
	s.rules = r
	if attempts > 0 {
		s.rules.attempts = attempts
	}
	s.bucket.tokens = retryQuota
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
			s.signers = make(map[signerKey]*sigv4.Signer) // credentials come and go
		}
		s.signers[key] = signer
	}
	return signer
}

// message is a request before it is signed.
type message struct {
	at     endpoint
	region string
	sigv4.Request
}

// call is an operation of a service on its way.
type call struct {
	service *service
	op      string
	place   string
	watch   *watcher // ends its exchanges with the context
	x       exchange // the one under way

	// build makes the request and signs it with a time, anew for each attempt.
	build func(id identity, at time.Time) (endpoint, *http1.Request, error)
	// accept looks at a success; an error means that it is none after all, and passes.
	accept func(x *exchange) error
	// refused reads a refusal's body into e, and says whether build will make a request of
	// it that has a better chance.
	refused func(e *Error, h http1.Header, body []byte) bool
}

// send makes attempts at a call until one succeeds, or another would be of no use.
func (c *Client) send(op *call) (*exchange, error) {
	ctx := op.watch.ctx
	t := &try{rules: op.service.rules, bucket: &op.service.bucket}
	amends := 0 // requests sent again for another reason than a fault's
	for {
		x, e, f, amended := c.attempt(op)
		if e == nil {
			t.succeeded()
			return x, nil
		}
		e.Op, e.Place, e.Attempts = op.op, op.place, t.attempt+1
		if ctx.Err() != nil {
			e.Err = context.Cause(ctx)
			return nil, e
		}
		if amended && amends < 3 {
			amends++
			continue
		}
		pause, again := t.failed(f.fault, f.after, c.config.Random())
		if !again || c.pause(ctx, pause) != nil {
			return nil, e
		}
	}
}

// failing is what a failed attempt says about the next.
type failing struct {
	fault fault
	after time.Duration // see askedPause
}

// attempt sends the call once.
func (c *Client) attempt(op *call) (x *exchange, e *Error, f failing, amended bool) {
	id, err := c.credentials.get(op.watch.ctx)
	if err != nil {
		return nil, &Error{Err: err}, failing{}, false // the fetching has made its own attempts
	}
	skew := time.Duration(c.skew.Load())
	at, req, err := op.build(id, c.config.Now().Add(skew))
	if err != nil {
		return nil, &Error{Err: err}, failing{}, false
	}
	if x, err = c.exchange(op, at, req); err != nil {
		return nil, &Error{Err: err}, failing{fault: transportFault(err)}, false
	}
	if x.Status/100 == 2 {
		if err = op.accept(x); err != nil {
			e = (&Error{Err: err}).answered(x)
			x.Close()
			return nil, e, failing{fault: transportFault(err)}, false
		}
		return x, nil, failing{}, false
	}

	defer x.Close()
	body, err := readAll(nil, x, maxErrorBody)
	if err == nil {
		err = verifyCRC(x.Header, body)
	}
	switch {
	case err != nil && x.Status == 400:
		// The code is lost that says whether another attempt may succeed: a request that was
		// throttled has this status, too.
		return nil, (&Error{Err: err}).answered(x), failing{fault: transportFault(err)}, false
	case err != nil:
		body = nil // the status says enough
	}
	e = (&Error{Op: op.op, Place: op.place}).answered(x)
	amended = op.refused(e, x.Header, body)
	f = failing{faultOf(e.Status, e.Code), askedPause(x.Header)}
	e.explain(f.fault)
	switch {
	case f.fault != final || amended:
	case e.Err == ErrExpired, e.Status == 400 && len(body) == 0:
		// The answer to a HEAD has no body to say that the token has expired.
		amended = c.credentials.refused(id)
	case e.Err == ErrCredentials:
		amended = c.setClock(x.Header.Get("Date"), skew)
	}
	return nil, e, f, amended
}

// sign makes the request that goes over the wire.
func (c *Client) sign(s *service, id identity, m *message, at time.Time) *http1.Request {
	m.Header = append(m.Header, sigv4.Header{Name: "Host", Value: m.at.host})
	s.signer(id.Credentials, m.region).Sign(&m.Request, at)
	req := &http1.Request{Method: m.Method, Target: m.Path, Host: m.at.host}
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

// setClock compares our clock with AWS's, and says whether it was to blame for the refusal of a
// request that was signed with a skew. Another call may have corrected the clock meanwhile: then
// this request is sent again, too.
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

// transportFault classifies a failure without an answer. Connections fail for a while; what
// a certificate, a proxy or an object's version is to blame for stays. Whether the caller's
// time is over is for the caller to ask its context: a dialer's timeout says that it is a
// context.DeadlineExceeded, too.
func transportFault(err error) fault {
	for _, stays := range []error{ErrCertificate, ErrProxy, ErrEndpoint, ErrChanged, ErrRange, ErrSize, http1.ErrRequest} {
		if errors.Is(err, stays) {
			return final
		}
	}
	return transient
}
