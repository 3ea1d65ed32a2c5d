package aws

import (
	"context"
	"errors"
	"sync"
	"time"

	"reduction/sigv4"
)

// ErrCredentials says that there are no credentials, or that AWS does not take them.
var ErrCredentials = errors.New("credentials refused")

// refreshAhead is how long before their end credentials are replaced. AWS's SDKs do the
// same, so that none expires between signing and arriving.
const refreshAhead = 5 * time.Minute

// identity is who the client is.
type identity struct {
	sigv4.Credentials
	accountID string    // "" where it did not come with the credentials
	expires   time.Time // zero: with the process
}

// credentials hands out the identity, and replaces it in time where it can.
type credentials struct {
	fetch func(ctx context.Context) (identity, error) // nil: the identity is for good
	now   func() time.Time

	mu   sync.Mutex // held while fetching: one request is enough for all who wait
	held identity
}

// get returns an identity that is good for a while. One that could not be replaced is used
// to its very end: the endpoint for new ones may be back by then.
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

// refused is told that AWS called an identity expired. It says whether there can be another.
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
