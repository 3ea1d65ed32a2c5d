// Package http1 is the client half of HTTP/1.1 (RFC 9112) over a connection that the
// caller has opened: one request at a time, its answer read as a stream.
//
// It is strict. A message that two readers could understand differently is refused, in
// either direction: a control character in anything that is sent, an answer with two
// lengths, a head without end. A body that ends early is io.ErrUnexpectedEOF, never io.EOF.
//
// It knows no TLS, no proxy, no redirect, no cookie, no compression and no connection
// pool; net/http does.
package http1

import (
	"errors"
	"io"
	"strings"
)

// Field is a header or trailer field.
type Field struct{ Name, Value string }

// Header holds fields in the order they came.
type Header []Field

// Get returns the value of the first field of the name, or "". Case does not matter.
func (h Header) Get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Values returns the values of all fields of the name.
func (h Header) Values(name string) []string {
	var values []string
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// Request is what Do sends. Host, Content-Length, Transfer-Encoding, Trailer and Expect
// are written by Do and must not be in Header.
type Request struct {
	Method string
	Target string // as it goes on the wire: "/path?query", already escaped
	Host   string
	Header Header

	Body   []byte    // sent with its length
	Stream io.Reader // instead of Body: sent in chunks, to its end

	// Trailers names the fields that Trailer returns once Stream has ended.
	Trailers []string
	Trailer  func() Header

	// Expect100 waits for "100 Continue" before the body is sent.
	Expect100 bool
}

// Limits of an answer's head. S3 and DynamoDB stay far below them.
const (
	maxHead   = 64 << 10
	maxFields = 256
)

// Why a message is refused, for errors.Is.
var (
	ErrRequest   = errors.New("http1: the request cannot be written")
	ErrMalformed = errors.New("http1: malformed answer")
	ErrTooLong   = errors.New("http1: the answer's head is too long")
	ErrBusy      = errors.New("http1: the connection cannot take another request")

	// ErrUnanswered marks the failure of a request of which not one byte was answered: on
	// a kept connection, most likely one that the other end had closed meanwhile.
	ErrUnanswered = errors.New("http1: no answer")
)

type unanswered struct{ err error }

func (e unanswered) Error() string        { return ErrUnanswered.Error() + ": " + e.err.Error() }
func (e unanswered) Unwrap() error        { return e.err }
func (e unanswered) Is(target error) bool { return target == ErrUnanswered }

type messageError struct {
	kind error
	what string
}

func (e *messageError) Error() string { return e.kind.Error() + ": " + e.what }
func (e *messageError) Unwrap() error { return e.kind }

func malformed(what string) error { return &messageError{ErrMalformed, what} }

// isToken reports whether s is a token, as methods and field names are (RFC 9110 §5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// isValue reports whether s may be a field's value: no CR, LF, NUL or other control
// character but the tab (RFC 9110 §5.5).
func isValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// isTarget reports whether s may be a request target: visible ASCII only.
func isTarget(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return s != ""
}
