package s3

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"slices"
	"strings"
)

// A checksumKind is an algorithm that protects objects. S3 User Guide, "Checking object
// integrity".
type checksumKind string

const (
	crc64NVME checksumKind = "CRC64NVME" // what S3 adds to an object that comes without a checksum
	crc32IEEE checksumKind = "CRC32"
	crc32C    checksumKind = "CRC32C"
	sha1Sum   checksumKind = "SHA1"
	sha256Sum checksumKind = "SHA256"
)

var checksumKinds = []checksumKind{crc32IEEE, crc32C, crc64NVME, sha1Sum, sha256Sum}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	// The polynomial of CRC-64/NVME with its bits reversed, as hash/crc64 takes it.
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
	panic("s3: no checksum " + string(k))
}

// header returns the name of the header and trailer that carry the checksum.
func (k checksumKind) header() string { return http.CanonicalHeaderKey("x-amz-checksum-" + string(k)) }

func (k checksumKind) of(data []byte) []byte {
	h := k.new()
	h.Write(data)
	return h.Sum(nil)
}

// The types of checksums: over the bytes of the object, or over the checksums of its parts.
const (
	fullObject = "FULL_OBJECT"
	composite  = "COMPOSITE"
)

// A checksum is what S3 keeps of an object.
type checksum struct {
	kind  checksumKind
	value string // base64; that of a composite checksum ends in "-" and the number of parts
	typ   string
}

// parseChecksumKind returns the algorithm that a request names; "" if it names none.
func parseChecksumKind(name string) (checksumKind, *apiError) {
	kind := checksumKind(name)
	if name != "" && !slices.Contains(checksumKinds, kind) {
		return "", fail(400, "InvalidRequest", "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
	}
	return kind, nil
}

// wholeChecksum computes the checksum of an object.
func wholeChecksum(kind checksumKind, data []byte) checksum {
	return checksum{kind, base64.StdEncoding.EncodeToString(kind.of(data)), fullObject}
}

// set adds the checksum to the headers of an answer.
func (s checksum) set(h http.Header) {
	if s.value != "" {
		h.Set(s.kind.header(), s.value)
		h.Set("X-Amz-Checksum-Type", s.typ)
	}
}

// element returns the checksum's value as an element of an XML document.
func (s checksum) element() element {
	return element{xml.Name{Local: "Checksum" + string(s.kind)}, s.value}
}

// elements returns value and type as elements of an XML document, none without a checksum.
func (s checksum) elements() []element {
	if s.value == "" {
		return nil
	}
	return []element{s.element(), {xml.Name{Local: "ChecksumType"}, s.typ}}
}

// checkedBody reads a body and compares it with the checksums that came with it: Content-MD5
// and x-amz-checksum-*, the latter as a header or a trailer. It returns the checksum to keep.
func (c *call) checkedBody(limit int64) ([]byte, checksum, *apiError) {
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
		if t := c.body.trailer.Get(kind.header()); t != "" {
			want = t
		}
		if want == "" {
			continue
		}
		if kept.kind != "" {
			return nil, kept, fail(400, "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		sum := kind.of(data)
		given, err := base64.StdEncoding.DecodeString(want)
		if err != nil || len(given) != len(sum) {
			return nil, kept, fail(400, "InvalidRequest", "Value for "+strings.ToLower(kind.header())+" header is invalid.")
		}
		kept.kind, kept.value = kind, base64.StdEncoding.EncodeToString(sum)
		if kept.value != want {
			return nil, kept, errBadDigest("The " + string(kind) + " you specified did not match the calculated checksum.")
		}
	}
	if kind := c.r.Header.Get("X-Amz-Sdk-Checksum-Algorithm"); kind != "" && kept.kind == "" {
		return nil, kept, fail(400, "InvalidRequest", "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	}
	return data, kept, nil
}

func checkMD5(want string, data []byte) *apiError {
	if want == "" {
		return nil
	}
	sum := md5.Sum(data)
	given, err := base64.StdEncoding.DecodeString(want)
	if err != nil || len(given) != len(sum) {
		return fail(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", field{"Content-MD5", want})
	}
	if string(given) != string(sum[:]) {
		return errBadDigest("The Content-MD5 you specified did not match what we received.",
			field{"ExpectedDigest", hex.EncodeToString(given)}, field{"CalculatedDigest", hex.EncodeToString(sum[:])})
	}
	return nil
}

func md5Hex(data []byte) string {
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}

// quoted returns an ETag in the quotes that are part of it.
func quoted(etag string) string { return `"` + etag + `"` }
