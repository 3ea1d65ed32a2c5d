package aws

import (
	"context"
	"strings"
	"sync"
	"time"

	"reduction/internal/aws/credentials"
	"reduction/internal/aws/dynamodb"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/request"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/s3"
	"reduction/internal/aws/transport"
	"reduction/internal/crc64nvme"
	"reduction/internal/env"
)

// Client is a client of S3 and one of DynamoDB, which share what they stand on. Several goroutines
// may use it at once. It keeps connections, TLS sessions, credentials and read-ahead buffers from
// one call to the next, so a function makes one Client and keeps it.
type Client struct {
	S3       *s3.Client
	DynamoDB *dynamodb.Client

	shared *request.Sender
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
		return nil, new(noCredentials)
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
	shared := &request.Sender{Region: c.Region, Endpoints: c.Endpoints, Pool: pool, Clock: c.Now}
	if c.Credentials.AccessKeyID != "" {
		shared.Credentials = credentials.Fixed(c.Credentials)
	} else {
		shared.Credentials = c.Container.Source(pool, c.Pauses, shared.Now)
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
	client := &Client{
		S3:       s3.New(c.service(shared, "s3", retry.Standard), c.MemoryMB),
		DynamoDB: dynamodb.New(c.service(shared, "dynamodb", retry.DynamoDB)),
		shared:   shared,
	}
	client.S3.VerifyFull, client.S3.RequesterPays = c.VerifyFull, c.RequesterPays
	return client, nil
}

// service returns a service that is called by its rules, or by MaxAttempts.
func (c *Config) service(shared *request.Sender, name string, r retry.Rules) *request.Service {
	if c.MaxAttempts > 0 {
		r.Attempts = c.MaxAttempts
	}
	return &request.Service{Sender: shared, Name: name, Retry: retry.NewPolicy(r, c.Pauses)}
}

type noCredentials struct{}

func (*noCredentials) Error() string {
	return "aws: no credentials: neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
}
func (*noCredentials) Unwrap() error { return credentials.ErrInvalid }

// Warm opens connections for the first calls: one to DynamoDB for each writer, and one to each
// bucket. It is for Lambda's INIT phase, which has a whole CPU at any memory size: a TLS handshake
// is cheap there. Errors are ignored: the first call meets them again and reports them. Warm may
// run beside other calls.
func (c *Client) Warm(ctx context.Context, writers int, buckets ...string) {
	id, err := c.shared.Credentials.Get(ctx)
	if err != nil {
		return
	}
	var wg sync.WaitGroup
	warm := func(at endpoint.URL, err error) {
		if err != nil {
			return
		}
		wg.Go(func() { c.shared.Pool.Add(ctx, at) })
	}
	at, err := c.shared.Endpoints.Tables(c.shared.Region, id.AccountID)
	for range writers {
		warm(at, err)
	}
	for _, bucket := range buckets {
		warm(c.S3.Endpoint(bucket))
	}
	crc64nvme.New() // the first call asks the processor for its features: better now than later
	wg.Wait()
}

// Close closes the connections and frees the buffers that no call is using. The client remains
// usable.
func (c *Client) Close() {
	c.shared.Pool.Close()
	c.S3.Release()
}
