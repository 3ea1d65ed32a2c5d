package event

import (
	"strconv"
	"strings"

	"reduction/internal/json"
)

// member is a member of a JSON object whose value is a text, or a whole number that is not negative.
type member struct {
	name   string
	text   *string
	number *int64
	may    bool // it may be missing: then it is empty, or zero

	_ [0]func() // never compared: the compiler would make code for each length of array
}

// appendMembers appends a JSON object, without those members that may be missing.
func appendMembers(dst []byte, members []member) []byte {
	dst = append(dst, '{')
	for _, m := range members {
		if m.may && (m.text == nil || *m.text == "") && (m.number == nil || *m.number == 0) {
			continue
		}
		dst = appendName(dst, m.name)
		if m.text != nil {
			dst = json.AppendString(dst, *m.text)
		} else {
			dst = strconv.AppendInt(dst, *m.number, 10)
		}
	}
	return append(dst, '}')
}

// appendName appends the name of a member, with the comma before it.
func appendName(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(append(append(dst, '"'), name...), `":`...)
}

// record reads JSON of which all members are known. After the first error, it reads nothing.
type record struct {
	*json.Scanner
	err error
}

// fail sets the error, unless there is one.
func (r *record) fail(why string) {
	if r.err == nil {
		r.err = &PlaceError{"step: " + why, ErrStep}
	}
}

// object reads an object. It returns the names of its members, each with a space before and after
// it. other reads the value of a member that is not in the list, or reports that it knows none.
func (r *record) object(members []member, other func(name string) bool) (names string) {
	names = " "
	if r.Peek() != json.Object {
		r.fail("a value is no object")
		return names
	}
	for text := range r.Object() {
		name := string(text)
		if has(names, name) || !r.member(members, name) && (other == nil || !other(name)) {
			r.fail("member " + describe("", name) + " is not expected")
		}
		if r.Err() != nil {
			r.fail("member " + name + " has a value of the wrong type")
		}
		if r.err != nil {
			return names
		}
		names += name + " "
	}
	for _, m := range members {
		if !m.may {
			r.need(names, m.name)
		}
	}
	return names
}

// need fails unless an object has a member.
func (r *record) need(names, name string) {
	if !has(names, name) {
		r.fail("member " + name + " is missing")
	}
}

// member reads the value of a member that is in the list.
func (r *record) member(members []member, name string) bool {
	for _, m := range members {
		switch {
		case m.name != name:
			continue
		case m.text != nil:
			*m.text = string(r.Text())
		default:
			if *m.number = r.Int(); *m.number < 0 || *m.number > maxNumber {
				r.fail("member " + name + " is out of range")
			}
		}
		return true
	}
	return false
}

// maxNumber is the size of an object that package shard counts to.
const maxNumber = 1 << 46

// array reads an array, of which element reads the elements.
func (r *record) array(element func()) {
	for range r.Array() {
		if element(); r.err != nil {
			return
		}
	}
}

// only fails if an object lacks a member that it needs, or has one that is none of these.
func (r *record) only(names, needs, may string) {
	for name := range strings.FieldsSeq(needs) {
		r.need(names, name)
	}
	for name := range strings.FieldsSeq(names) {
		if !has(needs, name) && !has(may, name) {
			r.fail("member " + name + " is not expected")
		}
	}
}
