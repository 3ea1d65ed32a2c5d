package lambdatest

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// S3 User Guide, "Amazon S3 multipart upload limits".
const (
	maxParts = 10000
	minPart  = 5 << 20
)

// An upload is a multipart upload under way. S3's lock guards it.
type upload struct {
	id      string
	object  object       // as it will be, without its content
	kind    checksumKind // of the parts and the whole; "" when the client named none
	typ     string
	started time.Time
	parts   map[int]*part
}

// A part is content that was uploaded for an object to be.
type part struct {
	number   int
	content  content
	md5      [md5.Size]byte
	checksum checksum
	modified time.Time
}

func (p *part) etag() string { return `"` + hexOf(p.md5[:]) + `"` }

// upload returns the upload a request names.
func (c *s3Call) upload() (*upload, *s3Error) {
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	u := c.s.buckets[c.bucket].uploads[c.query.Get("uploadId")]
	if u == nil || u.object.key != c.key {
		return nil, errNoSuchUpload
	}
	return u, nil
}

func (c *s3Call) createUpload() *s3Error {
	if err := c.checkPut(); err != nil {
		return err
	}
	if _, err := c.readBody(maxXMLBody); err != nil {
		return err
	}
	u := &upload{id: rand.Text() + rand.Text(), started: c.s.s.Now(), parts: make(map[int]*part),
		object: object{key: c.key, header: objectHeaders(c.r.Header), tags: c.r.Header.Get("X-Amz-Tagging")},
		kind:   checksumKind(c.r.Header.Get("X-Amz-Checksum-Algorithm")), typ: c.r.Header.Get("X-Amz-Checksum-Type")}
	if err := u.settle(); err != nil {
		return err
	}
	c.s.mu.Lock()
	c.s.buckets[c.bucket].uploads[u.id] = u
	c.s.mu.Unlock()
	if u.kind != "" {
		c.w.Header().Set("X-Amz-Checksum-Algorithm", string(u.kind))
		c.w.Header().Set("X-Amz-Checksum-Type", u.typ)
	}
	c.w.Header().Set("X-Amz-Server-Side-Encryption", "AES256")
	writeXML(c.w, 200, struct {
		XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ InitiateMultipartUploadResult"`
		Bucket, Key, UploadId string
	}{Bucket: c.bucket, Key: c.key, UploadId: u.id})
	return nil
}

// settle fills in the type of checksum that goes with an algorithm. S3 User Guide, "Full
// object and composite checksum types": CRC64NVME has only the one, the SHAs only the other.
func (u *upload) settle() *s3Error {
	if u.kind == "" {
		return nil
	}
	if !slices.Contains(checksumKinds, u.kind) {
		return s3Fail(400, "InvalidRequest", "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
	}
	switch {
	case u.typ == "" && u.kind == crc64NVME:
		u.typ = fullObject
	case u.typ == "":
		u.typ = composite
	case u.kind == crc64NVME && u.typ == composite, strings.HasPrefix(string(u.kind), "SHA") && u.typ == fullObject:
		return s3Fail(400, "InvalidRequest", "The "+u.typ+" checksum type cannot be used with the "+strings.ToLower(string(u.kind))+" checksum algorithm.")
	}
	return nil
}

func errPartNumber(number string) *s3Error {
	return errInvalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", number)
}

// uploadPart answers UploadPart, and UploadPartCopy where there is a source.
func (c *s3Call) uploadPart() *s3Error {
	number, err := strconv.Atoi(c.query.Get("partNumber"))
	if err != nil || number < 1 || number > maxParts {
		return errPartNumber(c.query.Get("partNumber"))
	}
	u, s3err := c.upload()
	if s3err != nil {
		return s3err
	}
	copied := c.r.Header.Get("X-Amz-Copy-Source") != ""
	p := &part{number: number, modified: c.s.s.Now()}
	if copied {
		s3err = c.copyPart(p)
	} else {
		s3err = c.readPart(u, p)
	}
	if s3err != nil {
		return s3err
	}
	data := bytesOf(p.content)
	p.md5 = md5.Sum(data)
	if u.kind != "" && p.checksum.value == "" {
		p.checksum = checksum{u.kind, base64.StdEncoding.EncodeToString(u.kind.of(data)), u.typ}
	}
	c.s.mu.Lock()
	u.parts[number] = p
	c.s.mu.Unlock()
	h := c.w.Header()
	if copied {
		writeXML(c.w, 200, copyResult{xml.Name{Local: "CopyPartResult"}, p.etag(), xmlTimeOf(p.modified), p.checksum.xml()})
		return nil
	}
	if p.checksum.value != "" {
		h.Set(p.checksum.kind.header(), p.checksum.value)
	}
	h.Set("ETag", p.etag())
	h.Set("X-Amz-Server-Side-Encryption", "AES256")
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// readPart takes a part from the body. With a composite checksum agreed on, each part must
// bring its own.
func (c *s3Call) readPart(u *upload, p *part) *s3Error {
	data, sum, err := c.checkedBody(maxPutBytes)
	if err != nil {
		return err
	}
	if u.kind != "" && sum.kind != u.kind && (sum.kind != "" || u.typ == composite) {
		given := "null"
		if sum.kind != "" {
			given = strings.ToLower(string(sum.kind))
		}
		return s3Fail(400, "InvalidRequest", "Checksum Type mismatch occurred, expected checksum Type: "+
			strings.ToLower(string(u.kind))+", actual checksum Type: "+given)
	}
	p.content, p.checksum = stored(data), sum
	return nil
}

// copyPart takes a part from another object, or a range of it.
func (c *s3Call) copyPart(p *part) *s3Error {
	from, err := c.source()
	if err != nil {
		return err
	}
	header := c.r.Header.Get("X-Amz-Copy-Source-Range")
	rng, err := parseRange(header, from.content.Size())
	switch {
	case err != nil:
		return err
	case header != "" && !rng.partial:
		return errInvalidArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last "+
			"are the zero-based offsets of the first and last bytes to copy", "x-amz-copy-source-range", header)
	}
	p.content = &slice{from.content, rng.off, rng.n}
	return nil
}

func (c *s3Call) abortUpload() *s3Error {
	u, err := c.upload()
	if err != nil {
		return err
	}
	c.s.mu.Lock()
	delete(c.s.buckets[c.bucket].uploads, u.id)
	c.s.mu.Unlock()
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
