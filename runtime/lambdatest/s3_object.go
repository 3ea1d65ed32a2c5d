package lambdatest

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// An object is one version of an object, or a delete marker. It never changes once stored.
type object struct {
	key      string
	version  string // "" where versioning has never been on
	modified time.Time
	deleted  bool // a delete marker
	etag     string
	content  content
	header   http.Header // what PUT gave and GET returns
	tags     string      // as x-amz-tagging has them
	checksum checksum
	parts    []int64 // sizes of the parts, when uploaded in parts
}

// ObjectInfo is what S3 says about an object.
type ObjectInfo struct {
	Key          string
	ETag         string // quotes included
	VersionID    string // "" in a bucket without versions
	Size         int64
	Checksum     string // base64
	ChecksumKind string // CRC64NVME, ...
}

func newObject(key string, data []byte, kind checksumKind, now time.Time) *object {
	return &object{
		key: key, modified: now, content: stored(data), etag: `"` + md5Hex(data) + `"`,
		checksum: checksum{kind, base64.StdEncoding.EncodeToString(kind.of(data)), fullObject},
	}
}

func (o *object) info() ObjectInfo {
	return ObjectInfo{o.key, o.etag, o.version, o.content.Size(), o.checksum.value, string(o.checksum.kind)}
}

// versionID returns what the version is called in answers.
func (o *object) versionID() string {
	if o.version == "" {
		return "null"
	}
	return o.version
}

// Headers of a PUT that come back with a GET, beside x-amz-meta-*.
var keptHeaders = []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type",
	"Expires", "X-Amz-Storage-Class", "X-Amz-Website-Redirect-Location"}

// objectHeaders picks what an object keeps of a request's headers.
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
	// aws-chunked is how the body travelled, not what it is.
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
		kept.Del("X-Amz-Storage-Class") // told by its absence
	}
	return kept
}

// content is the bytes of an object.
type content interface {
	Size() int64
	// read returns bytes at an offset below the size: at least one, at most len(scratch). It
	// may use scratch or lend memory of its own.
	read(off int64, scratch []byte) []byte
}

// stored content is in memory.
type stored []byte

func (s stored) Size() int64 { return int64(len(s)) }

func (s stored) read(off int64, scratch []byte) []byte {
	return s[off:][:min(int64(len(scratch)), s.Size()-off)]
}

// synthetic content is calculated when it is read.
type synthetic struct {
	size int64
	fill func(off int64, p []byte)
}

func (s *synthetic) Size() int64 { return s.size }

func (s *synthetic) read(off int64, scratch []byte) []byte {
	p := scratch[:min(int64(len(scratch)), s.size-off)]
	s.fill(off, p)
	return p
}

// joined content is that of others, one after another.
type joined struct {
	parts []content
	size  int64
}

func join(parts []content) *joined {
	j := &joined{parts: parts}
	for _, p := range parts {
		j.size += p.Size()
	}
	return j
}

func (j *joined) Size() int64 { return j.size }

func (j *joined) read(off int64, scratch []byte) []byte {
	for _, p := range j.parts {
		if off < p.Size() {
			return p.read(off, scratch)
		}
		off -= p.Size()
	}
	panic("lambdatest: read behind the end")
}

// slice is a range of other content.
type slice struct {
	content
	off, size int64
}

func (s *slice) Size() int64 { return s.size }

func (s *slice) read(off int64, scratch []byte) []byte {
	return s.content.read(s.off+off, scratch[:min(int64(len(scratch)), s.size-off)])
}

// sendStep is how much of an object is handed on at once.
const sendStep = 256 << 10

// each calls yield with the bytes of a range, piece by piece, until it returns an error.
func each(c content, off, n int64, yield func([]byte) error) error {
	scratch := make([]byte, min(sendStep, n))
	for n > 0 {
		p := c.read(off, scratch[:min(int64(len(scratch)), n)])
		if err := yield(p); err != nil {
			return err
		}
		off += int64(len(p))
		n -= int64(len(p))
	}
	return nil
}

// bytesOf returns all of some content.
func bytesOf(c content) []byte {
	if s, ok := c.(stored); ok {
		return s
	}
	data := make([]byte, 0, c.Size())
	each(c, 0, c.Size(), func(p []byte) error {
		data = append(data, p...)
		return nil
	})
	return data
}
