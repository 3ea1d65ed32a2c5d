package s3

import "strings"

// element returns the text of the first element of that name in an S3 error document, or in an
// entry of a listing.
//
// Both are flat and small (Amazon S3 API Reference, Error responses, ListObjectsV2). So element
// only reads elements without attributes, the five predefined entities, and quotes as Go's
// encoding/xml writes them. Other elements read as absent, never as something else.
func element(doc []byte, name string) string {
	s := string(doc)
	_, s, ok := strings.Cut(s, "<"+name+">")
	if !ok {
		return ""
	}
	text, _, ok := strings.Cut(s, "</"+name+">")
	if !ok || strings.Contains(text, "<") {
		return ""
	}
	return unescape(text)
}

var entities = [...]struct{ name, text string }{
	{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", `"`}, {"&apos;", "'"}, {"&#34;", `"`}, {"&#39;", "'"}, {"&amp;", "&"},
}

func unescape(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
next:
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i:]
		for _, e := range entities {
			if strings.HasPrefix(s, e.name) {
				b.WriteString(e.text)
				s = s[len(e.name):]
				i = strings.IndexByte(s, '&')
				continue next
			}
		}
		b.WriteByte('&')
		s = s[1:]
		i = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String()
}
