package s3

import (
	"net/http"
	"strings"
	"time"
)

// An object is one version of an object, or a delete marker. It never changes once stored.
type object struct {
	key      string
	version  string // "" if it was put while versioning was not enabled
	modified time.Time
	deleted  bool // it is a delete marker
	etag     string
	content  content
	header   http.Header // what PUT gave and GET returns
	tags     string      // in the form of x-amz-tagging
	checksum checksum
	parts    []int64 // the sizes of its parts, if it was uploaded in parts
}

// ObjectInfo is what S3 says about an object.
type ObjectInfo struct {
	Key          string
	ETag         string // quotes included
	VersionID    string // "" in a bucket without versions
	Size         int64
	Checksum     string // base64
	ChecksumKind string // CRC64NVME, CRC32, CRC32C, SHA1 or SHA256
}

func newObject(key string, data []byte, now time.Time) *object {
	return &object{key: key, modified: now, content: stored(data), etag: quoted(md5Hex(data)),
		checksum: wholeChecksum(crc64NVME, data)}
}

func (o *object) info() ObjectInfo {
	return ObjectInfo{o.key, o.etag, o.version, o.content.Size(), o.checksum.value, string(o.checksum.kind)}
}

// versionID returns the version's ID as S3 shows it.
func (o *object) versionID() string {
	if o.version == "" {
		return "null"
	}
	return o.version
}

func (o *object) storageClass() string {
	if class := o.header.Get("X-Amz-Storage-Class"); class != "" {
		return class
	}
	return "STANDARD"
}

// keptHeaders are the headers of a PUT that a GET returns, beside x-amz-meta-*.
var keptHeaders = []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type",
	"Expires", "X-Amz-Storage-Class", "X-Amz-Website-Redirect-Location"}

// objectHeaders returns the headers of a request that its object keeps.
func objectHeaders(h http.Header) http.Header {
	kept := make(http.Header)
	for _, name := range keptHeaders {
		if v := h.Get(name); v != "" {
			kept.Set(name, v)
		}
	}
	for name, values := range h {
		if strings.HasPrefix(name, "X-Amz-Meta-") {
			// S3 User Guide, "User-defined object metadata": keys are stored in lower case.
			// boto3 hands them to its caller as they come.
			kept[strings.ToLower(name)] = []string{strings.Join(values, ",")}
		}
	}
	// aws-chunked is the encoding of the request's body, not of the object.
	var codings []string
	for coding := range strings.SplitSeq(kept.Get("Content-Encoding"), ",") {
		if coding = strings.TrimSpace(coding); coding != "" && coding != "aws-chunked" {
			codings = append(codings, coding)
		}
	}
	kept.Del("Content-Encoding")
	if codings != nil {
		kept.Set("Content-Encoding", strings.Join(codings, ","))
	}
	if kept.Get("X-Amz-Storage-Class") == "STANDARD" {
		kept.Del("X-Amz-Storage-Class") // API Reference, HeadObject: S3 returns it for every other class
	}
	return kept
}
