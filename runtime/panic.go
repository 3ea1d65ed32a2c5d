package runtime

import (
	goruntime "runtime"
	"strconv"
	"strings"
)

// PanicError is a panic of the handler.
type PanicError struct {
	Value any // the argument of panic
	stack []frame
}

// frame is one call of a stack.
type frame struct {
	path  string
	line  int
	label string // package.function
}

func (e *PanicError) Error() string {
	switch v := e.Value.(type) {
	case error:
		return "panic: " + v.Error()
	case string:
		return "panic: " + v
	case interface{ String() string }:
		return "panic: " + v.String()
	}
	return "panic"
}

// Unwrap returns the argument of panic if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// ErrorType returns the type of the error for Lambda.
func (e *PanicError) ErrorType() string { return "Function.Panic" }

// Stack returns the calls that led to the panic, one a line: "main.handle main.go:7".
func (e *PanicError) Stack() string { return stackText(e.stack) }

func stackText(stack []frame) string {
	var text []byte
	for i, f := range stack {
		if i > 0 {
			text = append(text, '\n')
		}
		text = append(text, f.label...)
		text = append(text, ' ')
		text = append(text, f.path...)
		text = append(text, ':')
		text = strconv.AppendInt(text, int64(f.line), 10)
	}
	return string(text)
}

// maxFrames is how many calls of a stack are looked at.
const maxFrames = 64

// recovered, deferred, turns a panic into an error.
func recovered(err *error) {
	v := recover()
	if v == nil {
		return
	}
	var pcs [maxFrames]uintptr
	// Skip Callers and recovered.
	frames := goruntime.CallersFrames(pcs[:goruntime.Callers(2, pcs[:])])
	e := &PanicError{Value: v}
	for {
		f, more := frames.Next()
		// Leave out the functions of Go's runtime that handle the panic.
		if !strings.HasPrefix(f.Function, "runtime.") {
			e.stack = append(e.stack, frame{f.File, f.Line, f.Function})
		}
		if !more || strings.HasSuffix(f.Function, "/runtime.call") { // called by the worker's loop
			break
		}
	}
	*err = e
}
