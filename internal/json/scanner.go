// Package json reads and writes the JSON that a function exchanges with AWS: it has a pull
// scanner over a complete document, and functions that append strings.
//
// It is strict where encoding/json is lenient: a string that is not UTF-8 is an error. It uses
// no reflection and no structs. A caller walks the document and takes the values that it needs:
//
//	s := json.NewScanner(payload)
//	for name := range s.Object() {
//		switch string(name) {
//		case "bucket":
//			bucket = string(s.Text())
//		}
//	}
//	if err := s.End(); err != nil {
//
// Values that the caller does not take are skipped, and checked, without an allocation. A
// document is valid only if [Scanner.End] returns nil: do not act on its values before. If
// members have the same name, each is delivered (RFC 8259 §4 leaves this open).
//
// For documents that do not fit into memory, or for Go values, use encoding/json.
package json

import (
	"errors"
	"strconv"
)

// MaxDepth is how deep arrays and objects may be nested. RFC 8259 §9 lets a parser set a
// limit; AWS's own events nest below ten.
const MaxDepth = 512

// What is wrong with a document, for errors.Is.
var (
	ErrSyntax = errors.New("invalid JSON")
	ErrUTF8   = errors.New("invalid UTF-8")
	ErrDepth  = errors.New("nested too deep")
	ErrType   = errors.New("a value of another type was expected")
	ErrRange  = errors.New("number out of range")
)

// Error says where a document is wrong. It holds nothing of the document.
type Error struct {
	Offset int // of the byte at which scanning ended
	Err    error
}

func (e *Error) Error() string {
	return "json: " + e.Err.Error() + " at byte " + strconv.Itoa(e.Offset)
}

func (e *Error) Unwrap() error { return e.Err }

// Kind is the type of a value: the byte that it starts with, '0' for every number and 't'
// for both booleans.
type Kind byte

// The kinds of RFC 8259 §3, and None where no value can begin.
const (
	None   Kind = 0
	Object Kind = '{'
	Array  Kind = '['
	String Kind = '"'
	Number Kind = '0'
	Bool   Kind = 't'
	Null   Kind = 'n'
)

// Scanner walks a document. Most of its methods take the next value. After the first error, every
// value is empty, and every loop ends.
type Scanner struct {
	data  []byte
	pos   int
	depth int    // of arrays and objects entered by Object and Array
	text  []byte // the last string that held an escape
	err   error
}

// NewScanner returns a Scanner over a complete document, which must not change meanwhile.
func NewScanner(document []byte) *Scanner { return &Scanner{data: document} }

// Reset starts over with another document. The buffer for strings is reused.
func (s *Scanner) Reset(document []byte) { *s = Scanner{data: document, text: s.text[:0]} }

// Err returns the first error. Use [Scanner.End] when the document has been walked.
func (s *Scanner) Err() error { return s.err }

// End returns the first error. It is an error, too, if something follows the document.
func (s *Scanner) End() error {
	s.space()
	if s.err == nil && s.pos < len(s.data) {
		s.fail(ErrSyntax)
	}
	return s.err
}

func (s *Scanner) fail(kind error) {
	if s.err == nil {
		s.err = &Error{Offset: s.pos, Err: kind}
	}
}

// Peek returns the kind of the next value. It takes only the space before the value.
func (s *Scanner) Peek() Kind {
	s.space()
	if s.err != nil || s.pos == len(s.data) {
		return None
	}
	switch c := s.data[s.pos]; c {
	case '{', '[', '"', 't', 'n':
		return Kind(c)
	case 'f':
		return Bool
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number
	}
	return None
}

// expect fails unless the next value is of the kind k.
func (s *Scanner) expect(k Kind) bool {
	switch s.Peek() {
	case k:
		return s.err == nil
	case None:
		s.fail(ErrSyntax)
	default:
		s.fail(ErrType)
	}
	return false
}

