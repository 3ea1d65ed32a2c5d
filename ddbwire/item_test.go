package ddbwire

import (
	"errors"
	"math/big"
	"strings"
	"testing"
)

// put adds an item to an empty batch.
func put(attrs []Attr) error {
	var b Batch
	b.Reset("t")
	return b.Put(attrs...)
}

func TestPut(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, test := range []struct {
		name  string
		attrs []Attr
		kind  error
	}{
		{"keys alone", []Attr{S("PK", "p"), S("SK", "s")}, nil},
		{"in another order", []Attr{N("n", "1"), S("SK", "s"), S("PK", "p")}, nil},
		{"an empty string", []Attr{S("PK", "p"), S("SK", "s"), S("x", "")}, nil},
		{"longest keys", []Attr{S("PK", long(MaxPartitionKey)), S("SK", long(MaxSortKey))}, nil},
		{"largest item", []Attr{S("PK", "p"), S("SK", "s"), S("x", long(MaxItemSize-7))}, nil},

		{"nothing", nil, ErrNoKey},
		{"no partition key", []Attr{S("SK", "s")}, ErrNoKey},
		{"no sort key", []Attr{S("PK", "p")}, ErrNoKey},
		{"a number for a key", []Attr{N("PK", "1"), S("SK", "s")}, ErrNoKey},
		{"an empty partition key", []Attr{S("PK", ""), S("SK", "s")}, ErrEmptyKey},
		{"an empty sort key", []Attr{S("PK", "p"), S("SK", "")}, ErrEmptyKey},
		{"a long partition key", []Attr{S("PK", long(MaxPartitionKey+1)), S("SK", "s")}, ErrKeyTooLong},
		{"a long sort key", []Attr{S("PK", "p"), S("SK", long(MaxSortKey+1))}, ErrKeyTooLong},
		{"a long sort key, in bytes", []Attr{S("PK", "p"), S("SK", strings.Repeat("é", MaxSortKey/2+1))}, ErrKeyTooLong},
		{"a large item", []Attr{S("PK", "p"), S("SK", "s"), S("x", long(MaxItemSize-6))}, ErrItemTooLarge},
		{"no name", []Attr{S("PK", "p"), S("SK", "s"), S("", "x")}, ErrName},
		{"a long name", []Attr{S("PK", "p"), S("SK", "s"), S(long(MaxAttributeName+1), "x")}, ErrName},
		{"twice", []Attr{S("PK", "p"), S("SK", "s"), S("x", "1"), N("x", "1")}, ErrDuplicateAttribute},
		{"not UTF-8", []Attr{S("PK", "p"), S("SK", "s"), S("x", "\xff")}, ErrUTF8},
		{"a name not UTF-8", []Attr{S("PK", "p"), S("SK", "s"), S("\xff", "x")}, ErrUTF8},
		{"a key not UTF-8", []Attr{S("PK", "p"), S("SK", "\xff")}, ErrUTF8},
		{"no number", []Attr{S("PK", "p"), S("SK", "s"), N("x", "one")}, ErrNumber},
	} {
		err := put(test.attrs)
		if !errors.Is(err, test.kind) {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "ddbwire: ") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestNoValues: an error names the attribute and never shows its value.
func TestNoValues(t *testing.T) {
	for _, attrs := range [][]Attr{
		{S("PK", "p"), S("SK", "s"), N("x", "Secret")},
		{S("PK", "p"), S("SK", "s"), S("x", "Secret\xff")},
		{S("PK", "p"), S("SK", strings.Repeat("Secret", 1000))},
	} {
		err := put(attrs)
		if _, ok := errors.AsType[*AttrError](err); !ok || strings.Contains(err.Error(), "Secret") {
			t.Errorf("%v", err)
		}
	}
}

func TestItemSize(t *testing.T) {
	for _, test := range []struct {
		attr Attr
		want int
	}{
		{S("name", ""), 4},
		{S("name", "value"), 9},
		{S("é", "日本"), 8},
		{N("n", "0"), 2},
		{N("n", "-0.0"), 2},
		{N("n", "1"), 3},
		{N("n", "12"), 3},
		{N("n", "1.2"), 4},
		{N("n", "123"), 4},
		{N("n", "12.3"), 4},
		{N("n", "12.34"), 4},
		{N("n", "1.234"), 5},
		{N("n", "-123"), 5},
		{N("n", "0.00120"), 3},
		{N("n", "0.0120"), 4},
		{N("n", "1200000"), 4},
		{N("n", "120000"), 3},
		{N("n", "12345678901234567890123456789012345678"), 21},
		{B("b", []byte("\x00\xff\x00")), 4},
		{BOOL("b", false), 2},
		{NULL("n"), 2},
	} {
		if got := ItemSize(test.attr); got != test.want {
			t.Errorf("%v: %d, want %d", test.attr, got, test.want)
		}
	}
}

func TestNumber(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for _, test := range []struct {
		text string
		ok   bool
	}{
		{"0", true}, {"-0", true}, {"0.0", true}, {"1", true}, {"-1", true}, {"12.5", true},
		{"1e5", true}, {"1E+5", true}, {"1e-5", true}, {"0e999999999999", true},
		{nines, true}, {"-" + nines, true}, {"0." + nines, true}, {nines[:19] + "." + nines[:19], true},
		{nines + "000", true}, {"0.000" + nines, true}, {nines + ".000", true},
		{"9.9999999999999999999999999999999999999e125", true},
		{"1e125", true}, {"10e124", true}, {"0.1e126", true}, {"1e-130", true}, {"0.1e-129", true},
		{"1" + strings.Repeat("0", 125), true}, {"0." + strings.Repeat("0", 129) + "1", true},

		{"", false}, {"-", false}, {"+1", false}, {".5", false}, {"5.", false}, {"01", false}, {"-01", false},
		{"1e", false}, {"1e+", false}, {"e5", false}, {"1.2.3", false}, {"1 ", false}, {" 1", false},
		{"NaN", false}, {"Infinity", false}, {"0x1", false}, {"1,5", false}, {"1_000", false}, {"--1", false}, {"1e5.0", false},
		{nines + "9", false}, {"0." + nines + "9", false}, {nines + ".9", false}, {"1." + strings.Repeat("0", 37) + "1", false},
		{"1e126", false}, {"10e125", false}, {"1e-131", false}, {"0.1e-130", false}, {"1e999999999999999999999", false},
		{"1" + strings.Repeat("0", 126), false}, {"0." + strings.Repeat("0", 130) + "1", false},
	} {
		if _, err := parseNumber(test.text); (err == nil) != test.ok || err != nil && err != ErrNumber {
			t.Errorf("%s: %v", test.text, err)
		}
	}
}

// FuzzNumber: math/big reads every number that is accepted, and its value is within the limits.
func FuzzNumber(f *testing.F) {
	for _, text := range []string{"0", "-12.50", "1e125", "0.001e-9", "99999999999999999999999999999999999999"} {
		f.Add(text)
	}
	most, _ := new(big.Rat).SetString("1e126")
	least, _ := new(big.Rat).SetString("1e-130")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseNumber(text)
		if err != nil || len(text) > 300 {
			return
		}
		mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
		if len(exponent) > 5 {
			return // too long for math/big: accepted only for a zero, or with leading zeros
		}
		value, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%s is no number", text)
		}
		digits := strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(mantissa), "0")
		if len(digits) > MaxNumberDigits || n.digits != len(digits) || n.negative != (strings.HasPrefix(text, "-") && n.digits > 0) {
			t.Fatalf("%s: %+v, digits %s", text, n, digits)
		}
		if value.Sign() == 0 {
			return
		}
		if value.Abs(value); value.Cmp(most) >= 0 || value.Cmp(least) < 0 {
			t.Fatalf("%s is out of range", text)
		}
	})
}
