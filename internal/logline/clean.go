package logline

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"reduction/internal/json"
)

// special reports whether a character could end a line for a reader of the log, or change what a
// terminal shows: control characters (U+0085, "next line", is one) and the line and paragraph
// separators of Unicode. Bytes that are not UTF-8 are special, too.
func special(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

// appendClean appends a text with its special characters escaped.
func appendClean(dst []byte, s string) []byte {
	for {
		i := strings.IndexFunc(s, special)
		if i < 0 {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		r, size := utf8.DecodeRuneInString(s[i:])
		dst = json.AppendEscape(dst, uint16(r))
		s = s[i+size:]
	}
}

// appendQuoted appends a text as a JSON string. It also escapes special characters that JSON does
// not require to be escaped.
func appendQuoted(dst []byte, s string) []byte {
	if strings.IndexFunc(s, special) < 0 {
		return json.AppendString(dst, s)
	}
	return appendClean(dst, string(json.AppendString(nil, s)))
}