// space steps over white space. RFC 8259 §2.
func (s *Scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// take steps over the byte c, after white space.
func (s *Scanner) take(c byte) bool {
	s.space()
	if s.err == nil && s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// Object takes an object: it yields the name of each member. The loop's body takes the value or
// leaves it to be skipped. The name is valid until the body asks for a value. If the body leaves
// the loop early, the rest is not checked, and the scanner must not be used any more.
func (s *Scanner) Object() func(yield func(name []byte) bool) {
	return func(yield func([]byte) bool) { s.members(yield) }
}

// members is a function of its own so that its code is not inlined into every loop.
func (s *Scanner) members(yield func([]byte) bool) {
	if !s.enter(Object) || s.leave('}') {
		return
	}
	for {
		if s.Peek() != String {
			s.fail(ErrSyntax)
			return
		}
		name := s.Text()
		if !s.take(':') {
			s.fail(ErrSyntax)
			return
		}
		if !s.member(func() bool { return yield(name) }) || s.leave('}') {
			return
		}
		if !s.take(',') {
			s.fail(ErrSyntax)
			return
		}
	}
}

// Array takes an array: it yields the index of each element, whose value the loop's body
// takes or leaves, as with [Scanner.Object].
func (s *Scanner) Array() func(yield func(i int) bool) {
	return func(yield func(int) bool) {
		if !s.enter(Array) || s.leave(']') {
			return
		}
		for i := 0; ; i++ {
			if !s.member(func() bool { return yield(i) }) || s.leave(']') {
				return
			}
			if !s.take(',') {
				s.fail(ErrSyntax)
				return
			}
		}
	}
}

func (s *Scanner) enter(k Kind) bool {
	if !s.expect(k) {
		return false
	}
	if s.depth == MaxDepth {
		s.fail(ErrDepth)
		return false
	}
	s.pos++
	s.depth++
	return true
}

func (s *Scanner) leave(c byte) bool {
	if !s.take(c) {
		return false
	}
	s.depth--
	return true
}

// member lets the loop's body take the next value, and skips it where the body did not.
func (s *Scanner) member(yield func() bool) bool {
	s.space()
	at := s.pos
	if !yield() || s.err != nil {
		return false
	}
	if s.pos == at {
		s.Skip()
	}
	return s.err == nil
}

// Bool takes true or false.
func (s *Scanner) Bool() bool {
	if !s.expect(Bool) {
		return false
	}
	value := s.data[s.pos] == 't'
	s.literal()
	return value
}

// Null takes null if that is the next value, and reports whether it was.
func (s *Scanner) Null() bool {
	if s.Peek() != Null {
		return false
	}
	s.literal()
	return s.err == nil
}

// Number takes a number and returns its text, valid as long as the document.
func (s *Scanner) Number() []byte {
	if !s.expect(Number) {
		return nil
	}
	start := s.pos
	s.number()
	return s.data[start:s.pos]
}

// Int takes a whole number in the range of an int64, written without a fraction or an exponent.
func (s *Scanner) Int() int64 {
	text := s.Number()
	if s.err != nil {
		return 0
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		s.fail(ErrRange)
		return 0
	}
	return n
}

// Text takes a string and returns it without quotes and escapes, valid until the next
// string is taken.
func (s *Scanner) Text() []byte {
	if !s.expect(String) {
		return nil
	}
	start := s.pos + 1
	escaped := s.string()
	if s.err != nil {
		return nil
	}
	text := s.data[start : s.pos-1]
	if escaped {
		s.text = appendUnescaped(s.text[:0], text)
		return s.text
	}
	return text
}

// Raw takes a value of any kind and returns its text, valid as long as the document.
func (s *Scanner) Raw() []byte {
	s.space()
	start := s.pos
	s.Skip()
	if s.err != nil {
		return nil
	}
	return s.data[start:s.pos]
}

// Check returns nil if a document is valid by RFC 8259 and nested no deeper than MaxDepth.
// Otherwise it returns what is wrong.
func Check(document []byte) error {
	s := Scanner{data: document}
	s.Skip()
	return s.End()
}
