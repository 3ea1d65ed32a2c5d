package json

import "unicode/utf8"

const lowerHex = "0123456789abcdef"

// AppendString appends s as a JSON string, quotes included. RFC 8259 §7: '"', '\' and
// control characters are escaped; nothing else needs it. §8.1: JSON is UTF-8, so a byte
// that is no part of any becomes U+FFFD.
func AppendString[S string | []byte](dst []byte, s S) []byte {
	dst = append(dst, '"')
	clean := 0 // s[clean:i] needs no escape
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if plain(c) {
				i++
				continue
			}
			dst = append(dst, s[clean:i]...)
			dst = appendEscape(dst, c)
			i++
			clean = i
			continue
		}
		// A character has at most utf8.UTFMax bytes: converting those alone keeps
		// the function generic without an allocation.
		r, size := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[clean:i]...)
			dst = append(dst, `\ufffd`...)
			clean = i + 1
		}
		i += size
	}
	dst = append(dst, s[clean:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', lowerHex[c>>4], lowerHex[c&15])
}

// plain says whether an ASCII character stands for itself in a string. RFC 8259 §7:
// unescaped = %x20-21 / %x23-5B / %x5D-10FFFF.
func plain(c byte) bool { return c >= ' ' && c != '"' && c != '\\' }
