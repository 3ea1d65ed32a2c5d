package s3_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/internal/client"
)

// An s3Client is a client of a server with the bucket logs.
type s3Client struct {
	*client.Client
	t *testing.T
	s *lambdatest.Server
}

func newS3Client(t *testing.T) s3Client {
	s := lambdatest.NewServer()
	t.Cleanup(s.Close)
	s.S3.CreateBucket("logs")
	return s3Client{client.New(t, s.Env(), "s3"), t, s}
}

func sameBytes(t *testing.T, what, got string, want []byte) {
	t.Helper()
	if !bytes.Equal([]byte(got), want) {
		t.Errorf("%s: %d bytes that are not the %d wanted", what, len(got), len(want))
	}
}

// sumOf returns a checksum in base64.
func sumOf(algorithm, data string) string {
	h := map[string]func() hash.Hash{
		"MD5": md5.New, "SHA1": sha1.New, "SHA256": sha256.New,
		"CRC32":     func() hash.Hash { return crc32.NewIEEE() },
		"CRC32C":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
		"CRC64NVME": func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) },
	}[algorithm]()
	h.Write([]byte(data))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestGet(t *testing.T) {
	c := newS3Client(t)
	data := client.Pattern(1000)
	etag := c.s.S3.PutObject("logs", "a key/ü!*'()+~", data, http.Header{"Content-Type": {"text/csv"}, "X-Amz-Meta-Day": {"1"}}).ETag
	const target = "/logs/a%20key/%C3%BC%21%2A%27%28%29%2B~"
	past, future := "Mon, 01 Jan 2001 00:00:00 GMT", "Tue, 01 Jan 2069 00:00:00 GMT"
	for _, test := range []struct {
		header string
		status int
		off, n int
		rng    string
	}{
		{"", 200, 0, 1000, ""},
		{"Range: bytes=0-9", 206, 0, 10, "bytes 0-9/1000"},
		{"Range: bytes=990-", 206, 990, 10, "bytes 990-999/1000"},
		{"Range: bytes=-10", 206, 990, 10, "bytes 990-999/1000"},
		{"Range: bytes=-2000", 206, 0, 1000, "bytes 0-999/1000"},
		{"Range: bytes=990-5000", 206, 990, 10, "bytes 990-999/1000"},
		{"Range: bytes=1000-", 416, 0, 0, "bytes */1000"},
		{"Range: bytes=-0", 416, 0, 0, "bytes */1000"},
		{"Range: bytes=9-0", 200, 0, 1000, ""},
		{"Range: bytes=0-1,3-4", 200, 0, 1000, ""},
		{"Range: lines=0-1", 200, 0, 1000, ""},
		{"If-Match: " + etag, 200, 0, 1000, ""},
		{"If-Match: " + strings.Trim(etag, `"`), 200, 0, 1000, ""},
		{`If-Match: "other"`, 412, 0, 0, ""},
		{"If-None-Match: " + etag, 304, 0, 0, ""},
		{`If-None-Match: "other"`, 200, 0, 1000, ""},
		{"If-Modified-Since: " + past, 200, 0, 1000, ""},
		{"If-Modified-Since: " + future, 304, 0, 0, ""},
		{"If-Unmodified-Since: " + past, 412, 0, 0, ""},
		{"If-Unmodified-Since: " + future, 200, 0, 1000, ""},
	} {
		var header []string
		if test.header != "" {
			header = []string{test.header}
		}
		a := c.Do("GET", target, "", header...)
		if a.Status != test.status || a.Header.Get("Content-Range") != test.rng {
			t.Errorf("%s: %d %s, want %d %s", test.header, a.Status, a.Header.Get("Content-Range"), test.status, test.rng)
		}
		if test.status < 300 {
			sameBytes(t, test.header, a.Body, data[test.off:test.off+test.n])
		}
		head := c.Do("HEAD", target, "", header...)
		if head.Status != test.status || head.Body != "" || test.status < 300 && head.Header.Get("Content-Length") != fmt.Sprint(test.n) {
			t.Errorf("HEAD %s: %d, length %s", test.header, head.Status, head.Header.Get("Content-Length"))
		}
	}
	a := c.Must("GET", target, "", "X-Amz-Checksum-Mode: ENABLED")
	if a.Header.Get("Content-Type") != "text/csv" || a.Header.Get("X-Amz-Meta-Day") != "1" || a.Header.Get("ETag") != etag {
		t.Errorf("headers %v", a.Header)
	}
	if want := sumOf("CRC64NVME", string(data)); a.Header.Get("X-Amz-Checksum-Crc64nvme") != want {
		t.Errorf("checksum %q, want %q", a.Header.Get("X-Amz-Checksum-Crc64nvme"), want)
	}
	if a := c.Do("GET", target, "", "X-Amz-Checksum-Mode: ENABLED", "Range: bytes=0-1"); a.Header.Get("X-Amz-Checksum-Crc64nvme") != "" {
		t.Error("a range with the whole's checksum")
	}
}

