package dataset

import (
	"fmt"
	"strings"
	"testing"
)

// The reference itself is held against answers worked out by hand.
func TestReduce(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"mean", "A,x,T,1\nA,x,T,2\n", "x/A 1.5 T 2"},
		{"third", "A,x,T,1\nA,x,T,0\nA,x,T,0\n", "x/A 0.3333333333333333 T 3"},
		{"mode", "A,x,T,1\nA,x,U,1\nA,x,U,1\n", "x/A 1 U 3"},
		{"tie", "A,x,U,1\nA,x,T,1\n", "x/A 1 T 2"},
		{"signs", "A,x,T,-0\nA,x,T,+4\n", "x/A 2 T 2"},
		{"negative", "A,x,T,-3\n", "!"},
		{"zero", "A,x,T,-0.0\n", "x/A 0 T 1"},
		{"decimals", "A,x,T,0.1\nA,x,T,0.2\nA,x,T,.3\nA,x,T,4.\n", "x/A 1.15 T 4"},
		{"billionth", "A,x,T,0.000000001\n", "x/A 0.000000001 T 1"},
		{"places", "A,x,T,0.000000000000000000001\n", "x/A 0.000000000000000000001 T 1"},
		{"too many places", "A,x,T,0.0000000000000000000001\n", "!"},
		{"a million", "A,x,T,1000000\n", "x/A 1000000 T 1"},
		{"too large", "A,x,T,1000000.1\n", "!"},
		{"zeros", "A,x,T,4.50000000000000000000000000\n", "x/A 4.5 T 1"},
		{"order", "B,x,T,1\nA,y,T,1\nA,x,T,1\n", "x/A 1 T 1; x/B 1 T 1; y/A 1 T 1"},
		{"quoted", "\"A, \"\"a\"\"\",\"x\ny\",T,\"1\"\n", "x\ny/A, \"a\" 1 T 1"},
		{"header only", "", ""},
		{"word", "A,x,T,one\n", "!"},
		{"exponent", "A,x,T,1e3\nA,x,T,1E-3\n", "x/A 500.0005 T 2"},
		{"large exponent", "A,x,T,1e999999999\n", "!"},
		{"large exponent of zero", "A,x,T,0e999999999\n", "x/A 0 T 1"},
		{"exponent alone", "A,x,T,e3\n", "!"},
		{"empty treatment", "A,x,,1\nA,x,,1\nA,x,T,1\nB,x,,1\n", "x/A 1 T 3; x/B 1  1"},
		{"the header again", "A,x,T,1\nHospital,Diagnosis,Treatment,Recovery Time\n", "x/A 1 T 1"},
		{"separators alone", ",,\n,,,,\nA,x,T,1\n", "x/A 1 T 1"},
		{"no hospital", ",x,T,1\n", "!"},
		{"no diagnosis", "A,NULL,T,1\n", "!"},
		{"control character", "A,x\x7f,T,1\n", "!"},
		{"fraction", "A,x,T,1/2\n", "!"},
		{"space", "A,x,T, 5\n", "!"},
		{"nothing", "A,x,T,\n", "!"},
		{"sign alone", "A,x,T,-\n", "!"},
		{"point alone", "A,x,T,.\n", "!"},
		{"short row", "A,x,T\n", "!"},
	} {
		results, err := Reduce(strings.NewReader("\ufeffHospital,Diagnosis,Treatment,Recovery Time\n" + test.in))
		var got []string
		for _, r := range results {
			got = append(got, fmt.Sprintf("%s/%s %s %s %d", r.Diagnosis, r.Hospital, r.Mean, r.Treatment, r.Rows))
		}
		if bad := test.want == "!"; bad != (err != nil) || !bad && strings.Join(got, "; ") != test.want {
			t.Errorf("%s: %q, %v; want %q", test.name, got, err, test.want)
		}
	}
}
