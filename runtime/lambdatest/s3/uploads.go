package s3

import (
	"encoding/xml"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (c *call) listParts() *apiError {
	u, err := c.upload()
	if err != nil {
		return err
	}
	type listed struct {
		PartNumber   int
		LastModified string
		ETag         string
		Size         int64
		Checksum     []element
	}
	result := struct {
		XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListPartsResult"`
		Bucket, Key, UploadId string
		Initiator, Owner      *ownerElement
		StorageClass          string
		PartNumberMarker      int
		NextPartNumberMarker  int `xml:",omitempty"`
		MaxParts              int
		IsTruncated           bool
		ChecksumAlgorithm     string `xml:",omitempty"`
		ChecksumType          string `xml:",omitempty"`
		Part                  []listed
	}{Bucket: c.bucket, Key: c.key, UploadId: u.id, Initiator: owner, Owner: owner, StorageClass: u.object.storageClass(),
		MaxParts: maxKeys, ChecksumAlgorithm: string(u.kind), ChecksumType: u.typ}
	if n, err := strconv.Atoi(c.query.Get("max-parts")); err == nil && n >= 0 {
		result.MaxParts = min(n, maxKeys)
	}
	result.PartNumberMarker, _ = strconv.Atoi(c.query.Get("part-number-marker"))
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	for _, n := range slices.Sorted(maps.Keys(u.parts)) {
		if n <= result.PartNumberMarker {
			continue
		}
		if len(result.Part) == result.MaxParts {
			result.IsTruncated = true
			break
		}
		p := u.parts[n]
		l := listed{n, formatTime(p.modified), p.etag(), p.content.Size(), nil}
		if p.checksum.value != "" {
			l.Checksum = []element{p.checksum.element()}
		}
		result.Part = append(result.Part, l)
		result.NextPartNumberMarker = n
	}
	writeXML(c.w, 200, result)
	return nil
}

// listUploads answers ListMultipartUploads. All uploads are on one page.
func (c *call) listUploads() *apiError {
	l, err := c.listing()
	if err != nil {
		return err
	}
	type listed struct {
		Key, UploadId    string
		Initiator, Owner *ownerElement
		StorageClass     string
		Initiated        string
	}
	result := struct {
		XMLName      xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListMultipartUploadsResult"`
		Bucket       string
		Prefix       string
		MaxUploads   int
		EncodingType string `xml:",omitempty"`
		IsTruncated  bool
		Upload       []listed
	}{Bucket: c.bucket, Prefix: l.encode(l.prefix), MaxUploads: maxKeys, EncodingType: c.query.Get("encoding-type")}
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	uploads := slices.SortedFunc(maps.Values(c.b.uploads), func(a, b *upload) int {
		if c := strings.Compare(a.object.key, b.object.key); c != 0 {
			return c
		}
		return a.started.Compare(b.started)
	})
	for _, u := range uploads {
		if strings.HasPrefix(u.object.key, l.prefix) {
			result.Upload = append(result.Upload, listed{l.encode(u.object.key), u.id, owner, owner, u.object.storageClass(), formatTime(u.started)})
		}
	}
	writeXML(c.w, 200, result)
	return nil
}
