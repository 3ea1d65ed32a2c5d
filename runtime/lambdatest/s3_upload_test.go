package lambdatest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
)

func decodeHex(s string) ([]byte, error) { return hex.DecodeString(s) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// begin starts a multipart upload and returns its target.
func (c *client) begin(header ...string) string {
	c.t.Helper()
	var doc struct{ UploadId string }
	if err := xml.Unmarshal([]byte(c.must("POST", "/logs/big?uploads", "", header...).body), &doc); err != nil {
		c.t.Fatal(err)
	}
	return "/logs/big?uploadId=" + doc.UploadId
}

func (c *client) part(upload string, n int, body string, header ...string) (etag string) {
	c.t.Helper()
	return c.must("PUT", fmt.Sprintf("%s&partNumber=%d", upload, n), body, header...).header.Get("ETag")
}

// completion is the body that completes an upload of parts with these ETags, from 1.
func completion(etags ...string) string {
	var b strings.Builder
	b.WriteString("<CompleteMultipartUpload>")
	for i, e := range etags {
		fmt.Fprintf(&b, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", i+1, e)
	}
	b.WriteString("</CompleteMultipartUpload>")
	return b.String()
}

func TestMultipartUpload(t *testing.T) {
	c := newS3Client(t)
	data := pattern(2*minPart + 5)
	upload := c.begin()
	one := c.part(upload, 1, string(data[:minPart]))
	c.part(upload, 2, "overwritten")
	two := c.part(upload, 2, string(data[minPart:2*minPart]))
	three := c.part(upload, 3, string(data[2*minPart:]))
	if _, ok := c.s.S3.Object("logs", "big"); ok {
		t.Error("there before it is complete")
	}
	a := c.must("POST", upload, completion(one, two, three))
	if !strings.Contains(a.body, "-3&#34;</ETag>") {
		t.Errorf("completed: %s", a.body)
	}
	got, _ := c.s.S3.Object("logs", "big")
	sameBytes(t, "object", string(got), data)
	a = c.must("GET", "/logs/big?partNumber=3", "", "X-Amz-Checksum-Mode: ENABLED")
	if a.body != string(data[2*minPart:]) || a.status != 206 || a.header.Get("X-Amz-Mp-Parts-Count") != "3" {
		t.Errorf("part: %d, %v", a.status, a.header)
	}
	a = c.must("GET", "/logs/big", "", "X-Amz-Checksum-Mode: ENABLED")
	if want := base64.StdEncoding.EncodeToString(crc64NVME.of(data)); a.header.Get("X-Amz-Checksum-Crc64nvme") != want {
		t.Errorf("checksum %v, want %s", a.header, want)
	}
	if a := c.do("POST", upload, completion(one)); a.code() != "NoSuchUpload" {
		t.Errorf("again: %s", a.body)
	}
}

func TestMultipartUploadRefuses(t *testing.T) {
	c := newS3Client(t)
	upload := c.begin()
	small := c.part(upload, 1, "small")
	two := c.part(upload, 2, "two")
	for _, test := range []struct{ body, code string }{
		{"nonsense", "MalformedXML"},
		{completion(), "MalformedXML"},
		{completion(two), "InvalidPart"},
		{completion(small, two, two), "InvalidPart"},
		{completion(small, two), "EntityTooSmall"},
		{strings.Replace(completion(small, two), ">2<", ">1<", 1), "InvalidPartOrder"},
	} {
		if a := c.do("POST", upload, test.body); a.code() != test.code {
			t.Errorf("%s: %s, want %s", test.body, a.body, test.code)
		}
	}
	if a := c.do("PUT", upload+"&partNumber=10001", ""); a.code() != "InvalidArgument" {
		t.Errorf("part 10001: %s", a.body)
	}
	c.must("DELETE", upload, "")
	if a := c.do("PUT", upload+"&partNumber=1", ""); a.code() != "NoSuchUpload" {
		t.Errorf("aborted: %s", a.body)
	}
}

func TestCompositeChecksum(t *testing.T) {
	c := newS3Client(t)
	upload := c.begin("X-Amz-Checksum-Algorithm: SHA256")
	if a := c.do("PUT", upload+"&partNumber=1", "x"); a.code() != "InvalidRequest" {
		t.Errorf("a part without its checksum: %s", a.body)
	}
	sum := base64.StdEncoding.EncodeToString(sha256Sum.of([]byte("part")))
	etag := c.part(upload, 1, "part", "X-Amz-Checksum-Sha256: "+sum)
	if a := c.do("POST", upload, completion(etag)); a.code() != "InvalidRequest" {
		t.Errorf("completion without checksums: %s", a.body)
	}
	c.must("POST", upload, strings.Replace(completion(etag), "</Part>", "<ChecksumSHA256>"+sum+"</ChecksumSHA256></Part>", 1))
	a := c.must("HEAD", "/logs/big", "", "X-Amz-Checksum-Mode: ENABLED")
	want := base64.StdEncoding.EncodeToString(sha256Sum.of(sha256Sum.of([]byte("part")))) + "-1"
	if a.header.Get("X-Amz-Checksum-Sha256") != want || a.header.Get("X-Amz-Checksum-Type") != composite {
		t.Errorf("%v, want %s", a.header, want)
	}
}

func TestCopy(t *testing.T) {
	c := newS3Client(t)
	c.must("PUT", "/logs/from%20here", "data", "X-Amz-Meta-A: 1", "X-Amz-Tagging: k=v")
	c.must("PUT", "/logs/copy", "", "X-Amz-Copy-Source: /logs/from%20here")
	if a := c.must("GET", "/logs/copy", ""); a.body != "data" || a.header.Get("X-Amz-Meta-A") != "1" {
		t.Errorf("copy: %q %v", a.body, a.header)
	}
	if a := c.must("GET", "/logs/copy?tagging", ""); !strings.Contains(a.body, "<Key>k</Key><Value>v</Value>") {
		t.Errorf("tags: %s", a.body)
	}
	for _, test := range []struct{ source, header, code string }{
		{"logs/none", "X-Amz-Meta-B: 1", "NoSuchKey"},
		{"none", "X-Amz-Meta-B: 1", "InvalidArgument"},
		{"logs/copy", "X-Amz-Meta-B: 1", "InvalidRequest"}, // itself, unchanged
		{"logs/copy", "X-Amz-Metadata-Directive: REPLACE", ""},
		{"logs/from%20here", `X-Amz-Copy-Source-If-Match: "other"`, "PreconditionFailed"},
	} {
		if a := c.do("PUT", "/logs/copy", "", "X-Amz-Copy-Source: "+test.source, test.header); a.code() != test.code {
			t.Errorf("%s, %s: %s, want %q", test.source, test.header, a.body, test.code)
		}
	}
	upload := c.begin()
	c.must("PUT", upload+"&partNumber=1", "", "X-Amz-Copy-Source: logs/from%20here", "X-Amz-Copy-Source-Range: bytes=1-2")
	c.must("POST", upload, completion(`"`+md5Hex([]byte("at"))+`"`))
	if got, _ := c.s.S3.Object("logs", "big"); string(got) != "at" {
		t.Errorf("copied part: %q", got)
	}
}
