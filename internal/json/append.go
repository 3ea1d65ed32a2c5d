package json

import (
	"encoding/binary"
	"unicode/utf8"
)

const lowerHex = "0123456789abcdef"

// AppendString appends s as a JSON string, quotes included. RFC 8259 §7: '"', '\' and
// control characters are escaped; nothing else needs it. §8.1: JSON is UTF-8, so a byte
// that is not part of a UTF-8 character becomes U+FFFD.
func AppendString[S string | []byte](dst []byte, s S) []byte {
	dst, _ = AppendEscaped(append(dst, '"'), s)
	return append(dst, '"')
}

// AppendEscaped appends what AppendString puts between the quotes, and reports whether s is
// valid UTF-8.
func AppendEscaped[S string | []byte](dst []byte, s S) (_ []byte, valid bool) {
	start := len(dst)
	if dst = append(dst, s...); isPlain(dst[start:]) {
		return dst, true
	}
	dst, valid = dst[:start], true
	clean := 0 // s[clean:i] needs no escape
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if plain(c) {
				i++
				continue
			}
			dst = append(dst, s[clean:i]...)
			dst = AppendEscape(dst, uint16(c))
			i++
			clean = i
			continue
		}
		// A character has at most utf8.UTFMax bytes: converting those alone keeps
		// the function generic without an allocation.
		r, size := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
		if r == utf8.RuneError && size == 1 {
			valid = false
			dst = append(dst, s[clean:i]...)
			dst = append(dst, `\ufffd`...)
			clean = i + 1
		}
		i += size
	}
	return append(dst, s[clean:]...), valid
}

// AppendEscape appends a UTF-16 code unit as an escape: \n if RFC 8259 §7 names it, else \u0085.
func AppendEscape(dst []byte, c uint16) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', byte(c))
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
	return append(dst, '\\', 'u', lowerHex[c>>12], lowerHex[c>>8&15], lowerHex[c>>4&15], lowerHex[c&15])
}

const (
	ones = 0x0101010101010101
	tops = 0x80 * ones
)

// escapes returns 0 if each of eight bytes is an ASCII character that needs no escape. Otherwise
// it has a top bit set. For bytes below 0x80, b-c has its top bit set if b < c, and b equals c if
// b^c is below 1. A byte borrows from the next one only if its own top bit is set in the result,
// so a borrow never turns a 0 into another result.
func escapes(w uint64) uint64 {
	return (w | (w - ' '*ones) | (w ^ '"'*ones - ones) | (w ^ '\\'*ones - ones)) & tops
}

// isPlain reports whether every byte of b is an ASCII character that needs no escape.
func isPlain(b []byte) bool {
	n := len(b)
	if n < 8 {
		for _, c := range b {
			if c >= utf8.RuneSelf || !plain(c) {
				return false
			}
		}
		return true
	}
	found := escapes(binary.LittleEndian.Uint64(b[n-8:]))
	for ; len(b) > 8; b = b[8:] {
		found |= escapes(binary.LittleEndian.Uint64(b))
	}
	return found == 0
}

// plain reports whether an ASCII character needs no escape in a string. RFC 8259 §7:
// unescaped = %x20-21 / %x23-5B / %x5D-10FFFF.
func plain(c byte) bool { return c >= ' ' && c != '"' && c != '\\' }
