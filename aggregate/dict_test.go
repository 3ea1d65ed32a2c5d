package aggregate

import "testing"

func TestDict(t *testing.T) {
	d := Dict{Decode: unquote}
	want := map[string]uint32{}
	for range 3 {
		for _, raw := range testNames {
			name, err := unquote(nil, []byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			id, err := d.ID([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			if w, ok := want[string(name)]; ok && w != id || !ok && int(id) != len(want) {
				t.Errorf("%q has id %d, not %d", raw, id, w)
			}
			want[string(name)] = id
			if d.Name(id) != string(name) || d.Len() != len(want) {
				t.Errorf("%q: name %q, %d names, want %d", raw, d.Name(id), d.Len(), len(want))
			}
		}
	}
}
