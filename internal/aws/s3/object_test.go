package s3

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"reduction/internal/aws/credentials"
	"reduction/internal/aws/request"
)

// fetch reads an object whole.
func fetch(c *Client, ref ObjectRef) ([]byte, error) {
	o, err := c.Object(context.Background(), ref)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	return io.ReadAll(o)
}

var testRef = ObjectRef{Bucket: "bucket", Key: "a key"}

func TestObject(t *testing.T) {
	data := pattern(100_000)
	etag := etagOf(data)
	get := "GET /bucket/a%20key"
	for _, c := range []struct {
		name     string
		script   string // steps, apart by " | "
		want     error  // nil: all bytes
		requests []string
	}{
		{"one request", "ok", nil, []string{get}},
		{"cut", "cut:10", nil, []string{get, get + " bytes=10-99999 " + etag}},
		{"cut twice", "cut:10 | cut:20", nil, []string{get, get + " bytes=10-99999 " + etag, get + " bytes=30-99999 " + etag}},
		{"cut at once, again and again", "cut:10 | cut:0 | cut:0 | cut:0", io.ErrUnexpectedEOF, nil},
		{"cut often, but getting on", "cut:1 | cut:2 | cut:3 | cut:4 | cut:5 | cut:6 | cut:7", nil, nil},
		{"cut at the last byte", "cut:99999", nil, []string{get, get + " bytes=99999-99999 " + etag}},
		{"stalled", "stall:5000", nil, []string{get, get + " bytes=5000-99999 " + etag}},
		{"changed under way", "cut:10 | change", ErrChanged, nil},
		{"reset before the answer", "reset | ok", nil, []string{get, get}},
		{"no answer", "reset | reset | reset", io.ErrUnexpectedEOF, []string{get, get, get}},
		{"500 once", "500 InternalError | ok", nil, []string{get, get}},
		{"500 on resuming", "cut:10 | 500 InternalError | ok", nil, nil},
		{"500 for ever", "500 InternalError | 500 InternalError | 500 InternalError", request.ErrUnavailable, nil},
		{"slow down", "503 SlowDown | 503 SlowDown | ok", nil, nil},
		{"another range", "cut:10 | wrong:bytes 11-99999/100000", ErrRange, nil},
		{"another end", "cut:10 | wrong:bytes 10-99998/100000", ErrSize, nil},
		{"another size", "cut:10 | wrong:bytes 10-99999/100001", ErrSize, nil},
		{"no range", "cut:10 | wrong:garbage", ErrRange, nil},
		{"beyond the end", "cut:10 | 416 InvalidRange", ErrRange, nil},
		{"beyond the end, without a word", "cut:10 | 416", ErrRange, nil},
		{"range ignored", "cut:10 | ignore", nil, []string{get, get + " bytes=10-99999 " + etag}},
		{"range ignored, cut again", "cut:10 | ignore | cut:70000 | ignore", nil, nil},
		{"range refused", "cut:10 | 501 NotImplemented", ErrNoRanges, nil},
		{"a part with status 200", "cut:10 | as200", nil, nil},
		{"damaged", "flip:777", ErrChecksum, nil},
		{"damaged after a cut", "cut:10 | flip:777", ErrChecksum, nil},
		{"no key", "404 NoSuchKey", ErrNoSuchKey, []string{get}},
		{"no bucket", "404 NoSuchBucket", ErrNoSuchBucket, nil},
		{"denied", "403 AccessDenied", request.ErrAccessDenied, nil},
		{"archived", "403 InvalidObjectState StorageClass=GLACIER", ErrArchived, nil},
		{"key disabled", "400 KMS.DisabledException", request.ErrKMS, nil},
		{"key denied", "403 AccessDenied Message=not_authorized_to_perform:_kms:Decrypt", request.ErrKMS, nil},
		{"expired", "400 ExpiredToken", request.ErrExpired, []string{get}},
		{"wrong secret", "403 SignatureDoesNotMatch", credentials.ErrInvalid, nil},
		{"delete marker", "405 MethodNotAllowed", ErrNoSuchKey, nil},
		{"not XML", "502 | 502 | 502", request.ErrUnavailable, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newFakeS3(t, data, strings.Split(c.script, " | ")...)
			config := testConfig(s.URL, nil)
			s.impatient(&config)
			got, err := fetch(newTestClient(t, config), testRef)
			if c.want == nil && (err != nil || !bytes.Equal(got, data)) {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			if c.want != nil {
				if !errors.Is(err, c.want) {
					t.Fatalf("%v, want %v", err, c.want)
				}
				e, ok := errors.AsType[*request.Error](err)
				if !ok || e.Place != "s3://bucket/a key" || e.Op != "GetObject" {
					t.Errorf("%v does not name its place", err)
				}
			}
			if log := s.requests(); c.requests != nil && !slices.Equal(log, c.requests) {
				t.Errorf("requests:\n%s", strings.Join(log, "\n"))
			}
		})
	}
}

