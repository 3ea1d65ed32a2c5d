package runtime

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"reduction/internal/http1"
	"reduction/internal/json"
)

// errorType returns the type of an error for Lambda: (Runtime|Function)\.[A-Z][a-zA-Z]+. An
// error, or one that it wraps, can set its type with a method ErrorType() string.
func errorType(err error) string {
	if named, ok := errors.AsType[interface {
		error
		ErrorType() string
	}](err); ok && isErrorType(named.ErrorType()) {
		return named.ErrorType()
	}
	return "Function.Error"
}

// maxTypeName is the longest name that an error's type may have after its prefix.
const maxTypeName = 128

func isErrorType(s string) bool {
	name, ok := strings.CutPrefix(s, "Function.")
	if !ok {
		name, ok = strings.CutPrefix(s, "Runtime.")
	}
	if !ok || len(name) < 2 || len(name) > maxTypeName || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	for i := range len(name) {
		if c := name[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// typedError is an error of the runtime itself, or one that it finds in the function.
type typedError struct{ kind, text string }

func (e *typedError) Error() string     { return e.text }
func (e *typedError) ErrorType() string { return e.kind }

// nextError says that the next invocation could not be fetched.
type nextError struct{ err error }

func (e *nextError) Error() string     { return "runtime: next invocation: " + e.err.Error() }
func (e *nextError) Unwrap() error     { return e.err }
func (e *nextError) ErrorType() string { return "Runtime.NextInvocation" }

// damagedError says that an event could not be read in full.
type damagedError struct{ err error }

func (e *damagedError) Error() string     { return "runtime: the event is damaged: " + e.err.Error() }
func (e *damagedError) Unwrap() error     { return e.err }
func (e *damagedError) ErrorType() string { return "Runtime.DamagedEvent" }

// report is what is sent and logged about an error.
type report struct {
	kind, text string
	stack      []frame
	panicked   *PanicError // the panic that the error is or wraps, or nil
}

// Limits of what is sent about an error, in bytes. The text is cut first, then the stack.
const (
	maxText   = 128 << 10 // of an error's text; CloudWatch cuts a log line at 256 KB
	maxReport = 256 << 10 // the document; as much as Lambda's queues and destinations take
	maxCause  = 64 << 10  // the document for X-Ray (MaxErrorCauseSizeBytes in AWS's emulator)

	// maxTrailer is for the document in a stream's trailer, before base64. AWS's emulator uses
	// Go's net/http, which refuses trailers that do not fit its buffer of 4,096 bytes
	// (net/http/transfer.go, seeUpcomingDoubleCRLF).
	maxTrailer = 2800
)

// describe makes a report of an error. The error's methods are the handler's code and may panic:
// then the report keeps what was filled in before.
func describe(err error) (r report) {
	r = report{kind: "Function.Error", text: "an error that panics when it is asked for its text"}
	defer func() { recover() }()
	r.fill(err)
	return r
}

func (r *report) fill(err error) {
	if p, ok := errors.AsType[*PanicError](err); ok {
		r.panicked, r.stack = p, p.stack
	}
	r.kind = errorType(err)
	r.text = shorten(err.Error(), maxText)
}

// shorten cuts a text to n bytes at most, between two characters, and says so.
func shorten(text string, n int) string {
	const mark = " [shortened]"
	if len(text) <= n {
		return text
	}
	for n = max(0, n-len(mark)); n > 0 && !utf8.RuneStart(text[n]); n-- {
	}
	return text[:n] + mark
}

// appendJSON appends an error as AWS's runtimes send it. It appends no more than the given number
// of bytes. Developer Guide, "Using the Lambda runtime API", Invocation error; the stack's form is
// that of aws-lambda-go.
//
//	{"errorMessage":"no such key","errorType":"Function.NoSuchKey"}
//	{"errorMessage":"...","errorType":"Function.Panic","stackTrace":[{"path":"main.go","line":7,"label":"main.handle"}]}
func (r *report) appendJSON(dst []byte, most int) []byte {
	end := len(dst) + most - len("}")
	dst = append(dst, `{"errorMessage":`...)
	dst = appendShortened(dst, r.text, most/2)
	dst = append(dst, `,"errorType":`...)
	dst = json.AppendString(dst, r.kind)
	if len(r.stack) > 0 {
		dst = append(dst, `,"stackTrace":`...)
		dst = appendStack(dst, r.stack, end)
	}
	return append(dst, '}')
}

// appendShortened appends a text as a JSON string of no more than the given number of bytes.
func appendShortened(dst []byte, text string, most int) []byte {
	start := len(dst)
	for n := most - len(`""`); ; n /= 2 {
		dst = json.AppendString(dst[:start], shorten(text, n))
		if len(dst)-start <= most {
			return dst
		}
	}
}

// appendStack appends those calls of a stack that fit before end.
func appendStack(dst []byte, stack []frame, end int) []byte {
	dst = append(dst, '[')
	for i, f := range stack {
		undo := len(dst)
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"path":`...)
		dst = json.AppendString(dst, f.path)
		dst = append(dst, `,"line":`...)
		dst = strconv.AppendInt(dst, int64(f.line), 10)
		dst = append(dst, `,"label":`...)
		dst = json.AppendString(dst, f.label)
		dst = append(dst, '}')
		if len(dst) > end-len("]") {
			dst = dst[:undo]
			break
		}
	}
	return append(dst, ']')
}

// header returns the fields that go with an error's report.
func (r *report) header() http1.Header {
	return http1.Header{
		{Name: "Content-Type", Value: contentError},
		{Name: fieldErrorType, Value: r.kind},
	}
}

// cause returns the field that describes an error for X-Ray, or nothing if it is too long. The
// field is optional.
func (r *report) cause() http1.Header {
	cause := appendASCII(nil, r.appendCause(nil))
	if len(cause) > maxCause {
		return nil
	}
	return http1.Header{{Name: fieldXRayCause, Value: string(cause)}}
}

// appendCause appends an error in X-Ray's form.
//
//	{"working_directory":"/var/task","exceptions":[{"type":"Function.Error","message":"no such key","stack":[]}],"paths":[]}
func (r *report) appendCause(dst []byte) []byte {
	dir, _ := os.Getwd()
	dst = append(dst, `{"working_directory":`...)
	dst = json.AppendString(dst, dir)
	dst = append(dst, `,"exceptions":[{"type":`...)
	dst = json.AppendString(dst, r.kind)
	dst = append(dst, `,"message":`...)
	dst = appendShortened(dst, r.text, maxCause/8) // appendASCII may make it six times as long
	dst = append(dst, `,"stack":`...)
	dst = appendStack(dst, r.stack, maxCause/2)
	return append(dst, `}],"paths":[]}`...)
}

// appendASCII appends a JSON document so that it can be a header field's value. Characters other
// than printable ASCII occur only in the document's strings. There they are escaped.
func appendASCII(dst, doc []byte) []byte {
	for _, r := range string(doc) {
		if ' ' <= r && r <= '~' {
			dst = append(dst, byte(r))
			continue
		}
		// RFC 8259 §7: a character above U+FFFF is escaped as a surrogate pair.
		var units [2]uint16
		for _, u := range utf16.AppendRune(units[:0], r) {
			dst = json.AppendEscape(dst, u)
		}
	}
	return dst
}
