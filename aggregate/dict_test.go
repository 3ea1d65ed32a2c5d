package aggregate

import (
	"errors"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

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

// Two spellings of a name share an id, whichever comes first, also with other names between them.
func TestSpellings(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, spellings := range [][]string{{`a`, `"a"`}, {`"a"`, `a`}, {long, `"` + long + `"`}, {`"` + long + `"`, long}} {
		d := Dict{Decode: unquote}
		var ids []uint32
		for _, raw := range []string{"0", spellings[0], "1", spellings[1], `"2"`, spellings[0], spellings[1]} {
			id, err := d.ID([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		if ids[1] != 1 || ids[3] != 1 || ids[5] != 1 || ids[6] != 1 || d.Len() != 4 || d.Name(1) != strings.Trim(spellings[0], `"`) {
			t.Errorf("%.9q: ids %d", spellings, ids)
		}
	}
}

// A spelling that Decode refuses is refused each time, and adds no name.
func TestRefusedSpelling(t *testing.T) {
	d := Dict{Decode: unquote}
	for range 3 {
		if _, err := d.ID([]byte(`a"b`)); !errors.Is(err, errDecode) || d.Len() != 0 {
			t.Errorf("%v, %d names", err, d.Len())
		}
	}
}

// variants are the ways to look up short names that the machine can run.
func variants(t *testing.T) map[string]bool {
	v := map[string]bool{"generic": false}
	if hasAES() {
		v["aes"] = true
	} else {
		t.Log("no AES here: its variant does not run")
	}
	return v
}

// Variants find the same names, and stop at the same one.
func TestVariants(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	data := make([]byte, 4000)
	for i := range data {
		data[i] = "ab\x00"[r.IntN(3)]
	}
	for name, aes := range variants(t) {
		t.Run(name, func(t *testing.T) {
			var d Dict
			d.index.init(aes)
			var want []string
			for range 20_000 {
				n := r.IntN(4)
				if r.IntN(4) == 0 {
					n = r.IntN(40)
				}
				p := r.IntN(len(data) - max(n, shortName))
				ends := []uint32{uint32(p), uint32(p + n + 1)}
				raw := data[p : p+n]
				id := []uint32{7}
				known := slices.Index(want, string(raw))
				found := known >= 0 && len(raw) <= shortName
				if got := d.index.find(id, data, ends, 1); got == 1 != found || found && int(id[0]) != known {
					t.Fatalf("%q at %d of %d: %d found, id %d, want %v, id %d", raw, p, len(data), got, id[0], found, known)
				}
				if got, err := d.ID(raw); err != nil || known >= 0 && int(got) != known {
					t.Fatalf("%q: id %d, %v, want %d", raw, got, err, known)
				} else if known < 0 {
					want = append(want, string(raw))
				}
			}
		})
	}
}

// Names that differ only in a few bytes, always the same ones, do not fill one part of the index.
// No look-up probes many slots, whatever the seed.
func TestHostileNames(t *testing.T) {
	for variant, aes := range variants(t) {
		for _, length := range []int{8, 16, 32, 33, 56, 57, 96} {
			for _, at := range [][]int{{7, 6}, {length - 1, length - 2}, {7, length - 1}, {length / 2, length - 1}, {0, 1}, {15 % length, 23 % length}} {
				var d Dict
				d.index.init(aes)
				name := []byte(strings.Repeat("a", length))
				for i := range 1 << 14 {
					// Differences in the top bits are the ones that a bare product loses.
					name[at[0]], name[at[1]] = bits.Reverse8(byte(i)), bits.Reverse8(byte(i>>8))
					if _, err := d.ID(name); err != nil {
						t.Fatal(err)
					}
				}
				x := &d.index
				farthest := uint64(0)
				for i := range x.slots {
					if s := &x.slots[i]; s.lenPlus1 > 0 {
						farthest = max(farthest, (uint64(i)-home(x.hash(s)))&uint64(len(x.slots)-1))
					}
				}
				if farthest > 100 { // by chance about 25
					t.Errorf("%s, %d bytes, differing at %d: %d slots from home", variant, length, at, farthest)
				}
			}
		}
	}
}

func FuzzDict(f *testing.F) {
	f.Add("a\n\"a\"\n\nb\x00\nb")
	f.Add(strings.Join(testNames, "\n"))
	f.Fuzz(func(t *testing.T, s string) {
		d := Dict{Decode: unquote}
		want := map[string]uint32{}
		for i, raw := range strings.Split(s, "\n") {
			field := []byte(raw)
			if i%2 == 0 { // as part of something longer
				field = append(field, testNames[i%len(testNames)]+strings.Repeat(raw, 5)...)[:len(raw)]
			}
			id, err := d.ID(field)
			name, wantErr := unquote(nil, []byte(raw))
			if !errors.Is(err, wantErr) {
				t.Fatalf("%q: %v, want %v", raw, err, wantErr)
			}
			if err != nil {
				continue
			}
			if w, ok := want[string(name)]; ok && w != id || !ok && int(id) != len(want) || d.Name(id) != string(name) {
				t.Fatalf("%q: id %d, name %q", raw, id, d.Name(id))
			}
			want[string(name)] = id
		}
		if d.Len() != len(want) {
			t.Fatalf("%d names, want %d", d.Len(), len(want))
		}
	})
}
