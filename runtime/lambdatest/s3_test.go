package lambdatest

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// The check values of the algorithms, over "123456789": the CRC catalogue of reveng.
func TestChecksums(t *testing.T) {
	for kind, want := range map[checksumKind]string{
		crc64NVME: "ae8b14860a799888",
		crc32IEEE: "cbf43926",
		crc32C:    "e3069283",
	} {
		if got := hexOf(kind.of([]byte("123456789"))); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}

func TestGet(t *testing.T) {
	c := newS3Client(t)
	data := pattern(1000)
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
		a := c.do("GET", target, "", header...)
		if a.status != test.status || a.header.Get("Content-Range") != test.rng {
			t.Errorf("%s: %d %s, want %d %s", test.header, a.status, a.header.Get("Content-Range"), test.status, test.rng)
		}
		if test.status < 300 {
			sameBytes(t, test.header, a.body, data[test.off:test.off+test.n])
		}
		head := c.do("HEAD", target, "", header...)
		if head.status != test.status || head.body != "" || test.status < 300 && head.header.Get("Content-Length") != fmt.Sprint(test.n) {
			t.Errorf("HEAD %s: %d, length %s", test.header, head.status, head.header.Get("Content-Length"))
		}
	}
	a := c.must("GET", target, "", "X-Amz-Checksum-Mode: ENABLED")
	if a.header.Get("Content-Type") != "text/csv" || a.header.Get("X-Amz-Meta-Day") != "1" || a.header.Get("ETag") != etag {
		t.Errorf("headers %v", a.header)
	}
	if want := base64.StdEncoding.EncodeToString(crc64NVME.of(data)); a.header.Get("X-Amz-Checksum-Crc64nvme") != want {
		t.Errorf("checksum %q, want %q", a.header.Get("X-Amz-Checksum-Crc64nvme"), want)
	}
	if a := c.do("GET", target, "", "X-Amz-Checksum-Mode: ENABLED", "Range: bytes=0-1"); a.header.Get("X-Amz-Checksum-Crc64nvme") != "" {
		t.Error("a range with the whole's checksum")
	}
}

func TestPut(t *testing.T) {
	c := newS3Client(t)
	md5of := func(s string) string { // Content-MD5
		return base64.StdEncoding.EncodeToString(must(decodeHex(md5Hex([]byte(s)))))
	}
	sum := func(kind checksumKind, s string) string {
		return "X-Amz-Checksum-" + string(kind) + ": " + base64.StdEncoding.EncodeToString(kind.of([]byte(s)))
	}
	for _, test := range []struct {
		header []string
		code   string
	}{
		{nil, ""},
		{[]string{"Content-MD5: " + md5of("data")}, ""},
		{[]string{"Content-MD5: " + md5of("Data")}, "BadDigest"},
		{[]string{"Content-MD5: xyz"}, "InvalidDigest"},
		{[]string{sum(crc32IEEE, "data")}, ""},
		{[]string{sum(crc32C, "data")}, ""},
		{[]string{sum(crc64NVME, "data")}, ""},
		{[]string{sum(sha1Sum, "data")}, ""},
		{[]string{sum(sha256Sum, "data")}, ""},
		{[]string{sum(crc64NVME, "Data")}, "BadDigest"},
		{[]string{sum(sha256Sum, "Data")}, "BadDigest"},
		{[]string{"X-Amz-Checksum-Crc32: AAA="}, "InvalidRequest"},
		{[]string{sum(crc32IEEE, "data"), sum(crc32C, "data")}, "InvalidRequest"},
		{[]string{"X-Amz-Sdk-Checksum-Algorithm: CRC32"}, "InvalidRequest"},
		{[]string{"If-None-Match: *"}, ""},
		{[]string{`If-Match: "other"`}, "NoSuchKey"},
		{[]string{"X-Amz-Acl: public-read"}, "AccessControlListNotSupported"},
		{[]string{"X-Amz-Server-Side-Encryption: aws:kms"}, "NotImplemented"},
		{[]string{"X-Amz-Object-Lock-Mode: GOVERNANCE"}, "NotImplemented"},
	} {
		a := c.do("PUT", "/logs/key", "data", test.header...)
		if _, stored := c.s.S3.Object("logs", "key"); a.code() != test.code || stored != (test.code == "") {
			t.Errorf("%v: %d %s, want %q; stored %v", test.header, a.status, a.body, test.code, stored)
		}
		c.must("DELETE", "/logs/key", "")
	}
	c.must("PUT", "/logs/key", "data")
	if a := c.do("PUT", "/logs/key", "more", "If-None-Match: *"); a.code() != "PreconditionFailed" {
		t.Errorf("If-None-Match: %s", a.body)
	}
	if a := c.do("PUT", "/logs/"+strings.Repeat("k", 1025), ""); a.code() != "KeyTooLongError" {
		t.Errorf("long key: %s", a.body)
	}
	if a := c.do("PUT", "/other-bucket/key", "data"); a.code() != "NoSuchBucket" {
		t.Errorf("no bucket: %s", a.body)
	}
}

