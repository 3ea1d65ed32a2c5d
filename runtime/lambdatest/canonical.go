package lambdatest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The parts of Signature Version 4, calculated from a request as it came over the wire. IAM
// User Guide, "Create a signed AWS API request"; S3 API Reference, "Authenticating Requests".

const (
	signAlgorithm = "AWS4-HMAC-SHA256"
	scopeEnd      = "aws4_request"
	amzTime       = "20060102T150405Z"
	amzDay        = "20060102"
)

// canonicalRequest returns the canonical request. S3 takes the path as it is named, encoded
// once; the others take what is on the wire, tidied, and encode that again.
func canonicalRequest(r *http.Request, service string, signed []string, payloadHash string) string {
	target, query := wireTarget(r)
	var b strings.Builder
	b.WriteString(r.Method + "\n")
	if service == serviceS3 {
		b.WriteString(canonicalS3Path(target) + "\n")
	} else {
		b.WriteString(uriEncode(tidyPath(target), true) + "\n")
	}
	b.WriteString(canonicalQuery(query) + "\n")
	for _, name := range signed {
		b.WriteString(name + ":" + canonicalHeader(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + payloadHash)
	return b.String()
}

// wireTarget returns path and query as they came. A proxy's absolute form is cut down to
// them.
func wireTarget(r *http.Request) (target, query string) {
	target, query, _ = strings.Cut(r.RequestURI, "?")
	if _, rest, ok := strings.Cut(target, "://"); ok {
		_, target, _ = strings.Cut(rest, "/")
		target = "/" + target
	}
	return target, query
}

// canonicalS3Path decodes and encodes again, so that a client may send a character as it is
// which the rules say is signed encoded, as S3 does.
func canonicalS3Path(p string) string {
	if name, err := url.PathUnescape(p); err == nil {
		p = name
	}
	return uriEncode(p, true)
}

// tidyPath removes dots and doubled slashes (RFC 3986 §5.2.4), as every service but S3 does.
func tidyPath(p string) string {
	tidy := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && tidy != "/" {
		tidy += "/"
	}
	return tidy
}

// canonicalQuery sorts the parameters by name, then value, both encoded. The signature
// itself, in a presigned URL, is not part of it.
func canonicalQuery(query string) string {
	var params [][2]string
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if part == "" || name == "X-Amz-Signature" {
			continue
		}
		params = append(params, [2]string{reencode(name), reencode(value)})
	}
	slices.SortFunc(params, func(a, b [2]string) int {
		if c := strings.Compare(a[0], b[0]); c != 0 {
			return c
		}
		return strings.Compare(a[1], b[1])
	})
	joined := make([]string, len(params))
	for i, p := range params {
		joined[i] = p[0] + "=" + p[1]
	}
	return strings.Join(joined, "&")
}

func reencode(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		s = plain
	}
	return uriEncode(s, false)
}

// uriEncode percent-encodes all but the unreserved characters of RFC 3986 §2.3.
func uriEncode(s string, keepSlash bool) string {
	const upper = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '.', c == '_', c == '~', c == '/' && keepSlash:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', upper[c>>4], upper[c&15]})
		}
	}
	return b.String()
}

// canonicalHeader returns a header's values, each trimmed and with runs of spaces made one,
// joined by commas. net/http keeps some headers apart from the rest.
func canonicalHeader(r *http.Request, name string) string {
	values := r.Header.Values(name)
	switch name {
	case "host":
		values = []string{r.Host}
	case "content-length":
		values = []string{strconv.FormatInt(r.ContentLength, 10)}
	case "transfer-encoding":
		values = r.TransferEncoding
	}
	tidy := make([]string, len(values))
	for i, v := range values {
		tidy[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(tidy, ",")
}

// A scope is what a signature is good for.
type scope struct{ day, region, service string }

func (s scope) String() string {
	return s.day + "/" + s.region + "/" + s.service + "/" + scopeEnd
}

// signingKey derives the key for a scope from a secret.
func signingKey(secret string, s scope) []byte {
	key := hmacSHA256([]byte("AWS4"+secret), s.day)
	key = hmacSHA256(key, s.region)
	key = hmacSHA256(key, s.service)
	return hmacSHA256(key, scopeEnd)
}

func stringToSign(algorithm, amzDate string, s scope, rest ...string) string {
	return strings.Join(append([]string{algorithm, amzDate, s.String()}, rest...), "\n")
}

func hmacSHA256(key []byte, data string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(data))
	return m.Sum(nil)
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
