package csvfast

import "bytes"

// AppendUnquoted appends the value of a raw field, one as it stands in the file, to dst:
// without its quotes, and with one quote for two. A field that does not begin with a quote
// is its own value. The error is ErrBareQuote or ErrQuote, and dst is then returned as it
// was.
func AppendUnquoted(dst, raw []byte) ([]byte, error) {
	if len(raw) == 0 || raw[0] != '"' {
		if bytes.IndexByte(raw, '"') >= 0 {
			return dst, ErrBareQuote
		}
		return append(dst, raw...), nil
	}
	out := dst
	for rest := raw[1:]; ; {
		i := bytes.IndexByte(rest, '"')
		switch {
		case i < 0:
			return dst, ErrQuote
		case i == len(rest)-1:
			return append(out, rest[:i]...), nil
		case rest[i+1] != '"':
			return dst, ErrQuote
		}
		// RFC 4180 §2.7: a quote inside quotes is doubled.
		out = append(out, rest[:i+1]...)
		rest = rest[i+2:]
	}
}

// unquoted is the value of a raw field whose quotes are known to be right. It is made in
// place: a value is never longer than what it stood for.
func unquoted(raw []byte) []byte {
	value := raw[1 : len(raw)-1]
	n := bytes.IndexByte(value, '"')
	if n < 0 {
		return value
	}
	for rest := value[n:]; ; {
		// rest begins with two quotes.
		value[n] = '"'
		n++
		rest = rest[2:]
		i := bytes.IndexByte(rest, '"')
		if i < 0 {
			return value[:n+copy(value[n:], rest)]
		}
		n += copy(value[n:], rest[:i])
		rest = rest[i:]
	}
}
