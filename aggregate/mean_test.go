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
func checkMean(t *testing.T, sum int128, count int64) {
	t.Helper()
	q := new(big.Rat).SetFrac(sum.big(), new(big.Int).Mul(big.NewInt(count), big.NewInt(nano)))
	want, _ := q.Float64()
	got := string((&Group{sum: sum, Count: count}).AppendMean([]byte("x")))[1:]
	if f, err := strconv.ParseFloat(got, 64); err != nil || f != want || strings.ContainsAny(got, "eE") || got == "-0" {
		t.Errorf("%s/%d: %q, want %v", sum.big(), count, got, want)
	}
	if shortest := strconv.FormatFloat(want, 'f', -1, 64); got != shortest && got != "0" {
		t.Errorf("%s/%d: %q, want %q", sum.big(), count, got, shortest)
	}
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
		{"9007199254740993", "9007199254740992", 1}, // half-way: to even
		{"9007199254740995", "9007199254740996", 1},
		{"9007199254740993.000000001", "9007199254740994", 1},
		{"18446744073709551615.999999999", "18446744073709552000", 1},
		{"-18446744073709551615", "-18446744073709552000", 1},
		{"18446744073709551615", "2", math.MaxInt64},
		{"5.5", "2.75", 2},
		{"1.1", "0.36666666666666664", 3},
	} {
		sum, err := parse([]byte(tt.sum))
		if err != nil {
			t.Fatal(err)
		}
		if got := string((&Group{sum: sum, Count: tt.count}).AppendMean(nil)); got != tt.want {
			t.Errorf("%s/%d: %s, want %s", tt.sum, tt.count, got, tt.want)
		}
		checkMean(t, sum, tt.count)
	}
	if got := string((&Group{}).AppendMean(nil)); got != "0" {
		t.Errorf("of nothing: %s", got)
	}
}

func TestMeanRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 30_000 {
		sum := int128{r.Int64() >> (1 + r.IntN(63)), r.Uint64() >> r.IntN(64)}
		if r.IntN(2) == 0 {
			sum = nanos(r.Int64() >> r.IntN(63))
		}
		if r.IntN(2) == 0 {
			sum = sum.neg()
		}
		checkMean(t, sum, 1+r.Int64()>>r.IntN(63))
	}
}

func FuzzMean(f *testing.F) {
	f.Add(int64(0), uint64(0), int64(1))
	f.Add(int64(-1), uint64(math.MaxUint64), int64(3))
	f.Add(int64(0), uint64(9007199254740993*nano%(1<<63)), int64(1))
	f.Add(int64(1)<<61, uint64(1), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, hi int64, lo uint64, count int64) {
		if count > 0 {
			checkMean(t, int128{hi >> 1, lo}, count)
		}
	})
}
