package aggregate

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// checkMean holds AppendMean against the exact quotient, rounded by math/big.
func checkMean(t *testing.T, wholes int64, sum Number, count int64) {
	t.Helper()
	all := new(big.Int).Add(new(big.Int).Mul(big.NewInt(wholes), units), sum.big())
	q := new(big.Rat).SetFrac(all, new(big.Int).Mul(big.NewInt(count), units))
	want, _ := q.Float64()
	got := string((&Group{sum: Sum{wholes, sum}, Count: count}).AppendMean([]byte("x")))[1:]
	if f, err := strconv.ParseFloat(got, 64); err != nil || f != want || strings.ContainsAny(got, "eE") || got == "-0" {
		t.Errorf("%s/%d: %q, want %v", all, count, got, want)
	}
	if shortest := strconv.FormatFloat(want, 'f', -1, 64); got != shortest && got != "0" {
		t.Errorf("%s/%d: %q, want %q", all, count, got, shortest)
	}
}

// units is 10^21: a Number of 1 has so many units.
var units, _ = new(big.Int).SetString("1000000000000000000000", 10)

// numberOf returns a decimal of any size as a Number.
func numberOf(t *testing.T, s string) Number {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatal(s)
	}
	n := r.Mul(r, new(big.Rat).SetInt(units)).Num()
	lo := new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64))
	return Number{new(big.Int).Rsh(n, 64).Int64(), lo.Uint64()}
}

func TestMean(t *testing.T) {
	for _, tt := range []struct {
		sum, want string
		count     int64
	}{
		{"0", "0", 7},
		{"-0", "0", 1},
		{"10", "3.3333333333333335", 3},
		{"-10", "-3.3333333333333335", 3},
		{"0.000000001", "0.000000001", 1},
		{"0.000000001", "0.00000000011111111111111111", 9},
		{"0.000000000000000000001", "0.000000000000000000001", 1},
		{"9007199254740993", "9007199254740992", 1}, // half-way: to even
		{"9007199254740995", "9007199254740996", 1},
		{"9007199254740993.000000001", "9007199254740994", 1},
		{"99999999999999999", "100000000000000000", 1},
		{"-99999999999999999", "-100000000000000000", 1},
		{"99999999999999999", "0.010842021724855044", math.MaxInt64},
		{"5.5", "2.75", 2},
		{"1.1", "0.36666666666666664", 3},
	} {
		sum := numberOf(t, tt.sum)
		if got := string((&Group{sum: Sum{0, sum}, Count: tt.count}).AppendMean(nil)); got != tt.want {
			t.Errorf("%s/%d: %s, want %s", tt.sum, tt.count, got, tt.want)
		}
		checkMean(t, 0, sum, tt.count)
	}
	if got := string((&Group{}).AppendMean(nil)); got != "0" {
		t.Errorf("of nothing: %s", got)
	}
}

func TestMeanRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 30_000 {
		sum := Number{r.Int64() >> (1 + r.IntN(63)), r.Uint64() >> r.IntN(64)}
		switch r.IntN(4) {
		case 0:
			sum = whole(r.Int64N(1e17) >> r.IntN(50))
		case 1:
			sum = Number{}
		}
		if r.IntN(2) == 0 {
			sum = sum.neg()
		}
		checkMean(t, r.Int64N(1e17)>>r.IntN(57), sum, 1+r.Int64()>>r.IntN(63))
	}
}

func FuzzMean(f *testing.F) {
	f.Add(int64(0), int64(0), uint64(0), int64(1))
	f.Add(int64(5), int64(-1), uint64(math.MaxUint64), int64(3))
	f.Add(int64(9007199254740993), int64(0), uint64(0), int64(1))
	f.Add(int64(0), int64(1)<<61, uint64(1), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, wholes, hi int64, lo uint64, count int64) {
		if count > 0 && wholes >= 0 {
			checkMean(t, wholes%1e17, Number{hi >> 1, lo}, count)
		}
	})
}
