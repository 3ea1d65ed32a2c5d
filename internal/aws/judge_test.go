package aws

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"reduction/ddbwire"
	"reduction/internal/aws/credentials"
	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/dynamodb"
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
	config.Stall = patience
	if change != nil {
		change(&config)
	}
	return newTestClient(t, config)
}

func TestJudge(t *testing.T) {
	large := pattern(20 << 20)
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
					for _, ref := range []ObjectRef{{Bucket: bucket, Key: key}, {Bucket: bucket, Key: key, ETag: etag}} {
						if got, err := fetch(c, ref); err != nil || !bytes.Equal(got, data) {
							t.Errorf("%v at %d MB: %d bytes, %v", ref, memory, len(got), err)
						}
					}
				}
			}
			b, keys := batchOf(t, 25)
			if err := batchWrite(context.Background(), c, b); err != nil {
				t.Error(err)
			}
			if n := len(s.DynamoDB.Items("table")); n != len(keys) {
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
		ref        ObjectRef
		get, batch error
		table      string
	}{
		{"nothing", func(c *Config) {}, ObjectRef{Bucket: "bucket", Key: "key"}, nil, nil, "table"},
		{"wrong secret", func(c *Config) { c.Credentials.SecretAccessKey += "x" }, ObjectRef{Bucket: "bucket", Key: "key"}, credentials.ErrInvalid, credentials.ErrInvalid, "table"},
		{"wrong key", func(c *Config) { c.Credentials.AccessKeyID = "AKIAUNKNOWN" }, ObjectRef{Bucket: "bucket", Key: "key"}, credentials.ErrInvalid, credentials.ErrInvalid, "table"},
		{"wrong token", func(c *Config) { c.Credentials.SessionToken += "x" }, ObjectRef{Bucket: "bucket", Key: "key"}, credentials.ErrInvalid, credentials.ErrInvalid, "table"},
		{"wrong region", func(c *Config) { c.Region = "eu-west-1" }, ObjectRef{Bucket: "bucket", Key: "key"}, nil, credentials.ErrInvalid, "table"},
		{"no key", func(c *Config) {}, ObjectRef{Bucket: "bucket", Key: "other"}, ErrNoSuchKey, nil, "table"},
		{"no bucket", func(c *Config) {}, ObjectRef{Bucket: "other", Key: "key"}, ErrNoSuchBucket, nil, "table"},
		{"another ETag", func(c *Config) {}, ObjectRef{Bucket: "bucket", Key: "key", ETag: "other"}, ErrChanged, nil, "table"},
		{"no table", func(c *Config) {}, ObjectRef{Bucket: "bucket", Key: "key"}, nil, ErrNoSuchTable, "other"},
		{"a clock that is slow", func(c *Config) { c.Now = func() time.Time { return time.Now().Add(-time.Hour) } }, ObjectRef{Bucket: "bucket", Key: "key"}, nil, nil, "table"},
	} {
		client := judged(t, s, c.change)
		if _, err := fetch(client, c.ref); !errors.Is(err, c.get) {
			t.Errorf("%s: %v, want %v", c.name, err, c.get)
		}
		b := new(ddbwire.Batch)
		b.Reset(c.table)
		b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", "s"))
		if err := batchWrite(context.Background(), client, b); !errors.Is(err, c.batch) {
			t.Errorf("%s: %v, want %v", c.name, err, c.batch)
		}
	}
}

// A table with other keys than PK and SK, strings, is found out by asking, and refuses a batch with
// an error that says what it lacks.
func TestTableKeys(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	c := judged(t, s, nil)
	for _, test := range []struct {
		table string
		keys  []dynamodb.Key
		want  error
	}{
		{"right", []dynamodb.Key{{Name: "PK", Type: "S"}, {Name: "SK", Type: "S"}}, nil},
		{"no-sort-key", []dynamodb.Key{{Name: "PK", Type: "S"}}, ddbwire.ErrTableKeys},
		{"number", []dynamodb.Key{{Name: "PK", Type: "S"}, {Name: "SK", Type: "N"}}, ddbwire.ErrTableKeys},
		{"other-names", []dynamodb.Key{{Name: "id", Type: "S"}, {Name: "day", Type: "S"}}, ddbwire.ErrTableKeys},
		{"missing", nil, ErrNoSuchTable},
	} {
		if test.keys != nil {
			s.DynamoDB.CreateTableWithKeys(test.table, test.keys[0], test.keys[1:]...)
		}
		b := new(ddbwire.Batch)
		b.Reset(test.table)
		for i := range 2 {
			b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", strconv.Itoa(i)))
		}
		for what, err := range map[string]error{"CheckTable": c.CheckTable(t.Context(), test.table), "BatchWrite": batchWrite(t.Context(), c, b)} {
			if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), test.table) {
				t.Errorf("%s, %s: %v, want %v", test.table, what, err, test.want)
			}
			if test.want == ddbwire.ErrTableKeys && (err == nil || !strings.Contains(err.Error(), "create the table with the partition key PK and the sort key SK")) {
				t.Errorf("%s, %s: %v does not say what to do", test.table, what, err)
			}
		}
	}
	s.Inject(lambdatest.Script(lambdatest.Fault{Kind: lambdatest.Answer, Status: 400, Code: "AccessDeniedException", Message: "no"}))
	if err := c.CheckTable(t.Context(), "right"); !errors.Is(err, ErrAccessDenied) || !strings.Contains(err.Error(), "the role needs dynamodb:DescribeTable on the table") {
		t.Errorf("%v", err)
	}
}

