// Package spelling recognises misspelled names.
package spelling

// Within reports whether two names differ by no more than the given number of slips. A slip is a
// missing byte, an extra byte, a wrong byte, or two neighbours exchanged (the restricted
// Damerau-Levenshtein distance).
func Within(slips int, a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch {
	case a == "" || b == "":
		return len(a)+len(b) <= slips
	case slips == 0:
		return false
	case len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && Within(slips-1, a[2:], b[2:]):
		return true
	}
	return Within(slips-1, a[1:], b[1:]) || Within(slips-1, a[1:], b) || Within(slips-1, a, b[1:])
}
