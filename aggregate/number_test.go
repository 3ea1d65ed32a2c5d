package aggregate

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// checkNumber holds number against big.Rat, with either mark.
func checkNumber(t *testing.T, s string) {
	t.Helper()
	for _, mark := range []byte{'.', ','} {
		table := &Table{Mark: mark, Range: &Range{Number{math.MinInt64, 0}, Number{math.MaxInt64, math.MaxUint64}}, low: math.MinInt64, high: math.MaxInt64}
		w, exact, err := table.number([]byte(s))
		want, wantErr := naiveNumber(s, mark)
		if !errors.Is(err, wantErr) || (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, want %v", s, err, wantErr)
		}
		if err != nil {
			continue
		}
		if w != notWhole {
			exact = whole(w)
		}
		if got := new(big.Rat).SetFrac(exact.big(), units); got.Cmp(want) != 0 {
			t.Fatalf("%q: %s, want %s", s, got, want)
		}
		if back, ok := new(big.Rat).SetString(string(exact.Append(nil))); !ok || back.Cmp(want) != 0 {
			t.Fatalf("%q: written as %q", s, exact.Append(nil))
		}
		floor := new(big.Int).Div(want.Num(), want.Denom()) // Euclidean, and the divisor is positive
		if got := exact.floor(); got != floor.Int64() {
			t.Fatalf("%q: floor %d, want %s", s, got, floor)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, s := range testNumbers {
		if _, err := naiveNumber(s, '.'); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		checkNumber(t, s)
	}
	for _, s := range badFields {
		if _, err := naiveNumber(s, '.'); err == nil {
			t.Errorf("%q is accepted", s)
		}
		checkNumber(t, s)
	}
}

// A huge exponent costs no more time than reading its digits.
func TestHugeExponents(t *testing.T) {
	for s, want := range map[string]error{
		"1e999999999": ErrNumberRange, "1e-999999999": ErrFraction, "0e999999999": nil, "-0e-999999999": nil,
		"1e" + strings.Repeat("9", 100_000): ErrNumberRange, "0." + strings.Repeat("0", 100_000) + "1e100001": nil,
		strings.Repeat("0", 100_000) + "1": nil, "1" + strings.Repeat("0", 100_000) + "e-100000": nil,
		"4.5" + strings.Repeat("0", 100_000): nil,
	} {
		if _, err := ParseNumber([]byte(s), '.'); err != want {
			t.Errorf("%.20q: %v, want %v", s, err, want)
		}
	}
}

// Numbers outside the range, and those that say that there is none, are told apart.
func TestRange(t *testing.T) {
	number := func(s string) Number { return numberOf(t, s) }
	for _, test := range []struct {
		least, greatest string
		good, bad       string
	}{
		{"0", "1000000", "0 -0 0.5 1000000 999999.999999999999999999999 1e6", "-1 -0.000000000000000000001"},
		{"0", "3650", "0 9 3650 3650.0 3649.9", "3651 3650.1 45000 9999 -1"},
		{"5", "60", "5 60 5.0 59.99", "4 61 4.999 60.001 0"},
		{"0.5", "60.5", "0.5 1 60 60.5", "0 61 0.4 60.6"},
		{"-5", "5", "-5 -4.9 0 5", "-6 6 -5.1 5.1"},
		{"-5.5", "-1", "-5.5 -5 -1", "0 1 -6 -0.9"},
	} {
		for _, text := range append(strings.Fields(test.good), strings.Fields(test.bad)...) {
			want := error(nil)
			if !slices.Contains(strings.Fields(test.good), text) {
				want = ErrRange
			}
			table := NewTable(plain)
			table.Range = &Range{number(test.least), number(test.greatest)}
			data := []byte("H,D,T," + strings.Fields(test.good)[0] + "\nH,D,T," + text + "\n" + strings.Repeat("x", Pad))
			_, err := table.AddBlock(Block{data[:len(data)-Pad], endsOf(data[:len(data)-Pad]), 1, 0})
			if !errors.Is(err, want) {
				t.Errorf("%s in %s..%s: %v, want %v", text, test.least, test.greatest, err, want)
			}
		}
	}
}

func TestMissing(t *testing.T) {
	table := NewTable(plain)
	table.Missing = func(field []byte) bool {
		return string(field) == "NULL" || string(field) == "-1" || string(field) == "999999"
	}
	table.MissingWhole = []int64{999, 999999}
	var rows []int64
	table.Bad = func(e *RowError) error {
		if e.Err != ErrNoValue || e.Column != 3 {
			t.Error(e)
		}
		rows = append(rows, e.Record)
		return nil
	}
	add(t, table, "H,D,T,1\nH,D,T,\nH,D,T,999\nH,D,T,99\nH,D,T,NULL\nH,D,T,-1\nH,D,T,  \nH,D,T,\"\"\nH,D,T,\"NULL\"\nH,D,T,999999\nH,D,T,2\r\nH,D,T,\r\n")
	if want := []int64{2, 3, 5, 6, 7, 8, 9, 10, 12}; !slices.Equal(rows, want) || table.Rows() != 3 {
		t.Errorf("%v, want %v; %d rows", rows, want, table.Rows())
	}
}

// A number is judged alike whatever bytes come before and after it.
func TestNumbersInAnyOrder(t *testing.T) {
	fields := []string{"1", "20", "999", "400", "1.5", "400.5", "x", "", "99999999", "999.0"}
	good := []string{"1", "20", "1.5"}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		table := NewTable(plain)
		table.Range = &Range{numberOf(t, "0"), numberOf(t, "365")}
		table.Missing = func(field []byte) bool { return string(field) == "999.0" }
		table.MissingWhole = []int64{999}
		table.Bad = func(*RowError) error { return nil }
		var csv strings.Builder
		want := int64(0)
		for range 1 + r.IntN(150) {
			field := fields[r.IntN(len(fields))]
			if r.IntN(4) > 0 { // mostly good ones
				field = good[r.IntN(len(good))]
			}
			csv.WriteString("H,D,T," + field + "\n")
			if slices.Contains(good, field) {
				want++
			}
		}
		if add(t, table, csv.String()); table.Rows() != want {
			t.Fatalf("seed %d: %d rows, want %d:\n%s", seed, table.Rows(), want, &csv)
		}
	}
}

func TestExtreme(t *testing.T) {
	table, other := NewTable(plain), NewTable(plain)
	table.Extremes, other.Extremes = true, true
	if _, _, ok := table.Extreme(); ok {
		t.Error("of nothing")
	}
	table.Bad = func(*RowError) error { return nil }
	add(t, table, "H,D,T,7\nH,D,T,12.5\nH,D,T,x\nH,D,T,-3\nH,D,T,8\n")
	add(t, other, strings.Repeat("H,D,T,9\n", 300)+"H,D,T,3.25\n")
	for _, want := range []string{"7..12.5", "3.25..12.5"} {
		least, greatest, ok := table.Extreme()
		if got := string(greatest.Append(append(least.Append(nil), ".."...))); got != want || !ok {
			t.Errorf("%s, want %s", got, want)
		}
		if err := table.Merge(other); err != nil {
			t.Fatal(err)
		}
	}
}

// Every number of digits, and every byte in every place, with other bytes after the number.
func TestParseWhole(t *testing.T) {
	for n := range 12 {
		for at := range max(n, 1) {
			for c := range 256 {
				b := []byte(strings.Repeat("7", n) + "999999999999")
				b[at] = byte(c)
				got, ok := parseWhole(binary.LittleEndian.Uint64(b), uint(n))
				want, err := strconv.ParseUint(string(b[:n]), 10, 64)
				if wantOK := err == nil && n <= 8; ok != wantOK || ok && uint64(got) != want {
					t.Fatalf("%q: %d, %v", b[:n], got, ok)
				}
				few, ok := parseFew(binary.LittleEndian.Uint32(b), uint32(n))
				if wantOK := err == nil && n <= 4; ok != wantOK || ok && uint64(few) != want {
					t.Fatalf("%q: few, %d, %v", b[:n], few, ok)
				}
			}
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range append(badFields, testNumbers...) {
		f.Add(s)
	}
	f.Fuzz(checkNumber)
}
