package s3

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// S3 User Guide, "Amazon S3 multipart upload limits".
const (
	maxParts = 10000
	minPart  = 5 << 20
)

// An upload is a multipart upload that is neither complete nor aborted. Service.mu guards it.
type upload struct {
	id      string
	object  object       // the object to be, without its content
	kind    checksumKind // of the parts and of the object; "" if the client chose none
	typ     string
	started time.Time
	parts   map[int]*part
}

// A part is an uploaded part of an object to be.
type part struct {
	number   int
	content  content
	md5      [md5.Size]byte
	checksum checksum
	modified time.Time
}

func (p *part) etag() string { return quoted(hex.EncodeToString(p.md5[:])) }

// upload returns the upload that the request names.
func (c *call) upload() (*upload, *apiError) {
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	u := c.b.uploads[c.query.Get("uploadId")]
	if u == nil || u.object.key != c.key {
		return nil, errNoSuchUpload
	}
	return u, nil
}

func (c *call) createUpload() *apiError {
	if err := c.checkPut(); err != nil {
		return err
	}
	if _, err := c.readBody(maxXMLBody); err != nil {
		return err
	}
	u := &upload{id: rand.Text() + rand.Text(), started: c.s.server.Now(), parts: make(map[int]*part),
		object: object{key: c.key, header: objectHeaders(c.r.Header), tags: c.r.Header.Get("X-Amz-Tagging")}}
	if err := u.chooseChecksum(c.r.Header.Get("X-Amz-Checksum-Algorithm"), c.r.Header.Get("X-Amz-Checksum-Type")); err != nil {
		return err
	}
	c.s.mu.Lock()
	c.b.uploads[u.id] = u
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

// chooseChecksum sets algorithm and type of the upload's checksum. S3 User Guide, "Full object
// and composite checksum types": CRC64NVME is always of the full object, the SHAs are always
// composite.
func (u *upload) chooseChecksum(algorithm, typ string) (err *apiError) {
	if u.kind, err = parseChecksumKind(algorithm); err != nil {
		return err
	}
	u.typ = typ
	switch {
	case u.kind == "" && typ != "":
		return fail(400, "InvalidRequest", "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
	case u.kind == "":
	case typ != "" && typ != fullObject && typ != composite:
		return fail(400, "InvalidRequest", "Value for x-amz-checksum-type header is invalid.")
	case typ == "" && u.kind == crc64NVME:
		u.typ = fullObject
	case typ == "":
		u.typ = composite
	case u.kind == crc64NVME && typ == composite, strings.HasPrefix(algorithm, "SHA") && typ == fullObject:
		return fail(400, "InvalidRequest", "The "+typ+" checksum type cannot be used with the "+strings.ToLower(algorithm)+" checksum algorithm.")
	}
	return nil
}

func errPartNumber(number string) *apiError {
	return errInvalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", number)
}

// uploadPart answers UploadPart and, if the request names a source, UploadPartCopy.
func (c *call) uploadPart() *apiError {
	number, err := strconv.Atoi(c.query.Get("partNumber"))
	if err != nil || number < 1 || number > maxParts {
		return errPartNumber(c.query.Get("partNumber"))
	}
	u, failed := c.upload()
	if failed != nil {
		return failed
	}
	copied := c.r.Header.Get("X-Amz-Copy-Source") != ""
	p := &part{number: number, modified: c.s.server.Now()}
	if copied {
		failed = c.copyPart(p)
	} else {
		failed = c.readPart(u, p)
	}
	if failed != nil {
		return failed
	}
	data := bytesOf(p.content)
	p.md5 = md5.Sum(data)
	if u.kind != "" && p.checksum.value == "" {
		p.checksum = wholeChecksum(u.kind, data)
		p.checksum.typ = u.typ
	}
	c.s.mu.Lock()
	u.parts[number] = p
	c.s.mu.Unlock()
	h := c.w.Header()
	if copied {
		writeXML(c.w, 200, copyResult{xml.Name{Local: "CopyPartResult"}, p.etag(), formatTime(p.modified), p.checksum.elements()})
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

// readPart reads a part from the body. If the upload's checksum is composite, the part must
// come with its own.
func (c *call) readPart(u *upload, p *part) *apiError {
	data, sum, err := c.checkedBody(maxPutBytes)
	if err != nil {
		return err
	}
	if u.kind != "" && sum.kind != u.kind && (sum.kind != "" || u.typ == composite) {
		given := "null"
		if sum.kind != "" {
			given = strings.ToLower(string(sum.kind))
		}
		return fail(400, "InvalidRequest", "Checksum Type mismatch occurred, expected checksum Type: "+
			strings.ToLower(string(u.kind))+", actual checksum Type: "+given)
	}
	p.content, p.checksum = stored(data), sum
	return nil
}

// copyPart takes a part from another object or from a range of one.
func (c *call) copyPart(p *part) *apiError {
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

func (c *call) abortUpload() *apiError {
	u, err := c.upload()
	if err != nil {
		return err
	}
	c.s.mu.Lock()
	delete(c.b.uploads, u.id)
	c.s.mu.Unlock()
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
