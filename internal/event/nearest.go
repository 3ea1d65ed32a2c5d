package event

import (
	"strings"

	"reduction/internal/spelling"
)

// ourNames are the members of our own events.
var ourNames = [...]string{"bucket", "key", "prefix", "table", "versionId", "etag", "Items", "BatchInput", "step"}

// nearest returns the member of our own events that may have been meant by a name, or "". It is one
// that differs by one or two letters ("tabel"), is a part of the name ("bucketName"), or contains
// the name ("version").
func nearest(name string) string {
	if len(name) > maxNameLength {
		return ""
	}
	name = strings.ToLower(name)
	for slips := range 4 {
		for _, known := range ourNames {
			k := strings.ToLower(known)
			if slips <= min(len(name)/2, 2) && spelling.Within(slips, name, k) ||
				slips == 3 && len(name) >= 3 && (strings.Contains(name, k) || strings.Contains(k, name)) {
				return known
			}
		}
	}
	return ""
}
