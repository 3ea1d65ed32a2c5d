package event

import "strings"

// ourNames are the members of our own events.
var ourNames = [...]string{"bucket", "key", "table", "versionId", "etag", "Items", "BatchInput"}

// nearest returns the member of our own events that a name may have been meant for, or "": one
// that is a slip or two away ("tabel"), a part of the name ("bucketName") or longer ("version").
func nearest(name string) string {
	if len(name) > maxNameLength {
		return ""
	}
	name = strings.ToLower(name)
	for slips := range 4 {
		for _, known := range ourNames {
			k := strings.ToLower(known)
			if slips <= min(len(name)/2, 2) && within(slips, name, k) ||
				slips == 3 && len(name) >= 3 && (strings.Contains(name, k) || strings.Contains(k, name)) {
				return known
			}
		}
	}
	return ""
}

// within says whether two names are no more than so many slips apart: a byte left out, one too
// many, another one, or two neighbours exchanged (the restricted Damerau-Levenshtein distance).
func within(slips int, a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch {
	case a == "" || b == "":
		return len(a)+len(b) <= slips
	case slips == 0:
		return false
	case len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && within(slips-1, a[2:], b[2:]):
		return true
	}
	return within(slips-1, a[1:], b[1:]) || within(slips-1, a[1:], b) || within(slips-1, a, b[1:])
}
