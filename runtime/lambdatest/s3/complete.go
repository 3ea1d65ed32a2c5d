package s3

import (
	"cmp"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"reduction/runtime/lambdatest/internal/signature"
)

// A completedPart is what CompleteMultipartUpload says about a part.
type completedPart struct {
	PartNumber        int
	ETag              string
	ChecksumCRC32     string
	ChecksumCRC32C    string
	ChecksumCRC64NVME string
	ChecksumSHA1      string
	ChecksumSHA256    string
}

func (p *completedPart) checksum(kind checksumKind) string {
	switch kind {
	case crc32IEEE:
		return p.ChecksumCRC32
	case crc32C:
		return p.ChecksumCRC32C
	case crc64NVME:
		return p.ChecksumCRC64NVME
	case sha1Sum:
		return p.ChecksumSHA1
	case sha256Sum:
		return p.ChecksumSHA256
	}
	return ""
}

func (c *call) completeUpload() *apiError {
	body, err := c.readBody(maxXMLBody)
	if err != nil {
		return err
	}
	u, err := c.upload()
	if err != nil {
		return err
	}
	var request struct{ Part []completedPart }
	if xml.Unmarshal(body, &request) != nil || len(request.Part) == 0 {
		return errMalformedXML
	}
	c.s.mu.RLock()
	parts, err := u.pick(request.Part)
	c.s.mu.RUnlock()
	if err != nil {
		return err
	}
	o, err := c.assemble(u, parts)
	if err != nil {
		return err
	}
	if err := c.store(o); err != nil {
		return err
	}
	c.s.mu.Lock()
	delete(c.b.uploads, u.id)
	c.s.mu.Unlock()
	writeXML(c.w, 200, struct {
		XMLName                     xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
		Location, Bucket, Key, ETag string
		Checksum                    []element
	}{Location: c.s.server.URL() + "/" + c.bucket + "/" + signature.URIEncode(c.key, true),
		Bucket: c.bucket, Key: c.key, ETag: o.etag, Checksum: o.checksum.elements()})
	return nil
}

// pick returns the parts that a request lists. It compares them with what was uploaded and with
// S3's rules.
func (u *upload) pick(listed []completedPart) ([]*part, *apiError) {
	for i := range listed[1:] {
		if listed[i].PartNumber < listed[i+1].PartNumber {
			continue
		}
		return nil, fail(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.",
			field{"UploadId", u.id})
	}
	var parts []*part
	for _, l := range listed {
		p := u.parts[l.PartNumber]
		sum := l.checksum(u.kind)
		switch {
		case p == nil, strings.Trim(l.ETag, `"`) != hex.EncodeToString(p.md5[:]), sum != "" && sum != p.checksum.value:
			return nil, fail(400, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been "+
				"uploaded, or the specified entity tag may not match the part's entity tag.",
				field{"UploadId", u.id}, field{"PartNumber", strconv.Itoa(l.PartNumber)}, field{"ETag", l.ETag})
		case sum == "" && u.typ == composite:
			return nil, fail(400, "InvalidRequest", fmt.Sprintf("The upload was created using a %s checksum. The complete request must "+
				"include the checksum for each part. It was missing for part %d in the request.", strings.ToLower(string(u.kind)), l.PartNumber))
		}
		parts = append(parts, p)
	}
	for _, p := range parts[:len(parts)-1] {
		if p.content.Size() < minPart {
			return nil, fail(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
				field{"ProposedSize", strconv.FormatInt(p.content.Size(), 10)}, field{"MinSizeAllowed", strconv.Itoa(minPart)},
				field{"PartNumber", strconv.Itoa(p.number)}, field{"ETag", p.etag()})
		}
	}
	return parts, nil
}

// assemble makes an object of its parts. It compares checksum and size with those of the
// request, if the request has them.
func (c *call) assemble(u *upload, parts []*part) (*object, *apiError) {
	o := u.object
	o.modified = c.s.server.Now()
	var contents []content
	var md5s, sums []byte
	for _, p := range parts {
		contents = append(contents, p.content)
		o.parts = append(o.parts, p.content.Size())
		md5s = append(md5s, p.md5[:]...)
		sum, _ := base64.StdEncoding.DecodeString(p.checksum.value)
		sums = append(sums, sum...)
	}
	o.content = join(contents)
	whole := md5.Sum(md5s)
	o.etag = quoted(fmt.Sprintf("%x-%d", whole, len(parts)))
	if u.typ == composite {
		o.checksum = checksum{u.kind, fmt.Sprintf("%s-%d", base64.StdEncoding.EncodeToString(u.kind.of(sums)), len(parts)), composite}
	} else {
		kind := cmp.Or(u.kind, crc64NVME) // S3 chooses CRC64NVME if the client did not choose
		h := kind.new()
		each(o.content, 0, o.content.Size(), func(p []byte) error { h.Write(p); return nil })
		o.checksum = checksum{kind, base64.StdEncoding.EncodeToString(h.Sum(nil)), fullObject}
	}
	if i := slices.IndexFunc(checksumKinds, func(k checksumKind) bool { return c.r.Header.Get(k.header()) != "" }); i >= 0 {
		kind := checksumKinds[i]
		value, count, _ := strings.Cut(o.checksum.value, "-")
		given, n, _ := strings.Cut(c.r.Header.Get(kind.header()), "-") // a client may leave out the number of parts
		if kind != o.checksum.kind || given != value || n != "" && n != count {
			return nil, errBadDigest("The " + string(kind) + " you specified did not match the calculated checksum.")
		}
	}
	if size := c.r.Header.Get("X-Amz-Mp-Object-Size"); size != "" && size != strconv.FormatInt(o.content.Size(), 10) {
		return nil, fail(400, "InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match what was computed.")
	}
	return &o, nil
}
