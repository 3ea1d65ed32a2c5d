package spelling

import "testing"

// model is the distance by its definition.
func model(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	i, j := len(a)-1, len(b)-1
	d := model(a[:i], b[:j])
	if a[i] != b[j] {
		d++
	}
	d = min(d, model(a[:i], b)+1, model(a, b[:j])+1)
	if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
		d = min(d, model(a[:i-1], b[:j-1])+1)
	}
	return d
}

func FuzzWithin(f *testing.F) {
	f.Add("tabel", "table")
	f.Add("ca", "abc")
	f.Add("", "key")
	f.Add("aaaa", "aa")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 12 { // the model is slow
			return
		}
		for slips := range 4 {
			if got, want := Within(slips, a, b), model(a, b) <= slips; got != want {
				t.Errorf("%d slips, %q, %q: %t", slips, a, b, got)
			}
		}
	})
}
