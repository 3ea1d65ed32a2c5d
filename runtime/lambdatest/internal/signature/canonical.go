package signature

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// canonicalRequest returns the canonical request, from a request as it came over the wire.
//
// S3 decodes the path and encodes it once. The other services clean the path as it came,
// and encode that a second time.
func canonicalRequest(r *http.Request, service string, signed []string, payloadHash string) string {
	target, query := Target(r)
	var b strings.Builder
	b.WriteString(r.Method + "\n")
	if service == "s3" {
		b.WriteString(canonicalS3Path(target) + "\n")
	} else {
		b.WriteString(URIEncode(cleanPath(target), true) + "\n")
	}
	b.WriteString(canonicalQuery(query) + "\n")
	for _, name := range signed {
		b.WriteString(name + ":" + canonicalHeader(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + payloadHash)
	return b.String()
}

// Target returns a request's path and query as they came over the wire. If a proxy sent the
// absolute form, scheme and host are cut off.
func Target(r *http.Request) (path, query string) {
	path, query, _ = strings.Cut(r.RequestURI, "?")
	if _, rest, ok := strings.Cut(path, "://"); ok {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	return path, query
}

// canonicalS3Path decodes the path before it encodes it, as S3 does. So a client may send a
// character unencoded that is encoded in the canonical request.
func canonicalS3Path(p string) string {
	if name, err := url.PathUnescape(p); err == nil {
		p = name
	}
	return URIEncode(p, true)
}

// cleanPath removes dot segments and doubled slashes (RFC 3986 §5.2.4), as every service but
// S3 does.
func cleanPath(p string) string {
	cleaned := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && cleaned != "/" {
		cleaned += "/"
	}
	return cleaned
}

// canonicalQuery sorts the encoded parameters by name, then by value. It leaves out the
// signature of a presigned URL.
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
	return URIEncode(s, false)
}

// URIEncode percent-encodes every byte except the unreserved characters of RFC 3986 §2.3 and,
// if keepSlash is true, slashes.
func URIEncode(s string, keepSlash bool) string {
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

// canonicalHeader returns a header's values, joined by commas. Each value is trimmed, and a
// run of spaces in it becomes one space. net/http keeps three of the headers in other fields.
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