// An item is stored where its condition is met, and read back.
func TestItem(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	s.DynamoDB.CreateTable("table")
	c := judged(t, s, nil)
	put := func(n string, condition string, number string) error {
		b := new(ddbwire.Batch)
		b.Reset("table")
		if err := b.Put(ddbwire.S("PK", "latest"), ddbwire.S("SK", "#a \"b\""), ddbwire.N("n", n)); err != nil {
			t.Fatal(err)
		}
		return c.PutItem(t.Context(), b, condition, ddbwire.N(":n", number))
	}
	for _, step := range []struct {
		n, condition string
		number       string
		want         error
		left         string
	}{
		{"1", "n = :n", "1", ErrCondition, ""},
		{"1", "attribute_not_exists(PK) OR n = :n", "7", nil, "1"},
		{"2", "attribute_not_exists(PK) OR n = :n", "2", ErrCondition, "1"},
		{"2", "n = :n", "1", nil, "2"},
	} {
		if err := put(step.n, step.condition, step.number); !errors.Is(err, step.want) {
			t.Errorf("%+v: %v", step, err)
		}
		item, err := c.Item(t.Context(), "table", "latest", "#a \"b\"")
		if err != nil || item["n"] != step.left || (item == nil) != (step.left == "") {
			t.Errorf("%+v: found %v, %v", step, item, err)
		}
	}
	// A damaged answer is asked for again. The item may have been stored before: the condition tells.
	damage := lambdatest.Fault{Kind: lambdatest.Corrupt, Bytes: 1}
	s.Inject(lambdatest.Script(damage, lambdatest.Fault{}, damage))
	if item, err := c.Item(t.Context(), "table", "latest", "#a \"b\""); err != nil || item["n"] != "2" {
		t.Errorf("%v, %v", item, err)
	}
	if err := put("3", "n = :n", "2"); !errors.Is(err, ErrCondition) {
		t.Errorf("stored, damaged, stored again: %v", err)
	}
	if item, err := c.Item(t.Context(), "table", "latest", "#a \"b\""); err != nil || item["n"] != "3" {
		t.Errorf("%v, %v", item, err)
	}
	if _, err := c.Item(t.Context(), "missing", "a", "b"); !errors.Is(err, ErrNoSuchTable) || !strings.Contains(err.Error(), "GetItem missing") {
		t.Errorf("%v", err)
	}
}

// TestJudgeFaults holds reading and writing against faults by seed: what arrives is right,
// or there is an error that names its place.
func TestJudgeFaults(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("bucket")
	data := pattern(17 << 20)
	s.S3.Put("bucket", "key", data)
	failed := 0
	for seed := range uint64(20) {
		table := "table" + strconv.FormatUint(seed, 10)
		s.DynamoDB.CreateTable(table)
		s.Inject(lambdatest.Random(seed, 0.3,
			lambdatest.Drop, lambdatest.Throttle, lambdatest.ServerError, lambdatest.Cut, lambdatest.Reset,
			lambdatest.WrongLength, lambdatest.TruncatedChunk, lambdatest.Corrupt, lambdatest.WrongChecksum, lambdatest.WrongETag, lambdatest.HandBack))
		c := judged(t, s, func(c *Config) { c.MemoryMB = []int{128, 1769}[seed%2]; c.VerifyFull = true })
		got, err := fetch(c, ObjectRef{Bucket: "bucket", Key: "key"})
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
			if err := batchWrite(context.Background(), c, b); err != nil {
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
		o, err := c.Object(context.Background(), ObjectRef{Bucket: "bucket", Key: "key"})
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
