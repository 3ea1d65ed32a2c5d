package credentials

import (
	"context"
	"errors"
	"sync"
	"time"

	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
	"reduction/sigv4"
)

// ErrInvalid says that there are no credentials, or that AWS does not accept them.
var ErrInvalid = errors.New("credentials refused")

// refreshAhead is how long before they expire credentials are replaced, so that none expires
// between the signing of a request and its arrival. AWS's SDKs do the same.
const refreshAhead = 5 * time.Minute

// Identity is who the client is. It does not change: a Source that refreshes has another then.
type Identity struct {
	sigv4.Credentials
	AccountID string    // "" if it did not come with the credentials
	Expires   time.Time // zero: never
}

// Source has the identity, and replaces it before it expires if it can.
type Source struct {
	container *Container // nil: the identity never changes
	pool      *transport.Pool
	pauses    retry.Pauses
	now       func() time.Time // as AWS has it

	mu   sync.Mutex // locked while fetching: all callers wait for one request
	held *Identity  // nil: none yet, or refused
}

// Fixed returns a Source of credentials that never change.
func Fixed(c sigv4.Credentials) *Source { return &Source{held: &Identity{Credentials: c}} }

// Source returns a Source that fetches credentials from the endpoint. now is the time as AWS has it.
func (c Container) Source(pool *transport.Pool, pauses retry.Pauses, now func() time.Time) *Source {
	return &Source{container: &c, pool: pool, pauses: pauses, now: now}
}

// Get returns an identity that does not expire soon. If it cannot be replaced, Get returns the old
// one until it expires: the endpoint may answer again before that.
func (s *Source) Get(ctx context.Context) (*Identity, error) {
	if s.container == nil {
		return s.held, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.held != nil && (s.held.Expires.IsZero() || now.Add(refreshAhead).Before(s.held.Expires)) {
		return s.held, nil
	}
	fresh, err := s.fetch(ctx)
	switch {
	case err == nil:
		s.held = fresh
	case s.held == nil || !now.Before(s.held.Expires):
		return nil, err
	}
	return s.held, nil
}

// Refused must be called if AWS says that an identity has expired. It reports whether Get can fetch
// another.
func (s *Source) Refused(id *Identity) bool {
	if s.container == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == id {
		s.held = nil
	}
	return true
}
