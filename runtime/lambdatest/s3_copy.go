package lambdatest

import (
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"net/url"
	"strings"
	"time"
)

const xmlTime = "2006-01-02T15:04:05.000Z"

func xmlTimeOf(t time.Time) string { return t.UTC().Format(xmlTime) }

// source returns the object a copy is from: x-amz-copy-source is /bucket/key?versionId=id,
// URL-encoded.
func (c *s3Call) source() (*object, *s3Error) {
	name, version, _ := strings.Cut(c.r.Header.Get("X-Amz-Copy-Source"), "?versionId=")
	name, err := url.PathUnescape(name)
	bucket, key, ok := strings.Cut(strings.TrimPrefix(name, "/"), "/")
	if err != nil || !ok || key == "" {
		return nil, errInvalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source", name)
	}
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	b := c.s.buckets[bucket]
	if b == nil {
		return nil, errNoSuchBucket(bucket)
	}
	o, s3err := b.get(key, version)
	if s3err != nil {
		return nil, s3err
	}
	if b.versioning != "" {
		c.w.Header().Set("X-Amz-Copy-Source-Version-Id", o.versionID())
	}
	return o, readConditions(c.r.Header, "X-Amz-Copy-Source-", o)
}

func (c *s3Call) copyObject() *s3Error {
	if err := c.checkPut(); err != nil {
		return err
	}
	from, err := c.source()
	if err != nil {
		return err
	}
	if from.content.Size() > maxPutBytes {
		return s3Fail(400, "InvalidRequest", "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120")
	}
	o := *from
	o.key, o.version, o.modified, o.parts = c.key, "", c.s.s.Now(), nil
	replace := c.r.Header.Get("X-Amz-Metadata-Directive") == "REPLACE"
	c.s.mu.RLock()
	self := c.s.buckets[c.bucket].latest(c.key) == from
	c.s.mu.RUnlock()
	if self && !replace && c.r.Header.Get("X-Amz-Storage-Class") == "" {
		return s3Fail(400, "InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without "+
			"changing the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	if replace {
		o.header = objectHeaders(c.r.Header)
	}
	if c.r.Header.Get("X-Amz-Tagging-Directive") == "REPLACE" {
		o.tags = c.r.Header.Get("X-Amz-Tagging")
	}
	kind := checksumKind(cmp.Or(c.r.Header.Get("X-Amz-Checksum-Algorithm"), string(from.checksum.kind)))
	// What was uploaded in parts is one piece now. Synthetic objects keep what they have.
	if _, made := from.content.(*synthetic); !made && (from.parts != nil || kind != from.checksum.kind) {
		data := bytesOf(from.content)
		o.etag = `"` + md5Hex(data) + `"`
		o.checksum = checksum{kind, base64.StdEncoding.EncodeToString(kind.of(data)), fullObject}
	}
	if err := c.store(&o); err != nil {
		return err
	}
	writeXML(c.w, 200, copyResult{xml.Name{Local: "CopyObjectResult"}, o.etag, xmlTimeOf(o.modified), o.checksum.xml()})
	return nil
}

type copyResult struct {
	XMLName      xml.Name
	ETag         string
	LastModified string
	Checksum     []xmlElement
}

// An xmlElement is an element whose name is known only when it is written.
type xmlElement struct {
	XMLName xml.Name
	Value   string `xml:",chardata"`
}

func element(name, value string) xmlElement { return xmlElement{xml.Name{Local: name}, value} }
