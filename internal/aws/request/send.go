package request

import (
	"context"
	"errors"
	"hash/crc32"
	"strconv"
	"sync"
	"sync/atomic"
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

// Sender is what all services share: where they are, as whom they are called, and the connections.
type Sender struct {
	Region      string // of the function
	Endpoints   endpoint.Settings
	Credentials *credentials.Source
	Pool        *transport.Pool
	Clock       func() time.Time // ours

	skew atomic.Int64 // how far AWS's clock is ahead of ours, in nanoseconds
}

// Service sends requests to one service.
type Service struct {
	*Sender
	Name  string
	Retry *retry.Policy

	mu      sync.Mutex
	signers map[signerKey]*sigv4.Signer
}

type signerKey struct {
	id     *credentials.Identity
	region string
}

// Signer returns the signer of an identity in a region, which keeps the key of the day.
func (s *Service) Signer(id *credentials.Identity, region string) *sigv4.Signer {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := signerKey{id, region}
	signer := s.signers[key]
	if signer == nil {
		signer = &sigv4.Signer{Credentials: id.Credentials, Region: region, Service: s.Name}
		if len(s.signers) >= 8 || s.signers == nil {
			s.signers = make(map[signerKey]*sigv4.Signer) // forget the signers of old credentials
		}
		s.signers[key] = signer
	}
	return signer
}

// Call is an operation of a service, and the request that is under way.
type Call struct {
	Op    string             // GetObject, BatchWriteItem
	Place string             // s3://bucket/key, or the table's name
	Watch *transport.Watcher // ends its exchanges with the context

	// Build makes the request and signs it with a time, anew for each attempt. Every request may
	// arrive twice without harm.
	Build func(id *credentials.Identity, at time.Time) (endpoint.URL, *http1.Request, error)
	// Accept checks a success. An error means that the attempt has failed after all.
	Accept func(x *transport.Exchange) error
	// Final are the errors of Accept that another attempt would meet again.
	Final []error
	// Refused reads a refusal's body into e. It sets e.Err if it knows the kind. It reports
	// whether Build will now make another request, which may succeed.
	Refused func(e *Error, h http1.Header, body []byte) bool

	x transport.Exchange // the one under way
}

// Send makes attempts at a call until one succeeds, or another would be of no use. An error is an
// Error.
func (s *Service) Send(op *Call) (*transport.Exchange, error) {
	ctx := op.Watch.Context
	attempts := s.Retry.Start()
	amends := 0 // how often a corrected request was sent, which costs no attempt
	for {
		x, e, f, amended := s.attempt(op)
		if e == nil {
			attempts.Succeeded()
			return x, nil
		}
		e.Op, e.Place, e.Attempts = op.Op, op.Place, attempts.Failed+1
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
func (s *Service) attempt(op *Call) (x *transport.Exchange, e *Error, f failing, amended bool) {
	id, err := s.Credentials.Get(op.Watch.Context)
	if err != nil {
		return nil, &Error{Err: err}, failing{}, false // fetching credentials has had its own attempts
	}
	skew := time.Duration(s.skew.Load())
	at, req, err := op.Build(id, s.Clock().Add(skew))
	if err != nil {
		return nil, &Error{Err: err}, failing{}, false
	}
	x = &op.x
	if err = s.Pool.Exchange(x, op.Watch, at, req); err != nil {
		return nil, &Error{Err: err}, failing{fault: op.fault(err)}, false
	}
	if x.Status/100 == 2 {
		if err = op.Accept(x); err != nil {
			e = (&Error{Err: err}).Answered(x)
			x.Close()
			return nil, e, failing{fault: op.fault(err)}, false
		}
		return x, nil, failing{}, false
	}

	defer x.Close()
	body, err := http1.ReadAll(nil, x, maxErrorBody)
	if err == nil {
		err = VerifyCRC(x.Header, body)
	}
	switch {
	case err != nil && x.Status == 400:
		// The body was not received, so the code is not known. Throttled requests have this
		// status, too: try again.
		return nil, (&Error{Err: err}).Answered(x), failing{fault: op.fault(err)}, false
	case err != nil:
		body = nil // the status is enough
	}
	e = (&Error{Op: op.Op, Place: op.Place}).Answered(x)
	amended = op.Refused(e, x.Header, body)
	f = failing{retry.FaultOf(e.Status, e.Code), retry.AskedPause(x.Header)}
	e.explain(f.fault)
	switch {
	case f.fault != retry.Final || amended:
	case e.Err == ErrExpired, e.Status == 400 && len(body) == 0:
		// The answer to a HEAD has no body to say that the token has expired.
		amended = s.Credentials.Refused(id)
	case e.Err == credentials.ErrInvalid:
		amended = s.setClock(x.Header.Get("Date"), skew)
	}
	return nil, e, f, amended
}

// Sign signs a request to a region of the service, and makes what goes over the wire of it.
func (s *Service) Sign(id *credentials.Identity, at endpoint.URL, region string, r *sigv4.Request, now time.Time) *http1.Request {
	r.Header = append(r.Header, sigv4.Header{Name: "Host", Value: at.Host})
	s.Signer(id, region).Sign(r, now)
	req := &http1.Request{Method: r.Method, Target: r.Path, Host: at.Host}
	if r.Query != "" {
		req.Target += "?" + r.Query
	}
	req.Header = make(http1.Header, 0, len(r.Header))
	for _, h := range r.Header {
		if h.Name != "Host" {
			req.Header = append(req.Header, http1.Field(h))
		}
	}
	return req
}

// Now is the time as AWS has it.
func (s *Sender) Now() time.Time { return s.Clock().Add(time.Duration(s.skew.Load())) }

// setClock compares our clock with AWS's, and corrects the skew. It reports whether a wrong clock
// was the cause of a refusal, given the skew with which the request was signed. Another call may
// have corrected the clock since then: this request is sent again, too.
func (s *Sender) setClock(date string, signed time.Duration) bool {
	theirs, err := time.Parse(time.RFC1123, date)
	if err != nil {
		return false
	}
	skew := theirs.Sub(s.Clock())
	if (skew - signed).Abs() <= maxSkew {
		return false
	}
	s.skew.Store(int64(skew))
	return true
}

// fault classifies a failure without a good answer.
func (c *Call) fault(err error) retry.Fault {
	for _, stays := range c.Final {
		if errors.Is(err, stays) {
			return retry.Final
		}
	}
	return transport.Fault(err)
}

// ErrCorrupt says that an answer's checksum is wrong.
var ErrCorrupt = errors.New("the answer arrived damaged")

// VerifyCRC compares an answer with its X-Amz-Crc32, the CRC-32 (IEEE) of the body in decimal.
// DynamoDB Developer Guide, DynamoDB low-level API.
func VerifyCRC(h http1.Header, body []byte) error {
	s := h.Get("X-Amz-Crc32")
	if s == "" {
		return nil // an emulator's answer, or one of a service that sends none
	}
	want, err := strconv.ParseUint(s, 10, 32)
	if err != nil || crc32.ChecksumIEEE(body) != uint32(want) {
		return ErrCorrupt
	}
	return nil
}
