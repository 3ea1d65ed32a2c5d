package s3

import (
	"cmp"
	"encoding/xml"
	"net/url"
	"strings"
)

// source returns the object that a copy is from: x-amz-copy-source is the URL-encoded form of
// /bucket/key?versionId=id.
func (c *call) source() (*object, *apiError) {
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
	o, failed := b.get(key, version)
	if failed != nil {
		return nil, failed
	}
	if b.versioning != "" {
		c.w.Header().Set("X-Amz-Copy-Source-Version-Id", o.versionID())
	}
	return o, readConditions(c.r.Header, "X-Amz-Copy-Source-", o)
}

func (c *call) copyObject() *apiError {
	if err := c.checkPut(); err != nil {
		return err
	}
	from, err := c.source()
	if err != nil {
		return err
	}
	if from.content.Size() > maxPutBytes {
		return fail(400, "InvalidRequest", "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120")
	}
	o := *from
	o.key, o.version, o.modified, o.parts = c.key, "", c.s.server.Now(), nil
	replace := c.r.Header.Get("X-Amz-Metadata-Directive") == "REPLACE"
	c.s.mu.RLock()
	self := c.b.latest(c.key) == from
	c.s.mu.RUnlock()
	if self && !replace && c.r.Header.Get("X-Amz-Storage-Class") == "" {
		return fail(400, "InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without "+
			"changing the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	if replace {
		o.header = objectHeaders(c.r.Header)
	}
	if c.r.Header.Get("X-Amz-Tagging-Directive") == "REPLACE" {
		o.tags = c.r.Header.Get("X-Amz-Tagging")
	}
	kind, err := parseChecksumKind(c.r.Header.Get("X-Amz-Checksum-Algorithm"))
	if err != nil {
		return err
	}
	kind = cmp.Or(kind, from.checksum.kind)
	// A copy is one piece, even if the source was uploaded in parts: its ETag and checksum are
	// computed again. Synthetic objects keep the ETag that was made up for them.
	if _, isSynthetic := from.content.(*synthetic); !isSynthetic && (from.parts != nil || kind != from.checksum.kind) {
		data := bytesOf(from.content)
		o.etag, o.checksum = quoted(md5Hex(data)), wholeChecksum(kind, data)
	}
	if err := c.store(&o); err != nil {
		return err
	}
	writeXML(c.w, 200, copyResult{xml.Name{Local: "CopyObjectResult"}, o.etag, formatTime(o.modified), o.checksum.elements()})
	return nil
}

type copyResult struct {
	XMLName      xml.Name
	ETag         string
	LastModified string
	Checksum     []element
}
