package event

import (
	"errors"
	"strconv"
	"strings"
)

// What is wrong with an event, for errors.Is.
var (
	ErrUnknown  = errors.New("event: unknown event")
	ErrName     = errors.New("event: an S3 event with an unknown name: leave it out of the notification or rule")
	ErrVersion  = errors.New("event: the S3 notification is not of version 2.x")
	ErrEscape   = errors.New("event: the object's key is not URL-encoded")
	ErrNoObject = errors.New("event: no object is named")
)

// expected is part of the error about a payload that is not recognized.
const expected = `expected {} for the environment's object; {"bucket":"...","key":"...","table":"..."}, with "prefix" in place of "key" for many; ` +
	`an S3 event notification; an event of S3 from EventBridge; one of the two in SQS or SNS; ` +
	`or the items of a Step Functions map`

// ShapeError says that a payload is of no known shape. It shows the names of the payload's members,
// and never their values.
type ShapeError struct {
	Got     string
	Member  string // an unknown member; "" if there is none, or its name must not be shown
	Nearest string // the known member that may have been meant, or ""
}

func (e *ShapeError) Error() string {
	s := ErrUnknown.Error() + ": " + e.Got
	switch {
	case e.Member == "":
	case e.Nearest == "" || strings.EqualFold(e.Member, e.Nearest):
		s += ": " + e.Member + " does not belong there"
	default:
		s += ": " + e.Member + " is not known; is " + e.Nearest + " meant?"
	}
	return s + "; " + expected
}

func (e *ShapeError) Unwrap() error { return ErrUnknown }

// PlaceError says in which part of an event something is wrong.
type PlaceError struct {
	Place string // such as "record 2", "SQS message 059f36b4"
	Err   error
}

func (e *PlaceError) Error() string {
	return "event: " + e.Place + ": " + strings.TrimPrefix(e.Err.Error(), "event: ")
}

func (e *PlaceError) Unwrap() error { return e.Err }

func at(what string, i int, err error) error {
	return &PlaceError{what + " " + strconv.Itoa(i+1), err}
}

// Errors show member names, to help against misspellings. They show a few, and only those that look
// like names.
const (
	maxNames      = 8
	maxNameLength = 32
)

// describe appends a member's name to a list of names, if it looks like a name and the list is
// short.
func describe(list, name string) string {
	if name == "" || len(name) > maxNameLength || strings.Count(list, ",") >= maxNames-1 {
		return list
	}
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return list
		}
	}
	if list != "" {
		list += ", "
	}
	return list + name
}
