package aggregate

import (
	"encoding/binary"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"testing"
)

// checkNumber holds number against big.Rat.
func checkNumber(t *testing.T, s string) {
	t.Helper()
	whole, exact, err := number([]byte(s), false)
	want, wantErr := naiveNumber(s)
	if !errors.Is(err, wantErr) || (err == nil) != (wantErr == nil) {
		t.Fatalf("%q: %v, want %v", s, err, wantErr)
	}
	if err != nil {
		return
	}
	if whole != notWhole {
		exact = nanos(whole)
	}
	if got := new(big.Rat).SetFrac(exact.big(), big.NewInt(nano)); got.Cmp(want) != 0 {
		t.Fatalf("%q: %s, want %s", s, got, want)
	}
}

func TestNumber(t *testing.T) {
	for _, s := range testNumbers {
		if _, _, err := number([]byte(s), false); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		checkNumber(t, s)
	}
	for _, s := range badFields {
		if _, _, err := number([]byte(s), false); err == nil {
			t.Errorf("%q is accepted", s)
		}
		checkNumber(t, s)
	}
}

// Every length of digits, and every byte in every place, whatever stands behind.
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
