package sigv4

// AppendEscaped appends s percent-encoded as AWS wants it in a query: everything but the
// letters, digits and "-._~" of RFC 3986 §2.3 is escaped, with upper-case digits.
func AppendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = appendEscapedByte(dst, s[i])
	}
	return dst
}

// AppendEscapedPath is [AppendEscaped] for the path of an S3 object: '/' stays. "!*'()" must be
// escaped: servers that rebuild the path from the decoded key refuse the signature otherwise.
func AppendEscapedPath(dst []byte, key string) []byte {
	for i := range len(key) {
		if key[i] == '/' {
			dst = append(dst, '/')
		} else {
			dst = appendEscapedByte(dst, key[i])
		}
	}
	return dst
}

const upperHex = "0123456789ABCDEF"

func appendEscapedByte(dst []byte, c byte) []byte {
	if unreserved(c) {
		return append(dst, c)
	}
	return append(dst, '%', upperHex[c>>4], upperHex[c&15])
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

// reescape decodes a part of a query and escapes it as AppendEscaped does. The result is the same
// if s was escaped in another way, or not at all, or with '+' for a space.
func reescape(s string) string {
	dst := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
		}
		dst = appendEscapedByte(dst, c)
	}
	return string(dst)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return lower(c) - 'a' + 10
}
