package event

import (
	"bytes"
	"strings"

	"reduction/internal/json"
)

// fields takes an object and returns those of its members that are wanted, which are listed with a
// space before and behind each. "a.b" is the member b of a member a. What they are, value says.
func fields(s *json.Scanner, wanted string) map[string][]byte {
	f := make(map[string][]byte)
	addFields(f, s, "", wanted)
	return f
}

func addFields(f map[string][]byte, s *json.Scanner, path, wanted string) {
	if s.Peek() != json.Object {
		return
	}
	for member := range s.Object() {
		name := path + string(member)
		switch {
		case has(wanted, name):
			f[name] = value(s)
		case strings.Contains(wanted, " "+name+"."):
			addFields(f, s, name+".", wanted)
		}
	}
}

// has says whether a list has a name. Each name in the list has a space before and behind it.
func has(list, name string) bool {
	return strings.Contains(list, " "+name+" ") && !strings.Contains(name, " ")
}

// value takes a value: the text of a string, nothing for null, and any other as it stands there.
// It is valid as long as the document.
func value(s *json.Scanner) []byte {
	switch {
	case s.Peek() == json.String:
		return bytes.Clone(s.Text())
	case s.Null():
		return nil
	}
	return s.Raw()
}
