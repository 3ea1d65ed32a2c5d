package aws

import (
	"crypto/sha1"
	"crypto/sha256"
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

// checksums are the algorithms of S3 by the header that carries each, cheapest to verify
// first: an object seldom has two, and one is enough.
var checksums = [...]struct {
	header string
	hash   func() hash.Hash
}{
	{"x-amz-checksum-crc64nvme", func() hash.Hash { return crc64nvme.New() }},
	{"x-amz-checksum-crc32c", func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }},
	{"x-amz-checksum-crc32", func() hash.Hash { return crc32.NewIEEE() }},
	{"x-amz-checksum-sha256", sha256.New},
	{"x-amz-checksum-sha1", sha1.New},
}

// checksum verifies a stream against the checksum that S3 sent with it.
type checksum struct {
	name string // the header's
	want string // base64
	hash hash.Hash
}

// newChecksum returns the checksum that an answer to an unranged GET carries, or nil.
//
// Composite checksums, of parts' checksums, are passed over: where the parts begin is not
// known here. They are marked by their type, and by "-N" at their end. Answers to ranged
// requests must not be given to this function: S3 sends composite ones without the mark
// there (boto/botocore#3346).
func newChecksum(h http1.Header) *checksum {
	if strings.EqualFold(h.Get("x-amz-checksum-type"), "COMPOSITE") {
		return nil
	}
	for _, c := range checksums {
		want := h.Get(c.header)
		if want == "" || strings.Contains(want, "-") {
			continue
		}
		return &checksum{name: strings.TrimPrefix(c.header, "x-amz-checksum-"), want: want, hash: c.hash()}
	}
	return nil
}

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
