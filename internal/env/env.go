// Package env reads settings from environment variables. Its errors name the variable and what
// was expected of it, never its value: that may be a secret.
package env

import (
	"errors"
	"strconv"
	"strings"
)

// ErrSetting says that a variable is missing, or that its value is not valid.
var ErrSetting = errors.New("bad setting")

// Error says which variable it is, and what was expected.
type Error struct{ Name, Expected string }

func (e *Error) Error() string { return "setting " + e.Name + ": expected " + e.Expected }
func (e *Error) Unwrap() error { return ErrSetting }

// Reader reads variables, and keeps the first error. A variable that is unset or empty has its
// default.
type Reader struct {
	getenv func(string) string
	err    error
}

// New returns a Reader that looks variables up with getenv, such as os.Getenv.
func New(getenv func(string) string) *Reader { return &Reader{getenv: getenv} }

// Err returns the first error, an *Error, or nil.
func (r *Reader) Err() error { return r.err }

// Fail records an error about a variable, unless there is one already.
func (r *Reader) Fail(name, expected string) {
	if r.err == nil {
		r.err = &Error{name, expected}
	}
}

// First returns the value of the first of the variables that is set, or "".
func (r *Reader) First(names ...string) string {
	for _, name := range names {
		if s := r.getenv(name); s != "" {
			return s
		}
	}
	return ""
}

// Choice returns the value of a variable, which must be one of allowed. The first is the default.
func (r *Reader) Choice(name string, allowed ...string) string {
	v := r.getenv(name)
	if v == "" {
		return allowed[0]
	}
	expected := ""
	for i, a := range allowed {
		switch {
		case v == a:
			return v
		case a == "":
			continue
		case expected == "":
		case i == len(allowed)-1:
			expected += " or "
		default:
			expected += ", "
		}
		expected += a
	}
	r.Fail(name, expected)
	return allowed[0]
}

// On reads a switch of this function: on or off. The default is off.
func (r *Reader) On(name string) bool { return r.Choice(name, "off", "on") == "on" }

// Bool reads a switch of AWS's SDKs: true or false, in upper or lower case. The default is false.
func (r *Reader) Bool(name string) bool {
	switch v := r.getenv(name); {
	case strings.EqualFold(v, "true"):
		return true
	case v != "" && !strings.EqualFold(v, "false"):
		r.Fail(name, "true or false")
	}
	return false
}

// Number returns a whole number from least to most, and whether the variable is set.
func (r *Reader) Number(name string, least, most int) (n int, set bool) {
	v := r.getenv(name)
	if v == "" {
		return 0, false
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		r.Fail(name, "a whole number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
		return 0, false
	}
	return n, true
}
