package aggregate

import (
	"math/big"
	"math/bits"
)

// int128 is an integer in two's complement. A sum is kept within 127 bits of it, so that
// adding two of them cannot wrap before it is noticed.
type int128 struct {
	hi int64
	lo uint64
}

// nanos returns n, which is not negative, in units of 10^-9. It always fits.
func nanos(n int64) int128 {
	hi, lo := bits.Mul64(uint64(n), nano)
	return int128{int64(hi), lo}
}

func (a int128) add(b int128) int128 {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	return int128{a.hi + b.hi + int64(carry), lo}
}

// fits tells whether a lies in [-2^126, 2^126).
func (a int128) fits() bool { return a.hi>>62 == a.hi>>63 }

func (a int128) neg() int128 {
	lo, borrow := bits.Sub64(0, a.lo, 0)
	return int128{-a.hi - int64(borrow), lo}
}

func (a int128) negative() bool { return a.hi < 0 }

// abs returns the magnitude of a.
func (a int128) abs() (hi, lo uint64) {
	if a.negative() {
		a = a.neg()
	}
	return uint64(a.hi), a.lo
}

func (a int128) big() *big.Int {
	z := big.NewInt(a.hi)
	return z.Add(z.Lsh(z, 64), new(big.Int).SetUint64(a.lo))
}
