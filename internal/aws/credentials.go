package aws

import (
	"context"
	"errors"
	"sync"
	"time"

	"reduction/sigv4"
)

// ErrCredentials says that there are no credentials, or that AWS does not accept them.
var ErrCredentials = errors.New("credentials refused")

// refreshAhead is how long before they expire credentials are replaced, so that none expires
// between the signing of a request and its arrival. AWS's SDKs do the same.
const refreshAhead = 5 * time.Minute

// identity is who the client is.
type identity struct {
	sigv4.Credentials
	accountID string    // "" if it did not come with the credentials
	expires   time.Time // zero: never
}

// credentials has the identity, and replaces it before it expires if it can.
type credentials struct {
	fetch func(ctx context.Context) (identity, error) // nil: the identity never changes
	now   func() time.Time

	mu   sync.Mutex // locked while fetching: all callers wait for one request
	held identity
}

// get returns an identity that does not expire soon. If it cannot be replaced, get returns the old
// one until it expires: the endpoint may answer again before that.
func (c *credentials) get(ctx context.Context) (identity, error) {
	if c.fetch == nil {
		return c.held, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.held.AccessKeyID != "" && (c.held.expires.IsZero() || now.Add(refreshAhead).Before(c.held.expires)) {
		return c.held, nil
	}
	fresh, err := c.fetch(ctx)
	switch {
	case err == nil:
		c.held = fresh
	case !now.Before(c.held.expires):
		return identity{}, err
	}
	return c.held, nil
}

// refused must be called if AWS says that an identity has expired. It reports whether get can fetch
// another.
func (c *credentials) refused(id identity) bool {
	if c.fetch == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held.AccessKeyID == id.AccessKeyID && c.held.SessionToken == id.SessionToken {
		c.held = identity{}
	}
	return true
}