func TestPut(t *testing.T) {
	c := newS3Client(t)
	sum := func(algorithm, s string) string { return "X-Amz-Checksum-" + algorithm + ": " + sumOf(algorithm, s) }
	for _, test := range []struct {
		header []string
		code   string
	}{
		{nil, ""},
		{[]string{"Content-MD5: " + sumOf("MD5", "data")}, ""},
		{[]string{"Content-MD5: " + sumOf("MD5", "Data")}, "BadDigest"},
		{[]string{"Content-MD5: xyz"}, "InvalidDigest"},
		{[]string{sum("CRC32", "data")}, ""},
		{[]string{sum("CRC32C", "data")}, ""},
		{[]string{sum("CRC64NVME", "data")}, ""},
		{[]string{sum("SHA1", "data")}, ""},
		{[]string{sum("SHA256", "data")}, ""},
		{[]string{sum("CRC64NVME", "Data")}, "BadDigest"},
		{[]string{sum("SHA256", "Data")}, "BadDigest"},
		{[]string{"X-Amz-Checksum-Crc32: AAA="}, "InvalidRequest"},
		{[]string{sum("CRC32", "data"), sum("CRC32C", "data")}, "InvalidRequest"},
		{[]string{"X-Amz-Sdk-Checksum-Algorithm: CRC32"}, "InvalidRequest"},
		{[]string{"If-None-Match: *"}, ""},
		{[]string{`If-None-Match: "other"`}, "NotImplemented"},
		{[]string{`If-Match: "other"`}, "NoSuchKey"},
		{[]string{"X-Amz-Acl: public-read"}, "AccessControlListNotSupported"},
		{[]string{"X-Amz-Server-Side-Encryption: aws:kms"}, "NotImplemented"},
		{[]string{"X-Amz-Object-Lock-Mode: GOVERNANCE"}, "NotImplemented"},
	} {
		a := c.Do("PUT", "/logs/key", "data", test.header...)
		if _, stored := c.s.S3.Object("logs", "key"); a.Code() != test.code || stored != (test.code == "") {
			t.Errorf("%v: %d %s, want %q; stored %v", test.header, a.Status, a.Body, test.code, stored)
		}
		c.Must("DELETE", "/logs/key", "")
	}
	c.Must("PUT", "/logs/key", "data")
	if a := c.Do("PUT", "/logs/key", "more", "If-None-Match: *"); a.Code() != "PreconditionFailed" {
		t.Errorf("If-None-Match: %s", a.Body)
	}
	if a := c.Do("PUT", "/logs/"+strings.Repeat("k", 1025), ""); a.Code() != "KeyTooLongError" {
		t.Errorf("long key: %s", a.Body)
	}
	if a := c.Do("PUT", "/other-bucket/key", "data"); a.Code() != "NoSuchBucket" {
		t.Errorf("no bucket: %s", a.Body)
	}
}

