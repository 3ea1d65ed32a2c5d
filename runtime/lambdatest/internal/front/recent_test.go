package front

import "testing"

func TestAppendRecent(t *testing.T) {
	var list []int
	for i := range 5 * maxRecent {
		list = AppendRecent(list, i)
		first := list[0]
		if len(list) > maxRecent || len(list) <= maxRecent/2 && first > 0 || list[len(list)-1] != i || i-first != len(list)-1 {
			t.Fatalf("after %d: %d elements, from %d to %d", i, len(list), first, list[len(list)-1])
		}
	}
}
