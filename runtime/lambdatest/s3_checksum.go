package lambdatest

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"strings"
)

// A checksumKind is an algorithm for the integrity of objects. S3 User Guide, "Checking
// object integrity".
type checksumKind string

const (
	crc64NVME checksumKind = "CRC64NVME" // what S3 adds to an object that comes without one
	crc32IEEE checksumKind = "CRC32"
	crc32C    checksumKind = "CRC32C"
	sha1Sum   checksumKind = "SHA1"
	sha256Sum checksumKind = "SHA256"
)

var checksumKinds = []checksumKind{crc32IEEE, crc32C, crc64NVME, sha1Sum, sha256Sum}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	// The polynomial of CRC-64/NVME, reflected, as hash/crc64 takes it.
	nvme = crc64.MakeTable(0x9a6c9329ac4bc9b5)
)

func (k checksumKind) new() hash.Hash {
	switch k {
	case crc64NVME:
		return crc64.New(nvme)
	case crc32IEEE:
		return crc32.NewIEEE()
	case crc32C:
		return crc32.New(castagnoli)
	case sha1Sum:
		return sha1.New()
	case sha256Sum:
		return sha256.New()
	}
	panic("lambdatest: no checksum " + string(k))
}

// header returns the name of the header and trailer that carries the checksum.
func (k checksumKind) header() string { return http.CanonicalHeaderKey("x-amz-checksum-" + string(k)) }

func (k checksumKind) of(data []byte) []byte {
	h := k.new()
	h.Write(data)
	return h.Sum(nil)
}

// Whether a checksum is of the object's bytes or of its parts' checksums.
const (
	fullObject = "FULL_OBJECT"
	composite  = "COMPOSITE"
)

// A checksum is what S3 keeps of an object.
type checksum struct {
	kind  checksumKind
	value string // base64; a composite's ends in "-N"
	typ   string
}

// set adds the checksum's headers to an answer.
func (s checksum) set(h http.Header) {
	if s.value != "" {
		h.Set(s.kind.header(), s.value)
		h.Set("X-Amz-Checksum-Type", s.typ)
	}
}

// xml returns the checksum as elements of a document.
func (s checksum) xml() []xmlElement {
	if s.value == "" {
		return nil
	}
	return []xmlElement{element("Checksum"+string(s.kind), s.value), element("ChecksumType", s.typ)}
}

// checkedBody reads a body and holds it to the checksums that came with it: Content-MD5 and
// x-amz-checksum-*, in the head or in the trailer. It returns the checksum to keep.
func (c *s3Call) checkedBody(limit int64) ([]byte, checksum, *s3Error) {
	data, err := c.readBody(limit)
	if err != nil {
		return nil, checksum{}, err
	}
	if err := checkMD5(c.r.Header.Get("Content-Md5"), data); err != nil {
		return nil, checksum{}, err
	}
	kept := checksum{typ: fullObject}
	for _, kind := range checksumKinds {
		want := c.r.Header.Get(kind.header())
		if t := c.body.trailer().Get(kind.header()); t != "" {
			want = t
		}
		if want == "" {
			continue
		}
		if kept.kind != "" {
			return nil, kept, s3Fail(400, "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		sum := kind.of(data)
		given, err := base64.StdEncoding.DecodeString(want)
		if err != nil || len(given) != len(sum) {
			return nil, kept, s3Fail(400, "InvalidRequest", "Value for "+strings.ToLower(kind.header())+" header is invalid.")
		}
		kept.kind, kept.value = kind, base64.StdEncoding.EncodeToString(sum)
		if kept.value != want {
			return nil, kept, s3Fail(400, "BadDigest", "The "+string(kind)+" you specified did not match the calculated checksum.")
		}
	}
	if kind := c.r.Header.Get("X-Amz-Sdk-Checksum-Algorithm"); kind != "" && kept.kind == "" {
		return nil, kept, s3Fail(400, "InvalidRequest", "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	}
	return data, kept, nil
}

func checkMD5(want string, data []byte) *s3Error {
	if want == "" {
		return nil
	}
	sum := md5.Sum(data)
	given, err := base64.StdEncoding.DecodeString(want)
	if err != nil || len(given) != len(sum) {
		return s3Fail(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", xmlField{"Content-MD5", want})
	}
	if string(given) != string(sum[:]) {
		return s3Fail(400, "BadDigest", "The Content-MD5 you specified did not match what we received.",
			xmlField{"ExpectedDigest", hex.EncodeToString(given)}, xmlField{"CalculatedDigest", hex.EncodeToString(sum[:])})
	}
	return nil
}

func md5Hex(data []byte) string {
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}

func hexSum(h hash.Hash) string { return hexOf(h.Sum(nil)) }

func hexOf(b []byte) string { return hex.EncodeToString(b) }