// What the AWS CLI and SDKs send by default since the end of 2024, under TLS.
func TestUnsignedTrailer(t *testing.T) {
	c := newS3Client(t)
	good := "x-amz-checksum-crc32:" + sumOf("CRC32", "hello world")
	for _, test := range []struct{ body, code string }{
		{"b\r\nhello world\r\n0\r\n" + good + "\r\n\r\n", ""},
		{"b\r\nhello World\r\n0\r\n" + good + "\r\n\r\n", "BadDigest"},
		{"b\r\nhello world\r\n0\r\n\r\n", "MalformedTrailerError"},
		{"b\r\nhello world\r\n0\r\n" + good + "\r\n" + good + "\r\n\r\n", "MalformedTrailerError"},
		{"a\r\nhello worl\r\n0\r\n" + good + "\r\n\r\n", "IncompleteBody"},
		{"c\r\nhello world!\r\n0\r\n" + good + "\r\n\r\n", "IncompleteBody"},
		{"5\r\nhello\r\n6\r\n world\r\n0\r\n" + good + "\r\n\r\n", "InvalidChunkSizeError"},
	} {
		a := c.Do("PUT", "/logs/key", test.body, "X-Amz-Content-Sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding: aws-chunked",
			"X-Amz-Decoded-Content-Length: 11", "X-Amz-Trailer: x-amz-checksum-crc32", "X-Amz-Sdk-Checksum-Algorithm: CRC32")
		if _, stored := c.s.S3.Object("logs", "key"); a.Code() != test.code || stored != (test.code == "") {
			t.Errorf("%q: %d %s, want %q; stored %v", test.body, a.Status, a.Body, test.code, stored)
		}
		if test.code == "" {
			if a := c.Must("GET", "/logs/key", ""); a.Body != "hello world" || a.Header.Get("Content-Encoding") != "" {
				t.Errorf("got %q, encoding %q", a.Body, a.Header.Get("Content-Encoding"))
			}
		}
		c.Must("DELETE", "/logs/key", "")
	}
}

func TestList(t *testing.T) {
	c := newS3Client(t)
	for _, key := range []string{"a", "b/1", "b/2", "b/c/3", "d +é", "e/4"} {
		c.s.S3.Put("logs", key, nil)
	}
	type page struct {
		Contents                          []struct{ Key string }
		CommonPrefixes                    []struct{ Prefix string }
		IsTruncated                       bool
		NextContinuationToken, NextMarker string
		KeyCount                          int
	}
	for _, test := range []struct{ query, want string }{
		{"", "a b/1 b/2 b/c/3 d+é e/4"},
		{"&prefix=b/", "b/1 b/2 b/c/3"},
		{"&delimiter=/", "a d+é b/* e/*"},
		{"&delimiter=/&prefix=b/", "b/1 b/2 b/c/*"},
		{"&start-after=b/2&marker=b/2", "b/c/3 d+é e/4"},
		{"&encoding-type=url&prefix=d", "d+%2B%C3%A9"},
		{"&prefix=zzz", ""},
	} {
		for _, version := range []string{"list-type=2", "x=1"} {
			for _, max := range []int{1, 2, 3, 1000} {
				var keys, prefixes []string
				next := ""
				for {
					var p page
					a := c.Must("GET", fmt.Sprintf("/logs?%s%s%s&max-keys=%d", version, next, test.query, max), "")
					if err := xml.Unmarshal([]byte(a.Body), &p); err != nil {
						t.Fatal(err)
					}
					if len(p.Contents)+len(p.CommonPrefixes) > max {
						t.Errorf("%s: more than %d", a.Body, max)
					}
					last := ""
					for _, o := range p.Contents {
						keys, last = append(keys, strings.ReplaceAll(o.Key, " ", "")), o.Key
					}
					for _, cp := range p.CommonPrefixes {
						prefixes = append(prefixes, cp.Prefix+"*")
					}
					if !p.IsTruncated {
						break
					}
					if version == "list-type=2" {
						next = "&continuation-token=" + url.QueryEscape(p.NextContinuationToken)
					} else if next = "&marker=" + url.QueryEscape(p.NextMarker); p.NextMarker == "" {
						next = "&marker=" + url.QueryEscape(last)
					}
				}
				if got := strings.Join(append(keys, prefixes...), " "); got != test.want {
					t.Errorf("%s%s by %d: %q, want %q", version, test.query, max, got, test.want)
				}
			}
		}
	}
}

func TestVersions(t *testing.T) {
	c := newS3Client(t)
	c.Must("PUT", "/logs/key", "zero")
	c.Must("PUT", "/logs?versioning", `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`)
	one := c.Must("PUT", "/logs/key", "one").Header.Get("X-Amz-Version-Id")
	c.Must("PUT", "/logs/key", "two")
	gone := c.Must("DELETE", "/logs/key", "")
	if gone.Header.Get("X-Amz-Delete-Marker") != "true" {
		t.Errorf("no marker: %v", gone.Header)
	}
	if a := c.Do("GET", "/logs/key", ""); a.Code() != "NoSuchKey" || a.Header.Get("X-Amz-Delete-Marker") != "true" {
		t.Errorf("deleted: %d %s", a.Status, a.Body)
	}
	for query, want := range map[string]string{"null": "zero", one: "one"} {
		if a := c.Must("GET", "/logs/key?versionId="+query, ""); a.Body != want || a.Header.Get("X-Amz-Version-Id") != query {
			t.Errorf("version %s: %q %v", query, a.Body, a.Header)
		}
	}
	if a := c.Do("GET", "/logs/key?versionId=none", ""); a.Code() != "NoSuchVersion" {
		t.Errorf("no version: %s", a.Body)
	}
	c.Must("DELETE", "/logs/key?versionId="+gone.Header.Get("X-Amz-Version-Id"), "")
	if a := c.Must("GET", "/logs/key", ""); a.Body != "two" {
		t.Errorf("after the marker's deletion: %q", a.Body)
	}
}

