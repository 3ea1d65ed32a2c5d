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
		{"signs", "A,x,T,-3\nA,x,T,+4\n", "x/A 0.5 T 2"},
		{"zero", "A,x,T,-0.0\n", "x/A 0 T 1"},
		{"decimals", "A,x,T,0.1\nA,x,T,0.2\nA,x,T,.3\nA,x,T,4.\n", "x/A 1.15 T 4"},
		{"billionth", "A,x,T,0.000000001\n", "x/A 0.000000001 T 1"},
		{"large", "A,x,T,9007199254740993\n", "x/A 9007199254740992 T 1"},
		{"order", "B,x,T,1\nA,y,T,1\nA,x,T,1\n", "x/A 1 T 1; x/B 1 T 1; y/A 1 T 1"},
		{"quoted", "\"A, \"\"a\"\"\",\"x\ny\",T,\"1\"\n", "x\ny/A, \"a\" 1 T 1"},
		{"header only", "", ""},
		{"word", "A,x,T,one\n", "!"},
		{"exponent", "A,x,T,1e3\n", "!"},
		{"fraction", "A,x,T,1/2\n", "!"},
		{"space", "A,x,T, 5\n", "!"},
		{"ten places", "A,x,T,1.0000000001\n", "!"},
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
