package runtime

import (
	goruntime "runtime"
	"strconv"
	"strings"
)

// PanicError is a panic of the handler.
type PanicError struct {
	Value any // what the panic was called with
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

// Unwrap returns what the panic was called with, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// ErrorType is what Lambda calls it.
func (e *PanicError) ErrorType() string { return "Function.Panic" }

// Stack returns where the panic was, one call a line: "main.handle main.go:7".
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

// maxFrames is as much of a stack as anyone reads.
const maxFrames = 64

// recovered, deferred, turns a panic into an error.
func recovered(err *error) {
	v := recover()
	if v == nil {
		return
	}
	var pcs [maxFrames]uintptr
	// Not Callers and recovered themselves.
	frames := goruntime.CallersFrames(pcs[:goruntime.Callers(2, pcs[:])])
	e := &PanicError{Value: v}
	for {
		f, more := frames.Next()
		// What panics stands below what Go's runtime does about it.
		if !strings.HasPrefix(f.Function, "runtime.") {
			e.stack = append(e.stack, frame{f.File, f.Line, f.Function})
		}
		if !more || strings.HasSuffix(f.Function, "/runtime.call") { // ours: above it is the loop
			break
		}
	}
	*err = e
}
