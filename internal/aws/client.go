package aws

import (
	"context"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"reduction/internal/crc64nvme"
	"reduction/internal/env"
)

// Client speaks with S3 and DynamoDB. It may be used by several goroutines at once. It
// keeps connections, TLS sessions, credentials and read-ahead buffers from one call to the
// next, so a function makes one and keeps it.
type Client struct {
	config      Config
	credentials credentials
	trust       *trust
	pool        pool
	s3          service
	dynamoDB    service
	buffers     buffers

	skew atomic.Int64 // how far AWS's clock is ahead of ours, in nanoseconds

	mu      sync.Mutex
	regions map[string]string // where buckets turned out to be

	senders sync.Pool // of *sender, not in use
}

// New returns a client. It opens no connection and reads no file but the CA bundle's: what
// needs more waits for the first call, or for Warm.
func New(c Config) (*Client, error) {
	switch {
	case c.Region == "":
		return nil, &env.Error{Name: "AWS_REGION", Expected: "a region, and it is not set"}
	case !isHostLabel(c.Region):
		return nil, &env.Error{Name: "AWS_REGION", Expected: "a region"}
	case c.Credentials.AccessKeyID == "" && c.Container == (Container{}):
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
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	if c.Stall == 0 {
		c.Stall = DefaultStall
	}
	if c.Connect == 0 {
		c.Connect = DefaultConnect
	}
	t, err := newTrust(c.CABundle)
	if err != nil {
		return nil, err
	}
	client := &Client{
		config:  c,
		trust:   t,
		regions: make(map[string]string),
	}
	client.s3.init("s3", s3Rules, c.MaxAttempts)
	client.dynamoDB.init("dynamodb", dynamoDBRules, c.MaxAttempts)
	client.buffers.plan = planFor(c.MemoryMB)
	client.credentials.now = client.now
	if c.Credentials.AccessKeyID != "" {
		client.credentials.held.Credentials = c.Credentials
	} else {
		client.credentials.fetch = client.fromContainer
	}
	// What the settings make impossible is said now, not at the first object.
	if _, _, err := c.Endpoints.s3(c.Region, "bucket"); err != nil {
		return nil, err
	}
	if c.Credentials.AccessKeyID != "" {
		if _, err := c.Endpoints.dynamoDB(c.Region, ""); err != nil {
			return nil, err
		}
	}
	return client, nil
}

type noCredentials struct{}

func (noCredentials) Error() string {
	return "aws: no credentials: neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
}
func (noCredentials) Unwrap() error { return ErrCredentials }

// sleep pauses for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// pause sleeps between attempts. Where ctx would end first there is nothing to wait for.
func (c *Client) pause(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	return c.config.Sleep(ctx, d)
}

// Warm opens connections to DynamoDB, as many as there will be batches in flight, and one to
// each bucket, and leaves them to the first calls. It is for Lambda's INIT phase, which has
// a whole CPU at any memory size: a TLS handshake is cheap there. What fails is left for the
// first call to report. Warm may run beside other calls, and be frozen with its environment:
// a connection that was being opened then is not kept.
func (c *Client) Warm(ctx context.Context, writers int, buckets ...string) {
	id, err := c.credentials.get(ctx)
	if err != nil {
		return
	}
	var wg sync.WaitGroup
	warm := func(at endpoint, err error) {
		if err != nil {
			return
		}
		wg.Go(func() {
			begun := c.wall()
			cn, err := c.open(ctx, at)
			switch took := c.wall().Sub(begun); {
			case err != nil:
			case took < 0, took > c.config.Connect:
				cn.Close() // the environment was frozen meanwhile: who knows what the other end has done
			default:
				c.pool.put(cn, c.wall())
			}
		})
	}
	at, err := c.config.Endpoints.dynamoDB(c.config.Region, id.accountID)
	for range writers {
		warm(at, err)
	}
	for _, bucket := range buckets {
		at, _, err := c.config.Endpoints.s3(c.regionOf(bucket), bucket)
		warm(at, err)
	}
	crc64nvme.New() // the first asks the processor what it can; the network is waited for anyway
	wg.Wait()
}

// Close lets go of the connections and buffers that no call is using. The client can be
// used on.
func (c *Client) Close() {
	c.pool.closeAll()
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
