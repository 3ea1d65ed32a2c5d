package json

import "unicode/utf8"

// nesting remembers for each open array or object which of the two it is, one bit each.
type nesting [MaxDepth / 64]uint64

func (n *nesting) set(depth int, object bool) {
	n[depth/64] &^= 1 << (depth % 64)
	if object {
		n[depth/64] |= 1 << (depth % 64)
	}
}

func (n *nesting) object(depth int) bool { return n[depth/64]>>(depth%64)&1 == 1 }

// Skip takes a value of any kind and checks all that it contains.
//
// It is a loop and not a recursion, so that a hostile document cannot grow the stack:
//
//	{"a": [1, 2], "b": 3}
//	^     ^            value: after '{' '[' ',' and ':' one must begin
//	           ^^      after a value come ',' or the end of what is open
func (s *Scanner) Skip() {
	var open nesting
	base := s.depth // what Object and Array have entered counts too
	depth := base
	for s.err == nil {
		s.space()
		if s.pos == len(s.data) {
			s.fail(ErrSyntax)
			return
		}
		switch c := s.data[s.pos]; c {
		case '{', '[':
			if depth == MaxDepth {
				s.fail(ErrDepth)
				return
			}
			s.pos++
			if s.take(c + 2) { // '}' or ']': empty
				break
			}
			open.set(depth, c == '{')
			depth++
			if c == '{' {
				s.name()
			}
			continue
		case '"':
			s.string()
		case 't', 'f', 'n':
			s.literal()
		default:
			s.number()
		}
		for s.err == nil { // a value has ended
			if depth == base {
				return
			}
			object := open.object(depth - 1)
			if s.take(',') {
				if object {
					s.name()
				}
				break
			}
			if object && s.take('}') || !object && s.take(']') {
				depth--
				continue
			}
			s.fail(ErrSyntax)
		}
	}
}

// name steps over a member's name and the colon.
func (s *Scanner) name() {
	s.space()
	if s.pos == len(s.data) || s.data[s.pos] != '"' {
		s.fail(ErrSyntax)
		return
	}
	s.string()
	if !s.take(':') {
		s.fail(ErrSyntax)
	}
}

// literal steps over true, false or null. The caller has checked the first byte.
func (s *Scanner) literal() {
	word := "null"
	switch s.data[s.pos] {
	case 't':
		word = "true"
	case 'f':
		word = "false"
	}
	for i := range len(word) {
		if s.pos == len(s.data) || s.data[s.pos] != word[i] {
			s.fail(ErrSyntax)
			return
		}
		s.pos++
	}
}

// number steps over a number. RFC 8259 §6: [ minus ] int [ frac ] [ exp ].
func (s *Scanner) number() {
	s.option('-', '-')
	switch {
	case s.option('0', '0'): // no digit may follow
	case !s.digits():
		return
	}
	if s.option('.', '.') && !s.digits() {
		return
	}
	if s.option('e', 'E') {
		s.option('+', '-')
		s.digits()
	}
}

// option steps over a or b, if one is there.
func (s *Scanner) option(a, b byte) bool {
	if s.pos < len(s.data) && (s.data[s.pos] == a || s.data[s.pos] == b) {
		s.pos++
		return true
	}
	return false
}

// digits steps over one digit or more.
func (s *Scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	if s.pos == start {
		s.fail(ErrSyntax)
	}
	return s.pos > start
}

// string steps over a string and reports whether it has escapes. The caller has checked the
// opening quote.
func (s *Scanner) string() (escaped bool) {
	s.pos++
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		switch {
		case c == '"':
			s.pos++
			return escaped
		case c == '\\':
			escaped = true
			if !s.escape() {
				s.fail(ErrSyntax)
				return escaped
			}
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRune(s.data[s.pos:])
			if r == utf8.RuneError && size == 1 {
				s.fail(ErrUTF8)
				return escaped
			}
			s.pos += size
		case c < ' ':
			s.fail(ErrSyntax)
			return escaped
		default:
			s.pos++
		}
	}
	s.fail(ErrSyntax)
	return escaped
}

// escape steps over an escape. RFC 8259 §7.
func (s *Scanner) escape() bool {
	s.pos++
	if s.pos == len(s.data) {
		return false
	}
	c := s.data[s.pos]
	s.pos++
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		if len(s.data)-s.pos < 4 {
			return false
		}
		_, ok := hex4(s.data[s.pos:])
		s.pos += 4
		return ok
	}
	return false
}
