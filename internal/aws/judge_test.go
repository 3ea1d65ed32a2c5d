package aws

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"reduction/ddbwire"
	"reduction/internal/aws/awstest"
	"reduction/internal/aws/credentials"
	"reduction/internal/aws/dynamodb"
	"reduction/internal/aws/s3"
	"reduction/runtime/lambdatest"
)

// judged returns a client of lambdatest, which verifies what it is sent with code of its
// own, made from the environment that it gives to functions.
func judged(t *testing.T, s *lambdatest.Server, change func(*Config)) *Client {
	t.Helper()
	config, err := FromEnv(environ(s.Env()...))
	if err != nil {
		t.Fatal(err)
	}
	config.Sleep = func(ctx context.Context, d time.Duration) error { return ctx.Err() }
	config.Stall = awstest.Patience
	if change != nil {
		change(&config)
	}
	return newClient(t, config)
}

func newClient(t *testing.T, c Config) *Client {
	t.Helper()
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func fetch(c *Client, ref s3.ObjectRef) ([]byte, error) {
	o, err := c.S3.Object(context.Background(), ref)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	return io.ReadAll(o)
}

func batchWrite(c *Client, b *ddbwire.Batch) error {
	w := c.DynamoDB.Writer(context.Background())
	defer w.Close()
	return w.BatchWrite(b)
}

// random are n bytes that look different everywhere.
func random(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}

func TestJudge(t *testing.T) {
	large := random(20 << 20)
	for _, start := range []func() *lambdatest.Server{lambdatest.NewServer, lambdatest.NewTLSServer} {
		s := start()
		defer s.Close()
		s.S3.CreateBucket("bucket")
		s.S3.CreateBucket("dotted.bucket")
		s.DynamoDB.CreateTable("table")
		for _, memory := range []int{128, 1769} {
			c := judged(t, s, func(c *Config) { c.MemoryMB = memory })
			c.Warm(context.Background(), 1, "bucket")
			for _, bucket := range []string{"bucket", "dotted.bucket"} {
				for i, key := range []string{"plain", "a/b/c", "a b+c%20!*'()~é/", "x//y/./../z"} {
					data := large[:len(large)>>(8*i)]
					etag := s.S3.Put(bucket, key, data)
					for _, ref := range []s3.ObjectRef{{Bucket: bucket, Key: key}, {Bucket: bucket, Key: key, ETag: etag}} {
						if got, err := fetch(c, ref); err != nil || !bytes.Equal(got, data) {
							t.Errorf("%v at %d MB: %d bytes, %v", ref, memory, len(got), err)
						}
					}
				}
			}
			b := new(ddbwire.Batch)
			b.Reset("table")
			for i := range 25 {
				b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", strconv.Itoa(i)))
			}
			if err := batchWrite(c, b); err != nil {
				t.Error(err)
			}
			if n := len(s.DynamoDB.Items("table")); n != 25 {
				t.Errorf("%d items", n)
			}
		}
	}
}

func TestJudgeRefuses(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("bucket")
	s.S3.Put("bucket", "key", []byte("x"))
	s.DynamoDB.CreateTable("table")
	for _, c := range []struct {
		name       string
		change     func(*Config)
		ref        s3.ObjectRef
		get, batch error
		table      string
	}{
		{"nothing", func(c *Config) {}, s3.ObjectRef{Bucket: "bucket", Key: "key"}, nil, nil, "table"},
		{"wrong secret", func(c *Config) { c.Credentials.SecretAccessKey += "x" }, s3.ObjectRef{Bucket: "bucket", Key: "key"}, credentials.ErrInvalid, credentials.ErrInvalid, "table"},
		{"wrong key", func(c *Config) { c.Credentials.AccessKeyID = "AKIAUNKNOWN" }, s3.ObjectRef{Bucket: "bucket", Key: "key"}, credentials.ErrInvalid, credentials.ErrInvalid, "table"},
		{"wrong token", func(c *Config) { c.Credentials.SessionToken += "x" }, s3.ObjectRef{Bucket: "bucket", Key: "key"}, credentials.ErrInvalid, credentials.ErrInvalid, "table"},
		{"wrong region", func(c *Config) { c.Region = "eu-west-1" }, s3.ObjectRef{Bucket: "bucket", Key: "key"}, nil, credentials.ErrInvalid, "table"},
		{"no key", func(c *Config) {}, s3.ObjectRef{Bucket: "bucket", Key: "other"}, s3.ErrNoSuchKey, nil, "table"},
		{"no bucket", func(c *Config) {}, s3.ObjectRef{Bucket: "other", Key: "key"}, s3.ErrNoSuchBucket, nil, "table"},
		{"another ETag", func(c *Config) {}, s3.ObjectRef{Bucket: "bucket", Key: "key", ETag: "other"}, s3.ErrChanged, nil, "table"},
		{"no table", func(c *Config) {}, s3.ObjectRef{Bucket: "bucket", Key: "key"}, nil, dynamodb.ErrNoSuchTable, "other"},
		{"a clock that is slow", func(c *Config) { c.Now = func() time.Time { return time.Now().Add(-time.Hour) } }, s3.ObjectRef{Bucket: "bucket", Key: "key"}, nil, nil, "table"},
	} {
		client := judged(t, s, c.change)
		if _, err := fetch(client, c.ref); !errors.Is(err, c.get) {
			t.Errorf("%s: %v, want %v", c.name, err, c.get)
		}
		b := new(ddbwire.Batch)
		b.Reset(c.table)
		b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", "s"))
		if err := batchWrite(client, b); !errors.Is(err, c.batch) {
			t.Errorf("%s: %v, want %v", c.name, err, c.batch)
		}
	}
}

// TestJudgeFaults holds reading and writing against faults by seed: what arrives is right,
// or there is an error that names its place.
func TestJudgeFaults(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("bucket")
	data := random(17 << 20)
	s.S3.Put("bucket", "key", data)
	failed := 0
	for seed := range uint64(20) {
		table := "table" + strconv.FormatUint(seed, 10)
		s.DynamoDB.CreateTable(table)
		s.Inject(lambdatest.Random(seed, 0.3,
			lambdatest.Drop, lambdatest.Throttle, lambdatest.ServerError, lambdatest.Cut, lambdatest.Reset,
			lambdatest.WrongLength, lambdatest.TruncatedChunk, lambdatest.Corrupt, lambdatest.WrongChecksum, lambdatest.WrongETag, lambdatest.HandBack))
		c := judged(t, s, func(c *Config) { c.MemoryMB = []int{128, 1769}[seed%2]; c.VerifyFull = true })
		got, err := fetch(c, s3.ObjectRef{Bucket: "bucket", Key: "key"})
		switch {
		case err == nil && !bytes.Equal(got, data):
			t.Errorf("seed %d: other bytes", seed)
		case err != nil:
			failed++
			if !strings.Contains(err.Error(), "s3://bucket/key") {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
		stored := 0
		for range 8 {
			b := new(ddbwire.Batch)
			b.Reset(table)
			for b.Len() < 25 {
				b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", "s"+strconv.Itoa(stored+b.Len())))
			}
			stored += b.Len()
			if err := batchWrite(c, b); err != nil {
				failed++
				stored -= b.Len()
				if !strings.Contains(err.Error(), table) {
					t.Errorf("seed %d: %v", seed, err)
				}
				break
			}
		}
		if n := len(s.DynamoDB.Items(table)); n < stored {
			t.Errorf("seed %d: %d items are there, %d were called written", seed, n, stored)
		}
	}
	t.Logf("%d of 180 calls failed", failed)
}

// TestJudgeConstantMemory reads an object that is larger than what is allowed to be held.
func TestJudgeConstantMemory(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("bucket")
	const size = 200 << 20
	s.S3.PutSynthetic("bucket", "key", size, func(off int64, p []byte) {
		for i := range p {
			p[i] = byte((off + int64(i)) >> 12)
		}
	})
	for _, memory := range []int{128, 1769} {
		c := judged(t, s, func(c *Config) { c.MemoryMB = memory })
		o, err := c.S3.Object(context.Background(), s3.ObjectRef{Bucket: "bucket", Key: "key"})
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 64<<10)
		var off int64
		for {
			n, err := o.Read(buf)
			for i, b := range buf[:n] {
				if b != byte((off+int64(i))>>12) {
					t.Fatalf("byte %d is another", off+int64(i))
				}
			}
			off += int64(n)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		o.Close()
		if off != size || o.Size() != size {
			t.Errorf("%d bytes", off)
		}
	}
}
