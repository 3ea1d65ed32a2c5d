package runtime

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"reduction/internal/http1"
	"reduction/internal/json"
)

// errorType names an error for Lambda, which wants (Runtime|Function)\.[A-Z][a-zA-Z]+. An
// error, or one that it wraps, can name itself: with a method ErrorType() string.
func errorType(err error) string {
	if named, ok := errors.AsType[interface {
		error
		ErrorType() string
	}](err); ok && isErrorType(named.ErrorType()) {
		return named.ErrorType()
	}
	return "Function.Error"
}

func isErrorType(s string) bool {
	name, ok := strings.CutPrefix(s, "Function.")
	if !ok {
		name, ok = strings.CutPrefix(s, "Runtime.")
	}
	if !ok || len(name) < 2 || name[0] < 'A' || name[0] > 'Z' {
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

// nextError says that no invocation could be had.
type nextError struct{ err error }

func (e *nextError) Error() string     { return "runtime: next invocation: " + e.err.Error() }
func (e *nextError) Unwrap() error     { return e.err }
func (e *nextError) ErrorType() string { return "Runtime.NextInvocation" }

// damagedError says that an event was cut off.
type damagedError struct{ err error }

func (e *damagedError) Error() string     { return "runtime: the event came damaged: " + e.err.Error() }
func (e *damagedError) Unwrap() error     { return e.err }
func (e *damagedError) ErrorType() string { return "Runtime.DamagedEvent" }

// appendError appends an error as AWS's runtimes send it. Developer Guide, "Using the Lambda
// runtime API", Invocation error; the stack's form is that of aws-lambda-go.
//
//	{"errorMessage":"no such key","errorType":"Function.NoSuchKey"}
//	{"errorMessage":"...","errorType":"Function.Panic","stackTrace":[{"path":"main.go","line":7,"label":"main.handle"}]}
func appendError(dst []byte, err error) []byte {
	dst = append(dst, `{"errorMessage":`...)
	dst = json.AppendString(dst, err.Error())
	dst = append(dst, `,"errorType":`...)
	dst = json.AppendString(dst, errorType(err))
	if stack := stackOf(err); len(stack) > 0 {
		dst = append(dst, `,"stackTrace":`...)
		dst = appendStack(dst, stack)
	}
	return append(dst, '}')
}

func appendStack(dst []byte, stack []frame) []byte {
	dst = append(dst, '[')
	for i, f := range stack {
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
	}
	return append(dst, ']')
}

// maxCause is the largest document that X-Ray takes (MaxErrorCauseSizeBytes in AWS's
// emulator of the Runtime API).
const maxCause = 64 << 10

// maxCauseText is where an error's text is cut in the cause, so that its stack still fits.
const maxCauseText = 16 << 10

// errorHeader returns the fields that go with an error's report.
func errorHeader(err error) http1.Header {
	h := http1.Header{
		{Name: "Content-Type", Value: contentError},
		{Name: fieldErrorType, Value: errorType(err)},
	}
	if cause := appendCause(nil, err); len(cause) <= maxCause {
		h = append(h, http1.Field{Name: fieldXRayCause, Value: string(cause)})
	}
	return h
}

// appendCause appends an error as X-Ray knows it.
//
//	{"working_directory":"/var/task","exceptions":[{"type":"Function.Error","message":"no such key","stack":[]}],"paths":[]}
func appendCause(dst []byte, err error) []byte {
	dir, _ := os.Getwd()
	dst = append(dst, `{"working_directory":`...)
	dst = json.AppendString(dst, dir)
	dst = append(dst, `,"exceptions":[{"type":`...)
	dst = json.AppendString(dst, errorType(err))
	dst = append(dst, `,"message":`...)
	text := err.Error()
	dst = json.AppendString(dst, text[:min(len(text), maxCauseText)])
	dst = append(dst, `,"stack":`...)
	dst = appendStack(dst, stackOf(err))
	return append(dst, `}],"paths":[]}`...)
}
