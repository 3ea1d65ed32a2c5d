package csvfast

import "bytes"

var oneQuote = []byte{quote}

// AppendUnquoted appends the value of a raw field, one as it stands in the file, to dst:
// without its quotes, and with one quote for two. A field that does not begin with a quote
// is its own value. The error is ErrBareQuote or ErrQuote, and dst is then returned as it
// was.
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

// undouble makes one quote of two, in place, and returns the new length. Quotes come in
// pairs here.
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
