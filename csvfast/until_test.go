package csvfast

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A block is cut behind the first line that ends at the n-th byte or later.
func TestUntil(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	lines := []string{"a,b\n", "\n", "\r\n", "\"x\ny\",2\r\n", "\"\"\n", "\"a\"\"\n,\",c\n", "a field without anything,1\n"}
	for range 300 {
		var text string
		starts := map[int]bool{} // of lines, and whether they are records
		for range 1 + r.IntN(30) {
			line := lines[r.IntN(len(lines))]
			starts[len(text)] = strings.TrimSpace(line) != ""
			text += line
		}
		starts[len(text)] = false
		s := NewScanner(strings.NewReader(text))
		for s.Next() {
			if next, ok := starts[int(s.InputOffset())]; !ok || next && s.Offset() >= s.InputOffset() {
				t.Fatalf("%q: InputOffset %d", text, s.InputOffset())
			}
		}
		s.Reset(strings.NewReader(text))
		if !s.NextBlock() {
			t.Fatal(s.Err())
		}
		for n := 1; n <= len(text)+1; n++ {
			stop, records := 0, int64(0)
			for ; stop < min(n, len(text)) || !hasKey(starts, stop); stop++ {
				if starts[stop] {
					records++
				}
			}
			part, got := s.Block().Until(int64(n))
			if string(part.Data) != text[:stop] || got != records || int(part.Ends[len(part.Ends)-1]) != stop-1 {
				t.Fatalf("%q until %d: %q, %d records, want %q, %d", text, n, part.Data, got, text[:stop], records)
			}
		}
	}
}

func hasKey(m map[int]bool, k int) bool { _, ok := m[k]; return ok }
