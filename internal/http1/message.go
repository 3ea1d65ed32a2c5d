// Package http1 is the client half of HTTP/1.1 (RFC 9112) over a connection that the
// caller has opened: one request at a time, its answer read as a stream.
//
// It is strict. A message that two readers could understand differently is refused, in
// either direction: a control character in anything that is sent, an answer with two
// lengths, a bare LF, a head without end. A body that ends early is io.ErrUnexpectedEOF,
// never io.EOF.
//
// It has no TLS, proxies, redirects, cookies, compression, pipelining or connection pool. Use
// net/http for these.
package http1

import (
	"errors"
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

// Why an exchange fails, for errors.Is. Errors of the connection are returned, too.
var (
	ErrRequest   = errors.New("http1: the request cannot be written")
	ErrMalformed = errors.New("http1: malformed answer")
	ErrTooLong   = errors.New("http1: the answer's head is too long")
	ErrLongBody  = errors.New("http1: the answer's body is longer than it can be")
	ErrBusy      = errors.New("http1: the connection cannot take another request")

	// ErrUnanswered is every error of a request to which not one byte of an answer came. On a
	// kept connection, most likely the other end has closed the connection.
	ErrUnanswered = errors.New("http1: no answer")
)

type messageError struct {
	kind error
	what string
}

func (e *messageError) Error() string { return e.kind.Error() + ": " + e.what }
func (e *messageError) Unwrap() error { return e.kind }

func refused(what string) error   { return &messageError{ErrRequest, what} }
func malformed(what string) error { return &messageError{ErrMalformed, what} }

type unanswered struct{ err error }

func (e *unanswered) Error() string        { return ErrUnanswered.Error() + ": " + e.err.Error() }
func (e *unanswered) Unwrap() error        { return e.err }
func (e *unanswered) Is(target error) bool { return target == ErrUnanswered }