// What the AWS CLI and SDKs send by default since the end of 2024, under TLS.
func TestUnsignedTrailer(t *testing.T) {
	c := newS3Client(t)
	good := "x-amz-checksum-crc32:" + base64.StdEncoding.EncodeToString(crc32IEEE.of([]byte("hello world")))
	for _, test := range []struct{ body, code string }{
		{"b\r\nhello world\r\n0\r\n" + good + "\r\n\r\n", ""},
		{"b\r\nhello World\r\n0\r\n" + good + "\r\n\r\n", "BadDigest"},
		{"b\r\nhello world\r\n0\r\n\r\n", "MalformedTrailerError"},
		{"b\r\nhello world\r\n0\r\n" + good + "\r\n" + good + "\r\n\r\n", "MalformedTrailerError"},
		{"a\r\nhello worl\r\n0\r\n" + good + "\r\n\r\n", "IncompleteBody"},
		{"c\r\nhello world!\r\n0\r\n" + good + "\r\n\r\n", "IncompleteBody"},
		{"5\r\nhello\r\n6\r\n world\r\n0\r\n" + good + "\r\n\r\n", "InvalidChunkSizeError"},
	} {
		a := c.do("PUT", "/logs/key", test.body, "X-Amz-Content-Sha256: "+streamingUnsignedTrailer, "Content-Encoding: aws-chunked",
			"X-Amz-Decoded-Content-Length: 11", "X-Amz-Trailer: x-amz-checksum-crc32", "X-Amz-Sdk-Checksum-Algorithm: CRC32")
		if _, stored := c.s.S3.Object("logs", "key"); a.code() != test.code || stored != (test.code == "") {
			t.Errorf("%q: %d %s, want %q; stored %v", test.body, a.status, a.body, test.code, stored)
		}
		if test.code == "" {
			if a := c.must("GET", "/logs/key", ""); a.body != "hello world" || a.header.Get("Content-Encoding") != "" {
				t.Errorf("got %q, encoding %q", a.body, a.header.Get("Content-Encoding"))
			}
		}
		c.must("DELETE", "/logs/key", "")
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
					a := c.must("GET", fmt.Sprintf("/logs?%s%s%s&max-keys=%d", version, next, test.query, max), "")
					if err := xml.Unmarshal([]byte(a.body), &p); err != nil {
						t.Fatal(err)
					}
					if len(p.Contents)+len(p.CommonPrefixes) > max {
						t.Errorf("%s: more than %d", a.body, max)
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
						next = "&continuation-token=" + uriEncode(p.NextContinuationToken, false)
					} else if next = "&marker=" + uriEncode(p.NextMarker, false); p.NextMarker == "" {
						next = "&marker=" + uriEncode(last, false)
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
	c.must("PUT", "/logs/key", "zero")
	c.must("PUT", "/logs?versioning", `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`)
	one := c.must("PUT", "/logs/key", "one").header.Get("X-Amz-Version-Id")
	c.must("PUT", "/logs/key", "two")
	gone := c.must("DELETE", "/logs/key", "")
	if gone.header.Get("X-Amz-Delete-Marker") != "true" {
		t.Errorf("no marker: %v", gone.header)
	}
	if a := c.do("GET", "/logs/key", ""); a.code() != "NoSuchKey" || a.header.Get("X-Amz-Delete-Marker") != "true" {
		t.Errorf("deleted: %d %s", a.status, a.body)
	}
	for query, want := range map[string]string{"null": "zero", one: "one"} {
		if a := c.must("GET", "/logs/key?versionId="+query, ""); a.body != want || a.header.Get("X-Amz-Version-Id") != query {
			t.Errorf("version %s: %q %v", query, a.body, a.header)
		}
	}
	if a := c.do("GET", "/logs/key?versionId=none", ""); a.code() != "NoSuchVersion" {
		t.Errorf("no version: %s", a.body)
	}
	c.must("DELETE", "/logs/key?versionId="+gone.header.Get("X-Amz-Version-Id"), "")
	if a := c.must("GET", "/logs/key", ""); a.body != "two" {
		t.Errorf("after the marker's deletion: %q", a.body)
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
		if a := c.do("GET", test.target, "", "Host: "+test.host); a.body != "data" {
			t.Errorf("%s%s: %s", test.host, test.target, a.body)
		}
	}
	c.s.S3.CreateBucketIn("away", "eu-central-1")
	if a := c.do("HEAD", "/away/key", ""); a.status != 301 || a.header.Get("X-Amz-Bucket-Region") != "eu-central-1" {
		t.Errorf("elsewhere: %d %v", a.status, a.header)
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
	a := c.must("GET", "/logs/huge", "", "Range: bytes="+fmt.Sprintf("%d-%d", int64(size)-(2<<20), int64(size)-1), "If-Match: "+etag)
	if len(a.body) != 2<<20 || a.body[0] != 254 || a.body[len(a.body)-1] != 255 {
		t.Errorf("%d bytes", len(a.body))
	}
	if a := c.must("HEAD", "/logs/huge", ""); a.header.Get("Content-Length") != fmt.Sprint(int64(size)) {
		t.Errorf("length %s", a.header.Get("Content-Length"))
	}
}

func TestRequestLog(t *testing.T) {
	c := newS3Client(t)
	c.s.S3.Put("logs", "key", []byte("data"))
	c.must("GET", "/logs/key", "", "Range: bytes=1-2")
	c.do("GET", "/logs/none", "")
	requests := c.s.S3.Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests", len(requests))
	}
	first, second := requests[0], requests[1]
	if first.Operation != "GetObject" || first.Bucket != "logs" || first.Key != "key" || first.Range != "bytes=1-2" ||
		first.Status != 206 || first.Conn != 1 || time.Since(first.Time) > time.Minute || second.Status != 404 {
		t.Errorf("%+v\n%+v", first, second)
	}
	if keys := []string{first.Key, second.Key}; !slices.Equal(keys, []string{"key", "none"}) {
		t.Error(keys)
	}
}

// S3 sends the keys of metadata in lower case, which net/http's client does not show.
func TestMetadataKeys(t *testing.T) {
	c := newS3Client(t)
	c.must("PUT", "/logs/key", "data", "X-Amz-Meta-Day: 1")
	r := c.request("HEAD", "/logs/key", "")
	r.RequestURI = r.URL.RequestURI()
	w := httptest.NewRecorder()
	c.s.ServeHTTP(w, r)
	if got := w.Header()["x-amz-meta-day"]; !slices.Equal(got, []string{"1"}) {
		t.Errorf("%v in %v", got, w.Header())
	}
}