func TestAddresses(t *testing.T) {
	c := newS3Client(t)
	c.s.S3.Put("logs", "key", []byte("data"))
	for _, test := range []struct{ host, target string }{
		{"logs.s3.us-east-1.amazonaws.com", "/key"},
		{"logs.s3.amazonaws.com", "/key"},
		{"logs.s3.dualstack.us-east-1.amazonaws.com:443", "/key"},
		{"logs.localhost:9000", "/key"},
		{"logs.s3.localhost", "/key"},
		{"localhost", "/logs/key"},
		{"s3.us-east-1.amazonaws.com", "/logs/key"},
		{"10.0.0.1", "/logs/key"},
		{"[::1]:80", "/logs/key"},
	} {
		if a := c.Do("GET", test.target, "", "Host: "+test.host); a.Body != "data" {
			t.Errorf("%s%s: %s", test.host, test.target, a.Body)
		}
	}
	c.s.S3.CreateBucketIn("away", "eu-central-1")
	if a := c.Do("HEAD", "/away/key", ""); a.Status != 301 || a.Header.Get("X-Amz-Bucket-Region") != "eu-central-1" {
		t.Errorf("elsewhere: %d %v", a.Status, a.Header)
	}
}

func TestSynthetic(t *testing.T) {
	c := newS3Client(t)
	const size = 50 << 30
	etag := c.s.S3.PutSynthetic("logs", "huge", size, func(off int64, p []byte) {
		for i := range p {
			p[i] = byte((off + int64(i)) >> 20)
		}
	})
	a := c.Must("GET", "/logs/huge", "", "Range: bytes="+fmt.Sprintf("%d-%d", int64(size)-(2<<20), int64(size)-1), "If-Match: "+etag)
	if len(a.Body) != 2<<20 || a.Body[0] != 254 || a.Body[len(a.Body)-1] != 255 {
		t.Errorf("%d bytes", len(a.Body))
	}
	if a := c.Must("HEAD", "/logs/huge", ""); a.Header.Get("Content-Length") != fmt.Sprint(int64(size)) {
		t.Errorf("length %s", a.Header.Get("Content-Length"))
	}
}

// S3 sends the keys of metadata in lower case, which net/http's client does not show.
func TestMetadataKeys(t *testing.T) {
	c := newS3Client(t)
	c.Must("PUT", "/logs/key", "data", "X-Amz-Meta-Day: 1")
	r := c.Request("HEAD", "/logs/key", "")
	r.RequestURI = r.URL.RequestURI()
	w := httptest.NewRecorder()
	c.s.ServeHTTP(w, r)
	if got := w.Header()["x-amz-meta-day"]; !slices.Equal(got, []string{"1"}) {
		t.Errorf("%v in %v", got, w.Header())
	}
}

// A bucket can be deleted while the body of a request to it still comes.
func TestDeletedMeanwhile(t *testing.T) {
	for _, test := range []struct {
		method, target, body string
		status               int
	}{
		{"PUT", "/logs/key", "data", 404},
		{"POST", "/logs/key?uploads", "", 200},
		{"PUT", "/logs?versioning", `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`, 200},
	} {
		c := newS3Client(t)
		r := c.Request(test.method, test.target, test.body)
		r.RequestURI = r.URL.RequestURI()
		r.Body = &afterwards{r.Body, func() { c.Must("DELETE", "/logs", "") }}
		w := httptest.NewRecorder()
		c.s.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s %s: %d %s", test.method, test.target, w.Code, w.Body)
		}
	}
}

// afterwards calls f at the end of a body.
type afterwards struct {
	io.ReadCloser
	f func()
}

func (a *afterwards) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if err == io.EOF && a.f != nil {
		a.f()
		a.f = nil
	}
	return n, err
}
