package sigv4

import (
	"bytes"
	"slices"
	"strings"
)

// AppendCanonicalRequest appends the first step: the request, written in one fixed way. So client
// and server hash the same bytes, even if a proxy in between writes the request differently.
//
//	PUT                                           method
//	/hospitals/2026%2011.csv                      path
//	partNumber=1&uploadId=2                       query, sorted
//	host:bucket.s3.amazonaws.com                  header fields, lower-case, sorted
//	x-amz-date:20261123T000000Z
//	                                              (an empty line)
//	host;x-amz-date                               names of the header fields
//	e3b0c44298fc1c149afbf4c8996fb92427ae41e4...   hash of the payload
func (s *Signer) AppendCanonicalRequest(dst []byte, r *Request) []byte {
	dst = append(dst, r.Method...)
	dst = append(dst, '\n')
	dst = s.appendCanonicalPath(dst, r.Path)
	dst = append(dst, '\n')
	dst = appendCanonicalQuery(dst, r.Query)
	dst = append(dst, '\n')
	dst = appendCanonicalHeaders(dst, r.Header)
	dst = append(dst, '\n')
	dst = appendSignedHeaders(dst, r.Header)
	dst = append(dst, '\n')
	if r.PayloadHash == "" {
		return append(dst, EmptyPayload...)
	}
	return append(dst, r.PayloadHash...)
}

// appendCanonicalPath appends the path, by one of two rules. IAM User Guide, "Create a
// signed AWS API request", Step 1: S3's keys may contain "//" and "..", so its paths are
// taken as they are; every other service's are normalised, and escaped a second time.
func (s *Signer) appendCanonicalPath(dst []byte, path string) []byte {
	switch {
	case path == "" || path == "/":
		return append(dst, '/')
	case s.isS3():
		return append(dst, path...)
	}
	start := len(dst)
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			if up := bytes.LastIndexByte(dst[start:], '/'); up >= 0 {
				dst = dst[:start+up]
			}
		default:
			dst = append(dst, '/')
			dst = AppendEscaped(dst, segment)
		}
	}
	if len(dst) == start || strings.HasSuffix(path, "/") {
		dst = append(dst, '/')
	}
	return dst
}

// isS3 reports whether the service signs as S3 does.
func (s *Signer) isS3() bool {
	return s.Service == "s3" || s.Service == "s3-object-lambda" || s.Service == "s3express" || s.Service == "s3-outposts"
}

// appendCanonicalQuery appends the parameters, escaped in one way and then sorted by name
// and value. A parameter without '=' gets one.
func appendCanonicalQuery(dst []byte, query string) []byte {
	if query == "" {
		return dst
	}
	type param struct{ name, value string }
	var params []*param // pointers: crypto/x509 sorts some, too, so the program has the code already
	for p := range strings.SplitSeq(query, "&") {
		if p != "" {
			name, value, _ := strings.Cut(p, "=")
			params = append(params, &param{reescape(name), reescape(value)})
		}
	}
	slices.SortFunc(params, func(a, b *param) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	for i, p := range params {
		if i > 0 {
			dst = append(dst, '&')
		}
		dst = append(dst, p.name...)
		dst = append(dst, '=')
		dst = append(dst, p.value...)
	}
	return dst
}

// manyHeaders is how many header fields are sorted without an allocation.
const manyHeaders = 32

// sortHeaders appends to order the indexes of the fields to be signed, sorted by name.
// Fields of the same name keep their order.
func sortHeaders(order []int, header []Header) []int {
	for i := range header {
		if equalFold(header[i].Name, "authorization") {
			continue
		}
		at := len(order)
		for at > 0 && compareFold(header[order[at-1]].Name, header[i].Name) > 0 {
			at--
		}
		order = slices.Insert(order, at, i)
	}
	return order
}

// appendCanonicalHeaders appends the fields, one a line: name in lower case, values of the
// same name joined by commas.
func appendCanonicalHeaders(dst []byte, header []Header) []byte {
	order := sortHeaders(make([]int, 0, manyHeaders), header)
	for i, at := range order {
		if i > 0 && equalFold(header[order[i-1]].Name, header[at].Name) {
			dst[len(dst)-1] = ',' // in place of the line's end
		} else {
			dst = appendLower(dst, header[at].Name)
			dst = append(dst, ':')
		}
		dst = appendTrimmed(dst, header[at].Value)
		dst = append(dst, '\n')
	}
	return dst
}

// appendSignedHeaders appends the names of the signed fields, each once.
func appendSignedHeaders(dst []byte, header []Header) []byte {
	order := sortHeaders(make([]int, 0, manyHeaders), header)
	for i, at := range order {
		if i > 0 {
			if equalFold(header[order[i-1]].Name, header[at].Name) {
				continue
			}
			dst = append(dst, ';')
		}
		dst = appendLower(dst, header[at].Name)
	}
	return dst
}

// appendTrimmed appends a field's value without outer space, and with one space for every
// run of spaces inside.
func appendTrimmed(dst []byte, value string) []byte {
	start, space := len(dst), false
	for i := range len(value) {
		switch c := value[i]; c {
		case ' ', '\t', '\r', '\n': // a folded value has line ends
			space = true
		default:
			if space && len(dst) > start {
				dst = append(dst, ' ')
			}
			space = false
			dst = append(dst, c)
		}
	}
	return dst
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func appendLower(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, lower(s[i]))
	}
	return dst
}

func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if d := int(lower(a[i])) - int(lower(b[i])); d != 0 {
			return d
		}
	}
	return len(a) - len(b)
}

func equalFold(a, b string) bool { return len(a) == len(b) && compareFold(a, b) == 0 }
