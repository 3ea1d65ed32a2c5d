package s3

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"hash"
	"hash/crc32"
	"strings"

	"reduction/internal/crc64nvme"
	"reduction/internal/http1"
)

// ErrChecksum says that the bytes received are not those that S3 holds.
var ErrChecksum = errors.New("checksum mismatch")

// ErrNoChecksum says that a whole object's checksum was demanded and S3 has none for it.
var ErrNoChecksum = errors.New("the object has no checksum of its whole content")

// ErrChecksumAlgorithm says that a whole object's checksum was demanded, but S3 only has one of an
// algorithm that this package lacks.
var ErrChecksumAlgorithm = errors.New("checksum algorithm not supported")

// checksumPrefix begins the headers that carry checksums. What follows is the algorithm's name,
// or "type".
const checksumPrefix = "x-amz-checksum-"

// checksums are the algorithms of S3 by the header that carries each, cheapest to verify first:
// an object seldom has two, and one is enough. S3 has ten since 22 April 2026 (Amazon S3 API
// Reference, Checksum; AWS, What's New, "Amazon S3 adds five additional checksum algorithms").
// The three that are missing, XXHASH64, XXHASH3 and XXHASH128, are not in the standard library.
var checksums = [...]struct {
	header string
	hash   func() hash.Hash
}{
	{"x-amz-checksum-crc64nvme", func() hash.Hash { return crc64nvme.New() }},
	{"x-amz-checksum-crc32c", func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }},
	{"x-amz-checksum-crc32", func() hash.Hash { return crc32.NewIEEE() }},
	{"x-amz-checksum-sha256", sha256.New},
	{"x-amz-checksum-sha1", sha1.New},
	{"x-amz-checksum-sha512", sha512.New},
	{"x-amz-checksum-md5", md5.New},
}

// checksum verifies a stream against the checksum that S3 sent with it.
type checksum struct {
	name string // the algorithm's
	want string // base64
	hash hash.Hash
}

// newChecksum returns the checksum in an answer to a GET without a range, or nil. If the answer
// only has checksums of algorithms that are not supported, newChecksum returns the name of one
// algorithm.
//
// Composite checksums, which are computed from the checksums of parts, are ignored: it is not known
// here where the parts begin. Their type, and "-N" at their end, mark them. Do not pass answers to
// requests for a range: in these, S3 sends composite checksums without the mark
// (boto/botocore#3346).
func newChecksum(h http1.Header) (c *checksum, unsupported string) {
	if strings.EqualFold(h.Get(checksumPrefix+"type"), "COMPOSITE") {
		return nil, ""
	}
	for _, c := range checksums {
		if want := h.Get(c.header); isWhole(want) {
			return &checksum{name: c.header[len(checksumPrefix):], want: want, hash: c.hash()}, ""
		}
	}
	for _, f := range h {
		name, ok := strings.CutPrefix(strings.ToLower(f.Name), checksumPrefix)
		if ok && name != "type" && isWhole(f.Value) {
			return nil, name
		}
	}
	return nil, ""
}

// isWhole reports whether a header's value is a checksum that is not composite.
func isWhole(value string) bool { return value != "" && !strings.Contains(value, "-") }

func (c *checksum) write(p []byte) {
	if c != nil {
		c.hash.Write(p)
	}
}

// verify is called at the end of the stream.
func (c *checksum) verify() error {
	if c == nil {
		return nil
	}
	if got := base64.StdEncoding.EncodeToString(c.hash.Sum(nil)); got != c.want {
		return &checksumError{c.name}
	}
	return nil
}

type checksumError struct{ name string }

func (e *checksumError) Error() string {
	return e.name + " " + ErrChecksum.Error() + ": the bytes received are not those that S3 holds"
}
func (e *checksumError) Unwrap() error { return ErrChecksum }

// algorithmError says which algorithm ErrChecksumAlgorithm is about, and what to do.
type algorithmError struct{ name string }

func (e *algorithmError) Error() string {
	return ErrChecksumAlgorithm.Error() + ": VERIFY=full demands a checksum, and S3 has none of the object but " + e.name +
		": copy the object with x-amz-checksum-algorithm: CRC64NVME, or unset VERIFY"
}
func (e *algorithmError) Unwrap() error { return ErrChecksumAlgorithm }
