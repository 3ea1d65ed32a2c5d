package front

import "slices"

// maxRecent limits what is kept of a server that runs for hours.
const maxRecent = 1 << 16

// AppendRecent appends v to a list. If the list has 65,536 elements, AppendRecent first drops the
// older half.
func AppendRecent[E any](list []E, v E) []E {
	if len(list) == maxRecent {
		list = slices.Delete(list, 0, maxRecent/2)
	}
	return append(list, v)
}
