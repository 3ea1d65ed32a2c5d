package s3_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"reduction/runtime/lambdatest/internal/client"
)

// minPart is the smallest part, except for the last one. S3 User Guide, "Amazon S3 multipart
// upload limits".
const minPart = 5 << 20

// begin starts a multipart upload and returns its target.
func (c s3Client) begin(header ...string) string {
	c.t.Helper()
	var doc struct{ UploadId string }
	if err := xml.Unmarshal([]byte(c.Must("POST", "/logs/big?uploads", "", header...).Body), &doc); err != nil {
		c.t.Fatal(err)
	}
	return "/logs/big?uploadId=" + doc.UploadId
}

func (c s3Client) part(upload string, n int, body string, header ...string) (etag string) {
	c.t.Helper()
	return c.Must("PUT", fmt.Sprintf("%s&partNumber=%d", upload, n), body, header...).Header.Get("ETag")
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
	data := client.Pattern(2*minPart + 5)
	upload := c.begin()
	one := c.part(upload, 1, string(data[:minPart]))
	c.part(upload, 2, "overwritten")
	two := c.part(upload, 2, string(data[minPart:2*minPart]))
	three := c.part(upload, 3, string(data[2*minPart:]))
	if _, ok := c.s.S3.Object("logs", "big"); ok {
		t.Error("there before it is complete")
	}
	a := c.Must("POST", upload, completion(one, two, three))
	if !strings.Contains(a.Body, "-3&#34;</ETag>") {
		t.Errorf("completed: %s", a.Body)
	}
	got, _ := c.s.S3.Object("logs", "big")
	sameBytes(t, "object", string(got), data)
	a = c.Must("GET", "/logs/big?partNumber=3", "", "X-Amz-Checksum-Mode: ENABLED")
	if a.Body != string(data[2*minPart:]) || a.Status != 206 || a.Header.Get("X-Amz-Mp-Parts-Count") != "3" {
		t.Errorf("part: %d, %v", a.Status, a.Header)
	}
	a = c.Must("GET", "/logs/big", "", "X-Amz-Checksum-Mode: ENABLED")
	if want := sumOf("CRC64NVME", string(data)); a.Header.Get("X-Amz-Checksum-Crc64nvme") != want {
		t.Errorf("checksum %v, want %s", a.Header, want)
	}
	if a := c.Do("POST", upload, completion(one)); a.Code() != "NoSuchUpload" {
		t.Errorf("again: %s", a.Body)
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
		if a := c.Do("POST", upload, test.body); a.Code() != test.code {
			t.Errorf("%s: %s, want %s", test.body, a.Body, test.code)
		}
	}
	if a := c.Do("PUT", upload+"&partNumber=10001", ""); a.Code() != "InvalidArgument" {
		t.Errorf("part 10001: %s", a.Body)
	}
	c.Must("DELETE", upload, "")
	if a := c.Do("PUT", upload+"&partNumber=1", ""); a.Code() != "NoSuchUpload" {
		t.Errorf("aborted: %s", a.Body)
	}
}

func TestCompositeChecksum(t *testing.T) {
	c := newS3Client(t)
	upload := c.begin("X-Amz-Checksum-Algorithm: SHA256")
	if a := c.Do("PUT", upload+"&partNumber=1", "x"); a.Code() != "InvalidRequest" {
		t.Errorf("a part without its checksum: %s", a.Body)
	}
	sum := sumOf("SHA256", "part")
	etag := c.part(upload, 1, "part", "X-Amz-Checksum-Sha256: "+sum)
	if a := c.Do("POST", upload, completion(etag)); a.Code() != "InvalidRequest" {
		t.Errorf("completion without checksums: %s", a.Body)
	}
	c.Must("POST", upload, strings.Replace(completion(etag), "</Part>", "<ChecksumSHA256>"+sum+"</ChecksumSHA256></Part>", 1))
	a := c.Must("HEAD", "/logs/big", "", "X-Amz-Checksum-Mode: ENABLED")
	raw, _ := base64.StdEncoding.DecodeString(sum)
	want := sumOf("SHA256", string(raw)) + "-1"
	if a.Header.Get("X-Amz-Checksum-Sha256") != want || a.Header.Get("X-Amz-Checksum-Type") != "COMPOSITE" {
		t.Errorf("%v, want %s", a.Header, want)
	}
}

func TestChecksumOfUpload(t *testing.T) {
	c := newS3Client(t)
	for _, test := range []struct{ header, code string }{
		{"X-Amz-Checksum-Algorithm: CRC32", ""},
		{"X-Amz-Checksum-Algorithm: MD5", "InvalidRequest"},
		{"X-Amz-Checksum-Type: COMPOSITE", "InvalidRequest"},
		{"X-Amz-Checksum-Algorithm: CRC32|X-Amz-Checksum-Type: COMPOSITE", ""},
		{"X-Amz-Checksum-Algorithm: CRC32|X-Amz-Checksum-Type: OTHER", "InvalidRequest"},
		{"X-Amz-Checksum-Algorithm: CRC64NVME|X-Amz-Checksum-Type: COMPOSITE", "InvalidRequest"},
		{"X-Amz-Checksum-Algorithm: SHA1|X-Amz-Checksum-Type: FULL_OBJECT", "InvalidRequest"},
	} {
		if a := c.Do("POST", "/logs/big?uploads", "", strings.Split(test.header, "|")...); a.Code() != test.code {
			t.Errorf("%s: %d %s, want %q", test.header, a.Status, a.Body, test.code)
		}
	}
}

func TestCopy(t *testing.T) {
	c := newS3Client(t)
	c.Must("PUT", "/logs/from%20here", "data", "X-Amz-Meta-A: 1", "X-Amz-Tagging: k=v")
	c.Must("PUT", "/logs/copy", "", "X-Amz-Copy-Source: /logs/from%20here")
	if a := c.Must("GET", "/logs/copy", ""); a.Body != "data" || a.Header.Get("X-Amz-Meta-A") != "1" {
		t.Errorf("copy: %q %v", a.Body, a.Header)
	}
	if a := c.Must("GET", "/logs/copy?tagging", ""); !strings.Contains(a.Body, "<Key>k</Key><Value>v</Value>") {
		t.Errorf("tags: %s", a.Body)
	}
	for _, test := range []struct{ source, header, code string }{
		{"logs/none", "X-Amz-Meta-B: 1", "NoSuchKey"},
		{"none", "X-Amz-Meta-B: 1", "InvalidArgument"},
		{"logs/copy", "X-Amz-Meta-B: 1", "InvalidRequest"}, // itself, unchanged
		{"logs/copy", "X-Amz-Metadata-Directive: REPLACE", ""},
		{"logs/from%20here", `X-Amz-Copy-Source-If-Match: "other"`, "PreconditionFailed"},
		{"logs/from%20here", "X-Amz-Checksum-Algorithm: MD5", "InvalidRequest"},
	} {
		if a := c.Do("PUT", "/logs/copy", "", "X-Amz-Copy-Source: "+test.source, test.header); a.Code() != test.code {
			t.Errorf("%s, %s: %s, want %q", test.source, test.header, a.Body, test.code)
		}
	}
	upload := c.begin()
	c.Must("PUT", upload+"&partNumber=1", "", "X-Amz-Copy-Source: logs/from%20here", "X-Amz-Copy-Source-Range: bytes=1-2")
	c.Must("POST", upload, completion(fmt.Sprintf(`"%x"`, md5.Sum([]byte("at")))))
	if got, _ := c.s.S3.Object("logs", "big"); string(got) != "at" {
		t.Errorf("copied part: %q", got)
	}
}
