package aws

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
	"reduction/internal/crc64nvme"
	"reduction/internal/env"
)

// Client sends requests to S3 and DynamoDB. Several goroutines may use it at once. It keeps
// connections, TLS sessions, credentials and read-ahead buffers from one call to the next, so a
// function makes one Client and keeps it.
type Client struct {
	config      Config
	credentials *credentials.Source
	pool        *transport.Pool
	s3          service
	dynamoDB    service
	buffers     buffers

	skew atomic.Int64 // how far AWS's clock is ahead of ours, in nanoseconds

	mu      sync.Mutex
	regions map[string]string // by bucket, where its region has turned out to be another

	senders sync.Pool // of *sender, not in use
}

// New returns a client. It opens no connection, and reads no file but the CA bundle. The first
// call, or Warm, opens connections.
func New(c Config) (*Client, error) {
	switch {
	case c.Region == "":
		return nil, &env.Error{Name: "AWS_REGION", Expected: "a region, and it is not set"}
	case !endpoint.IsHostLabel(c.Region):
		return nil, &env.Error{Name: "AWS_REGION", Expected: "a region"}
	case c.Credentials.AccessKeyID == "" && c.Container == (credentials.Container{}):
		return nil, noCredentials{}
	case c.Credentials.AccessKeyID != "" && c.Credentials.SecretAccessKey == "":
		return nil, &env.Error{Name: "AWS_SECRET_ACCESS_KEY", Expected: "the secret of AWS_ACCESS_KEY_ID"}
	}
	for _, v := range [...]struct{ name, value string }{
		{"AWS_ACCESS_KEY_ID", c.Credentials.AccessKeyID}, {"AWS_SESSION_TOKEN", c.Credentials.SessionToken},
	} {
		if strings.ContainsFunc(v.value, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			return nil, &env.Error{Name: v.name, Expected: "visible ASCII characters, without spaces or line ends"}
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	pool, err := transport.New(c.Options)
	if err != nil {
		return nil, err
	}
	client := &Client{
		config:  c,
		pool:    pool,
		regions: make(map[string]string),
	}
	client.s3.init("s3", retry.Standard, &c)
	client.dynamoDB.init("dynamodb", retry.DynamoDB, &c)
	client.buffers.plan = planFor(c.MemoryMB)
	if c.Credentials.AccessKeyID != "" {
		client.credentials = credentials.Fixed(c.Credentials)
	} else {
		client.credentials = c.Container.Source(pool, c.Pauses, client.now)
	}
	// Settings that allow no endpoint fail now, and not at the first object.
	if _, _, err := c.Endpoints.Bucket(c.Region, "bucket"); err != nil {
		return nil, err
	}
	if c.Credentials.AccessKeyID != "" {
		if _, err := c.Endpoints.Tables(c.Region, ""); err != nil {
			return nil, err
		}
	}
	return client, nil
}

type noCredentials struct{}

func (noCredentials) Error() string {
	return "aws: no credentials: neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
}
func (noCredentials) Unwrap() error { return credentials.ErrInvalid }

// Warm opens connections for the first calls: one to DynamoDB for each writer, and one to each
// bucket. It is for Lambda's INIT phase, which has a whole CPU at any memory size: a TLS handshake
// is cheap there. Errors are ignored: the first call meets them again and reports them. Warm may
// run beside other calls.
func (c *Client) Warm(ctx context.Context, writers int, buckets ...string) {
	id, err := c.credentials.Get(ctx)
	if err != nil {
		return
	}
	var wg sync.WaitGroup
	warm := func(at endpoint.URL, err error) {
		if err != nil {
			return
		}
		wg.Go(func() { c.pool.Add(ctx, at) })
	}
	at, err := c.config.Endpoints.Tables(c.config.Region, id.AccountID)
	for range writers {
		warm(at, err)
	}
	for _, bucket := range buckets {
		at, _, err := c.config.Endpoints.Bucket(c.regionOf(bucket), bucket)
		warm(at, err)
	}
	crc64nvme.New() // the first call asks the processor for its features: better now than later
	wg.Wait()
}

// Close closes the connections and frees the buffers that no call is using. The client remains
// usable.
func (c *Client) Close() {
	c.pool.Close()
	c.buffers.release()
}

// regionOf returns the region that a bucket was last found in.
func (c *Client) regionOf(bucket string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if region := c.regions[bucket]; region != "" {
		return region
	}
	return c.config.Region
}

func (c *Client) setRegion(bucket, region string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.regions[bucket] = region
}