func TestObjectSizes(t *testing.T) {
	for _, n := range []int{0, 1, 16384, 300_000} {
		data := pattern(n)
		s := newFakeS3(t, data)
		c := newTestClient(t, testConfig(s.URL, nil))
		for range 2 {
			if got, err := fetch(c, testRef); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes: %d, %v", n, len(got), err)
			}
		}
		if len(s.requests()) != 2 || s.conns != 1 {
			t.Errorf("%d bytes: %d requests on %d connections", n, len(s.requests()), s.conns)
		}
	}
}

// TestObjectDemands holds that what an event names is demanded from the first request on.
func TestObjectDemands(t *testing.T) {
	data := pattern(1000)
	etag := etagOf(data)
	for _, c := range []struct {
		ref      ObjectRef
		requests []string
		want     error
	}{
		{ObjectRef{"bucket", "k", "", etag}, []string{"GET /bucket/k " + etag, "GET /bucket/k bytes=10-999 " + etag}, nil},
		{ObjectRef{"bucket", "k", "", strings.Trim(etag, `"`)}, []string{"GET /bucket/k " + etag, "GET /bucket/k bytes=10-999 " + etag}, nil},
		{ObjectRef{"bucket", "k", "v/1", ""}, []string{"GET /bucket/k?versionId=v%2F1", "GET /bucket/k?versionId=v%2F1 bytes=10-999 " + etag}, nil},
		{ObjectRef{"bucket", "k", "", "other"}, []string{`GET /bucket/k "other"`}, ErrChanged},
		{ObjectRef{"bucket", "a/b !*'()+é", "", ""}, []string{"GET /bucket/a/b%20%21%2A%27%28%29%2B%C3%A9", "GET /bucket/a/b%20%21%2A%27%28%29%2B%C3%A9 bytes=10-999 " + etag}, nil},
		{ObjectRef{"", "k", "", ""}, nil, ErrPlace},
		{ObjectRef{"bucket", "", "", ""}, nil, ErrPlace},
		{ObjectRef{"arn:aws:s3:us-east-1:123456789012:accesspoint/x", "k", "", ""}, nil, ErrPlace},
		{ObjectRef{"bucket--use1-az4--x-s3", "k", "", ""}, nil, ErrPlace},
		{ObjectRef{"bucket/x?", "k", "", ""}, nil, ErrPlace},
	} {
		s := newFakeS3(t, data, "cut:10")
		got, err := fetch(newTestClient(t, testConfig(s.URL, nil)), c.ref)
		if !errors.Is(err, c.want) || err == nil && !bytes.Equal(got, data) {
			t.Errorf("%v: %d bytes, %v", c.ref, len(got), err)
		}
		if log := s.requests(); !slices.Equal(log, c.requests) {
			t.Errorf("%v: requests %q", c.ref, log)
		}
	}
}

func TestObjectTells(t *testing.T) {
	s := newFakeS3(t, pattern(10))
	s.header.Set("x-amz-version-id", "v1")
	o, err := newTestClient(t, testConfig(s.URL, nil)).Object(context.Background(), testRef)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if o.Size() != 10 || o.ETag() != s.etag || o.VersionID() != "v1" {
		t.Errorf("%d %s %s", o.Size(), o.ETag(), o.VersionID())
	}
}

