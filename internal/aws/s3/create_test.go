package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"reduction/internal/aws/request"
	"reduction/runtime/lambdatest"
)

// An object is stored once, however large and whatever its key; the judge verifies the signature.
func TestCreate(t *testing.T) {
	for _, start := range []func() *lambdatest.Server{lambdatest.NewServer, lambdatest.NewTLSServer} {
		s := start()
		defer s.Close()
		s.S3.CreateBucket("bucket")
		c := judged(t, s)
		for i, key := range []string{"plain", "a/b/c", "a b+c%20!*'()~é/", "x//y/./../z"} {
			data := pattern(i * 300_000)
			if err := c.Create(context.Background(), "bucket", key, data); err != nil {
				t.Fatal(err)
			}
			if got, err := fetch(c, ObjectRef{Bucket: "bucket", Key: key}); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: %d bytes, %v", key, len(got), err)
			}
			if err := c.Create(context.Background(), "bucket", key, []byte("other")); !errors.Is(err, ErrExists) {
				t.Errorf("%s, again: %v", key, err)
			}
			if got, err := fetch(c, ObjectRef{Bucket: "bucket", Key: key}); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s, after that: %d bytes, %v", key, len(got), err)
			}
		}
	}
}

// What S3 answers decides whether the object is stored, is there already, or is sent again.
func TestCreateAnswers(t *testing.T) {
	const conflict = "409 ConditionalRequestConflict"
	for name, c := range map[string]struct {
		answers  []string // a status and a code; "" is no answer
		want     error
		says     string
		requests int
	}{
		"stored":             {[]string{"200"}, nil, "", 1},
		"conflict":           {[]string{conflict, conflict, "200"}, nil, "", 3},
		"conflicts":          {[]string{conflict, conflict, conflict}, request.ErrUnavailable, conflict, 3},
		"a fault":            {[]string{"503 SlowDown", "200"}, nil, "", 2},
		"a lost answer":      {[]string{"", "412 PreconditionFailed"}, ErrExists, "PutObject s3://bucket/key", 2},
		"a lost body":        {[]string{"", "412"}, ErrExists, "(412)", 2},
		"a lost conflict":    {[]string{"409", "200"}, nil, "", 2},
		"no right":           {[]string{"403 AccessDenied"}, request.ErrAccessDenied, "s3:PutObject", 1},
		"no key":             {[]string{"403 AccessDenied Message=not_authorized_to_perform:_kms:GenerateDataKey"}, request.ErrKMS, "kms:Decrypt", 1},
		"no bucket":          {[]string{"404 NoSuchBucket"}, ErrNoSuchBucket, "", 1},
		"an unknown refusal": {[]string{"400 Odd"}, request.ErrRefused, "400 Odd", 1},
	} {
		requests := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.Method != "PUT" || r.Header.Get("If-None-Match") != "*" || string(body) != "data" {
				t.Errorf("%s: %s, If-None-Match %q, %q", name, r.Method, r.Header.Get("If-None-Match"), body)
			}
			status, code, _ := strings.Cut(c.answers[min(requests, len(c.answers)-1)], " ")
			requests++
			if status == "" {
				hangUp(w)
				return
			}
			if n, _ := strconv.Atoi(status); n != 200 {
				refuse(w, n, strings.Fields(code))
			}
		}))
		var pauses []time.Duration
		err := newTestClient(t, testConfig(server.URL, &pauses)).Create(context.Background(), "bucket", "key", []byte("data"))
		server.Close()
		if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.says) || requests != c.requests || len(pauses) != requests-1 {
			t.Errorf("%s: %v after %d requests and %d pauses, want %v after %d", name, err, requests, len(pauses), c.want, c.requests)
		}
	}
	if err := new(Client).Create(context.Background(), "", "key", nil); !errors.Is(err, ErrPlace) {
		t.Errorf("no bucket's name: %v", err)
	}
}

// A part is just the bytes that were asked for, of the version that was.
func TestPart(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("bucket")
	data := pattern(1 << 20)
	ref := ObjectRef{Bucket: "bucket", Key: "key", ETag: s.S3.Put("bucket", "key", data)}
	c := judged(t, s)
	size := int64(len(data))
	read := func(from, to, size int64) ([]byte, error) {
		p := c.Part(context.Background(), ref, from, to, size)
		defer p.Close()
		return io.ReadAll(p)
	}
	for _, at := range [][2]int64{{0, size}, {0, 1}, {size - 1, size}, {1000, 70_000}, {5, 5}} {
		if got, err := read(at[0], at[1], size); err != nil || !bytes.Equal(got, data[at[0]:at[1]]) {
			t.Errorf("%v: %d bytes, %v", at, len(got), err)
		}
	}
	if _, err := read(0, 10, size+1); !errors.Is(err, ErrSize) {
		t.Errorf("another size: %v, want %v", err, ErrSize)
	}
	p := c.Part(context.Background(), ref, 0, size, size)
	defer p.Close()
	if _, err := io.ReadFull(p, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	s.S3.Put("bucket", "key", pattern(2<<20))
	if _, err := read(0, 10, size); !errors.Is(err, ErrChanged) {
		t.Errorf("overwritten: %v, want %v", err, ErrChanged)
	}
}
