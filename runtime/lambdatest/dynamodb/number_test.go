package dynamodb

import (
	"math/big"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	const nines = "99999999999999999999999999999999999999" // 38
	for _, test := range []struct{ in, want string }{      // want "" is refused
		{"0", "0"}, {"-0", "0"}, {"0e999", "0"}, {"00", "0"}, {"0.00", "0"}, {"7", "7"}, {"+7", "7"}, {"-7", "-7"}, {"007", "7"},
		{"7.", "7"}, {".7", "0.7"}, {"-.70", "-0.7"}, {"12.50", "12.5"}, {"1e3", "1000"}, {"1E-3", "0.001"}, {"1.5e+2", "150"}, {"15e-1", "1.5"},
		{nines, nines}, {nines + "9", ""}, {nines + "000", nines + "000"}, {"0.000" + nines, "0.000" + nines},
		{"1e125", "1" + strings.Repeat("0", 125)}, {"1e126", ""}, {nines + "e88", nines + strings.Repeat("0", 88)}, {nines + "e89", ""},
		{"1e-130", "0." + strings.Repeat("0", 129) + "1"}, {"1e-131", ""},
		{"", ""}, {" 1", ""}, {"1 ", ""}, {"1,5", ""}, {"1e", ""}, {"e1", ""}, {"--1", ""}, {"+-1", ""}, {"1.2.3", ""}, {"0x1", ""}, {"1_0", ""},
		{"NaN", ""}, {"Infinity", ""}, {".", ""}, {"-", ""}, {"1e1.5", ""}, {"1e99999999999999999999", ""},
	} {
		n, err := parseNumber(test.in)
		if (err != nil) != (test.want == "") || err == nil && n.String() != test.want {
			t.Errorf("%q: %q %v, want %q", test.in, n.String(), err, test.want)
		}
	}
}

// FuzzNumbers compares numbers with math/big: an accepted number keeps its value, its normal form
// is the normal form of itself, and two numbers compare as big numbers do.
func FuzzNumbers(f *testing.F) {
	for _, seed := range []string{"0", "-12.50", "1e3", "00.001e-7", "99999999999999999999999999999999999999", "+.5"} {
		f.Add(seed, "1")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, errX := parseNumber(a)
		y, errY := parseNumber(b)
		if errX != nil || errY != nil {
			return
		}
		bigX, ok := new(big.Rat).SetString(a)
		if !ok {
			t.Fatalf("accepted %q", a)
		}
		bigY, _ := new(big.Rat).SetString(b)
		normX, _ := new(big.Rat).SetString(x.String())
		if normX.Cmp(bigX) != 0 {
			t.Fatalf("%q became %s", a, x)
		}
		if again, err := parseNumber(x.String()); err != nil || again != x {
			t.Fatalf("%s is not in normal form: %v %v", x, again, err)
		}
		if got, want := compareNumbers(x.String(), y.String()), bigX.Cmp(bigY); got != want {
			t.Fatalf("compare %s %s: %d, want %d", x, y, got, want)
		}
	})
}
