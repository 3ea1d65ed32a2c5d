package aggregate

import (
	"math/big"
	"math/bits"
	"strconv"
)

// maxExact bounds the integers that float64 holds without a gap.
const maxExact = 1 << 53

// AppendMean appends the mean of the group's numbers: the exact quotient of sum and count,
// rounded once to the nearest float64, in the fewest digits that read back as the same
// float64, without an exponent. Zero is "0", never "-0".
func (g *Group) AppendMean(dst []byte) []byte {
	return strconv.AppendFloat(dst, g.mean(), 'f', -1, 64)
}

// mean is the quotient, correctly rounded. Of two integers that float64 holds exactly one
// division is (IEEE 754-2019 §4.3); others are left to math/big.
func (g *Group) mean() float64 {
	if g.Count == 0 {
		return 0
	}
	if sum, unit, ok := g.reduced(); ok && sum < maxExact && uint64(g.Count) < maxExact/unit {
		q := float64(sum) / (float64(g.Count) * float64(unit))
		if g.sum.negative() {
			return -q
		}
		return q
	}
	denominator := new(big.Int).Mul(big.NewInt(g.Count), big.NewInt(nano))
	q, _ := new(big.Rat).SetFrac(g.sum.big(), denominator).Float64()
	return q
}

// reduced returns the magnitude of the sum as a multiple of 1/unit: whole where it is, else
// in units of 10^-9.
func (g *Group) reduced() (sum, unit uint64, ok bool) {
	hi, lo := g.sum.abs()
	if hi >= nano {
		return 0, 0, false
	}
	if q, r := bits.Div64(hi, lo, nano); r == 0 {
		return q, 1, true
	}
	return lo, nano, hi == 0
}
