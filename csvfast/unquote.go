package csvfast

import "bytes"

var oneQuote = []byte{quote}

// AppendUnquoted appends the value of a field to dst: without the quotes around it, and with one
// quote for each doubled one. raw is the field as it is in the file. A field that does not begin
// with a quote is its own value. If the field is bad, AppendUnquoted returns dst as it was, and
// ErrBareQuote or ErrQuote.
func AppendUnquoted(dst, raw []byte) ([]byte, error) {
	if len(raw) == 0 || raw[0] != quote {
		if bytes.IndexByte(raw, quote) >= 0 {
			return dst, ErrBareQuote
		}
		return append(dst, raw...), nil
	}
	out := dst
	for rest := raw[1:]; ; {
		i := bytes.IndexByte(rest, quote)
		switch {
		case i < 0:
			return dst, ErrQuote
		case i == len(rest)-1:
			return append(out, rest[:i]...), nil
		case rest[i+1] != quote:
			return dst, ErrQuote
		}
		// RFC 4180 §2.7: a quote inside quotes is doubled.
		out = append(out, rest[:i+1]...)
		rest = rest[i+2:]
	}
}

// undouble replaces each doubled quote by one, in place, and returns the new length. All quotes in
// b must be doubled.
func undouble(b []byte) int {
	n := bytes.IndexByte(b, quote)
	if n < 0 {
		return len(b)
	}
	for rest := b[n:]; ; {
		b[n] = quote
		n++
		rest = rest[2:]
		i := bytes.IndexByte(rest, quote)
		if i < 0 {
			return n + copy(b[n:], rest)
		}
		n += copy(b[n:], rest[:i])
		rest = rest[i:]
	}
}
