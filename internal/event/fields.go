package event

import (
	"bytes"
	"strings"

	"reduction/internal/json"
)

// fields reads an object, and returns the values of the wanted members, as the function value
// returns them. In the list wanted, each name has a space before and after it. "a.b" is the member
// b of the member a.
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

// has reports whether a list has a name. Each name in the list has a space before and after it.
func has(list, name string) bool {
	return strings.Contains(list, " "+name+" ") && !strings.Contains(name, " ")
}

// value reads a value. It returns the text of a string, nil for null, and the JSON text of any
// other value. The result is valid as long as the document.
func value(s *json.Scanner) []byte {
	switch {
	case s.Peek() == json.String:
		return bytes.Clone(s.Text())
	case s.Null():
		return nil
	}
	return s.Raw()
}
