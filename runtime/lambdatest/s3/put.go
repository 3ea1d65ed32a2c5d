package s3

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxKey is the longest key in bytes. S3 User Guide, "Naming Amazon S3 objects".
const maxKey = 1024

func (c *call) putObject() *apiError {
	if err := c.checkPut(); err != nil {
		return err
	}
	if c.r.ContentLength < 0 && c.body.size < 0 {
		return errMissingLength
	}
	data, sum, err := c.checkedBody(maxPutBytes)
	if err != nil {
		return err
	}
	if sum.kind == "" {
		sum = wholeChecksum(crc64NVME, data)
	}
	o := &object{key: c.key, modified: c.s.server.Now(), content: stored(data), etag: quoted(md5Hex(data)),
		header: objectHeaders(c.r.Header), tags: c.r.Header.Get("X-Amz-Tagging"), checksum: sum}
	if err := c.store(o); err != nil {
		return err
	}
	o.checksum.set(c.w.Header())
	c.w.Header().Set("ETag", o.etag)
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// checkPut refuses what would make an object that this package can't keep.
func (c *call) checkPut() *apiError {
	if len(c.key) > maxKey {
		return fail(400, "KeyTooLongError", "Your key is too long")
	}
	h := c.r.Header
	// S3 User Guide, "Controlling ownership of objects": new buckets have ACLs disabled.
	if acl := h.Get("X-Amz-Acl"); acl != "" && acl != "bucket-owner-full-control" {
		return fail(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
	}
	if enc := h.Get("X-Amz-Server-Side-Encryption"); enc != "" && enc != "AES256" {
		return errUnsupported("x-amz-server-side-encryption: " + enc)
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, missing := range []string{"X-Amz-Grant-", "X-Amz-Object-Lock-", "X-Amz-Server-Side-Encryption-", "X-Amz-Write-Offset-Bytes"} {
			if strings.HasPrefix(name, missing) {
				return errUnsupported(strings.ToLower(name))
			}
		}
	}
	return nil
}

// store puts an object into its bucket, if the request's conditions hold.
func (c *call) store(o *object) *apiError {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.s.buckets[c.bucket] != c.b { // it was deleted while the body came
		return errNoSuchBucket(c.bucket)
	}
	if err := writeConditions(c.r.Header, c.key, c.b.latest(c.key)); err != nil {
		return err
	}
	c.b.put(o)
	if c.b.versioning != "" {
		c.w.Header().Set("X-Amz-Version-Id", o.versionID())
	}
	c.w.Header().Set("X-Amz-Server-Side-Encryption", "AES256")
	return nil
}

// getTagging returns the tags that an object was put with.
func (c *call) getTagging() *apiError {
	c.s.mu.RLock()
	o, err := c.b.get(c.key, c.query.Get("versionId"))
	c.s.mu.RUnlock()
	if err != nil {
		return err
	}
	type tag struct{ Key, Value string }
	doc := struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ Tagging"`
		TagSet  struct{ Tag []tag }
	}{}
	tags, _ := url.ParseQuery(o.tags)
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		doc.TagSet.Tag = append(doc.TagSet.Tag, tag{k, tags.Get(k)})
	}
	writeXML(c.w, 200, doc)
	return nil
}