func zip(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// TestObjectEncoding holds that an object is read as it is stored, whatever its key and its header
// say of gzip, and that other encodings are refused.
func TestObjectEncoding(t *testing.T) {
	zipped := zip(bytes.Repeat([]byte("Hospital,Diagnosis\n"), 10_000))
	for _, c := range []struct {
		key, encoding string
		want          error
	}{
		{"a.csv.gz", "", nil},
		{"a.csv", "gzip", nil},
		{"a.csv", "x-gzip", nil},
		{"a.gz", "aws-chunked,gzip", nil},
		{"a.csv", "identity", nil},
		{"a.csv", "utf-8", nil}, // a common mistake
		{"a.csv", "zstd", ErrEncoding},
		{"a.csv", "gzip, BR", ErrEncoding},
	} {
		s := newFakeS3(t, zipped, "cut:25")
		s.header.Set("Content-Encoding", c.encoding)
		got, err := fetch(newTestClient(t, testConfig(s.URL, nil)), ObjectRef{Bucket: "b", Key: c.key})
		if !errors.Is(err, c.want) || err == nil && !bytes.Equal(got, zipped) {
			t.Errorf("%s %s: %d bytes, %v", c.key, c.encoding, len(got), err)
		}
	}
}

// checksumsOf123456789 are S3's algorithms and their checksums of "123456789", in base64. CRCs:
// https://reveng.sourceforge.io/crc-catalogue/. Others: GNU coreutils 9.1's sha1sum and so on.
var checksumsOf123456789 = map[string]string{
	"crc64nvme": "rosUhgp5mIg=",
	"crc32":     "y/Q5Jg==",
	"crc32c":    "4waSgw==",
	"sha1":      "98O8HYCOBHMq32eZZczDTKeuNEE=",
	"sha256":    "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
	"sha512":    "2eZ2LdHI6vbWGzxhkvxAjU1tXxF20MKRabwk5xw/J0rSf81YEbMT1oH35V7ALXPUmclUVba1u1A6z1dPuo/+hQ==",
	"md5":       "JfnnlDI7RTiF9RgfG2JNCw==",
}

// TestObjectChecksums has each algorithm, right and wrong and as of parts; those that the
// package lacks; and no object passes for verified that is not.
func TestObjectChecksums(t *testing.T) {
	type sent map[string]string // by what follows x-amz-checksum-
	type test struct {
		sent       sent
		full       bool
		want       error
		unverified string
	}
	tests := []test{
		{sent{}, false, nil, ""},
		{sent{}, true, ErrNoChecksum, ""},
		{sent{"type": "FULL_OBJECT"}, true, ErrNoChecksum, ""},
		{sent{"crc32": "y/Q5Jg==", "xxhash3": "a"}, true, nil, ""}, // one that is verified is enough
		{sent{"crc32": "AAAAAA==", "xxhash3": "a"}, false, ErrChecksum, ""},
		{sent{"crc32": "AAAAAA==-3", "xxhash3": "a"}, false, nil, "xxhash3"},
	}
	for name, value := range checksumsOf123456789 {
		wrong := "B" + value[1:]
		tests = append(tests,
			test{sent{name: value, "type": "FULL_OBJECT"}, true, nil, ""},
			test{sent{name: value}, false, nil, ""},
			test{sent{name: wrong, "type": "FULL_OBJECT"}, true, ErrChecksum, ""},
			test{sent{name: wrong}, false, ErrChecksum, ""},
			test{sent{name: wrong + "-3"}, false, nil, ""},
			test{sent{name: wrong, "type": "COMPOSITE"}, false, nil, ""},
			test{sent{name: wrong + "-3", "type": "COMPOSITE"}, true, ErrNoChecksum, ""})
	}
	for _, name := range []string{"xxhash64", "xxhash3", "xxhash128", "of-the-future"} {
		tests = append(tests,
			test{sent{name: "AAAAAAAAAAA=", "type": "FULL_OBJECT"}, false, nil, name},
			test{sent{name: "AAAAAAAAAAA="}, true, ErrChecksumAlgorithm, ""},
			test{sent{name: "AAAAAAAAAAA=-3", "type": "COMPOSITE"}, false, nil, ""},
			test{sent{name: "AAAAAAAAAAA=-3", "type": "COMPOSITE"}, true, ErrNoChecksum, ""})
	}
	for _, c := range tests {
		s := newFakeS3(t, []byte("123456789"))
		s.header["X-Amz-Checksum-Crc64nvme"], s.header["X-Amz-Checksum-Type"] = nil, nil
		for name, value := range c.sent {
			s.header.Set("x-amz-checksum-"+name, value)
		}
		config := testConfig(s.URL, nil)
		config.VerifyFull = c.full
		unverified := ""
		o, err := newTestClient(t, config).Object(context.Background(), testRef)
		if err == nil {
			unverified = o.Unverified()
			_, err = io.Copy(io.Discard, o)
			o.Close()
		}
		if !errors.Is(err, c.want) || unverified != c.unverified {
			t.Errorf("%v, full %t: %v, unverified %q, want %v, %q", c.sent, c.full, err, unverified, c.want, c.unverified)
		}
		if e, ok := errors.AsType[*algorithmError](err); ok && c.sent[e.name] == "" {
			t.Errorf("%v: %v", c.sent, err)
		}
	}
}

func TestObjectCancel(t *testing.T) {
	s := newFakeS3(t, pattern(1000), "stall:10")
	ctx, cancel := context.WithCancel(context.Background())
	o, err := newTestClient(t, testConfig(s.URL, nil)).Object(ctx, testRef)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if _, err := io.ReadFull(o, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := o.Read(make([]byte, 10)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestObjectElsewhere(t *testing.T) {
	data := pattern(10)
	for _, script := range []string{
		"301 PermanentRedirect x-amz-bucket-region=eu-west-1",
		"307 TemporaryRedirect x-amz-bucket-region=eu-west-1",
		"400 AuthorizationHeaderMalformed Region=eu-west-1",
	} {
		s := newFakeS3(t, data, script)
		var scopes []string
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scope := strings.Split(r.Header.Get("Authorization"), "/")
			if len(scope) > 2 {
				scopes = append(scopes, scope[2])
			}
			s.ServeHTTP(w, r)
		})
		c := newTestClient(t, testConfig(s.URL, nil))
		for range 2 {
			if got, err := fetch(c, testRef); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: %v", script, err)
			}
		}
		if want := []string{"us-east-1", "eu-west-1", "eu-west-1"}; !slices.Equal(scopes, want) {
			t.Errorf("%s: %v", script, scopes)
		}
	}
}
