package event

import (
	"strings"

	"reduction/internal/json"
)

// strict reads JSON of which all members are known. After the first error, it reads nothing.
type strict struct {
	*json.Scanner
	what string // is read
	err  error
}

// fail sets the error, unless there is one.
func (r *strict) fail(why string) {
	if r.err == nil {
		r.err = &PlaceError{r.what + ": " + why, ErrStep}
	}
}

// object reads an object, and returns the names of its members, each with a space before and after
// it. known reads the value of a member, or reports that it is none.
func (r *strict) object(known func(name string) bool) (members string) {
	members = " "
	if r.Peek() != json.Object {
		r.fail("a value that is no object")
		return members
	}
	for member := range r.Object() {
		name := string(member)
		if has(members, name) || !known(name) {
			r.fail(describe("member", name) + " is not expected")
		}
		if r.Err() != nil {
			r.fail("member " + name + " has a value of the wrong type")
		}
		if r.err != nil {
			break
		}
		members += name + " "
	}
	return members
}

// check fails unless an object has all members that it needs, and else only those that it may have.
func (r *strict) check(members, needs, may string) {
	for name := range strings.FieldsSeq(needs) {
		if !has(members, name) {
			r.fail("member " + name + " is missing")
		}
	}
	for name := range strings.FieldsSeq(members) {
		if !has(needs, name) && !has(may, name) {
			r.fail("member " + name + " is not expected")
		}
	}
}

// array reads an array, of which element reads the elements.
func (r *strict) array(element func()) {
	for range r.Array() {
		if element(); r.err != nil {
			return
		}
	}
}

func (r *strict) text(to *string) { *to = string(r.Text()) }

const (
	maxSize  = 1 << 46 // of an object: package shard counts no further
	maxCount = 1<<31 - 1

	// maxName is longer than the ARN of an execution, with 80 characters each for the names of
	// the state machine and the execution (AWS Step Functions API Reference, StartExecution).
	maxName = 400
)

// number reads a whole number from 0 to most.
func (r *strict) number(most int64) int64 {
	n := r.Int()
	if n < 0 || n > most {
		r.fail("a number is out of range")
	}
	return n
}

// name reads a text that becomes a part of a key: an ARN, or digits and letters.
func (r *strict) name(to *string) {
	r.text(to)
	strange := strings.ContainsFunc(*to, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-_.:", c))
	})
	if *to == "" || len(*to) > maxName || strange {
		r.fail("a name that is no ARN")
	}
}
