package aggregate

import (
	"math/big"
	"strconv"
)

// Sum is an exact sum of numbers. The zero Sum is 0.
type Sum struct {
	whole int64  // sum of numbers of one to eight digits
	exact Number // sum of all others
}

// Add adds a number. It reports whether the sum still fits; if not, the Sum is as before.
func (s *Sum) Add(n Number) bool {
	sum, ok := s.exact.Add(n)
	if ok {
		s.exact = sum
	}
	return ok
}

// Number returns the sum, and whether it fits a Number.
func (s *Sum) Number() (Number, bool) { return whole(s.whole).Add(s.exact) }

// maxFloatInt is 2^53: float64 holds every integer up to it exactly.
const maxFloatInt = 1 << 53

// AppendMean appends the sum divided by count: the exact quotient, rounded once to the nearest
// float64, in the fewest digits that read back as the same float64, without an exponent. Zero is
// "0", never "-0". If count is 0, the mean is "0".
func (s *Sum) AppendMean(dst []byte, count int64) []byte {
	return strconv.AppendFloat(dst, s.mean(count), 'f', -1, 64)
}

// mean returns the quotient, correctly rounded. If float64 holds both integers exactly, one
// division is correctly rounded (IEEE 754-2019 §4.3). Otherwise math/big divides.
func (s *Sum) mean(count int64) float64 {
	if count == 0 {
		return 0
	}
	if s.exact == (Number{}) && s.whole < maxFloatInt && count < maxFloatInt {
		return float64(s.whole) / float64(count)
	}
	n, ok := s.Number()
	if ok {
		// Most sums have few digits behind the point: as a multiple of 10^-9 they fit.
		hi, lo := n.abs()
		hi, lo, rest := divide(hi, lo, unitsPerNano)
		if hi == 0 && rest == 0 && lo < maxFloatInt && uint64(count) < maxFloatInt/nano {
			q := float64(lo) / float64(count*nano)
			if n.negative() {
				return -q
			}
			return q
		}
	}
	sum := n.big()
	if !ok {
		sum = new(big.Int).Add(whole(s.whole).big(), s.exact.big())
	}
	units := new(big.Int).Mul(big.NewInt(nano), big.NewInt(unitsPerNano))
	q, _ := new(big.Rat).SetFrac(sum, units.Mul(units, big.NewInt(count))).Float64()
	return q
}

// A table keeps the two parts of a group's sum apart. Nearly all numbers have one to eight digits.
// They are added in 64 bits without a check for overflow: begin counts them and folds the sum in
// time.

// addExact adds a number to the second part of the sum of group g.
func (t *Table) addExact(g uint32, v Number) error {
	for uint32(t.exact.n) <= g {
		if t.exact.full() {
			if err := account(t.Memory).take(chunk*numberSize, ErrTooManyGroups); err != nil {
				return err
			}
		}
		t.exact.add(Number{})
	}
	to := t.exact.at(g)
	sum, ok := to.Add(v)
	if !ok {
		return ErrOverflow
	}
	*to = sum
	return nil
}

// fold moves the first parts of all sums into the second.
func (t *Table) fold() error {
	for g := range uint32(t.groups.n) {
		if err := t.addExact(g, whole(*t.wholeSum(g))); err != nil {
			return err
		}
		*t.wholeSum(g) = 0
	}
	t.whole = 0
	return nil
}

// wholeSum is the first part of the sum of group g.
func (t *Table) wholeSum(g uint32) *int64 {
	if t.large == nil {
		return &t.small.row(g)[0]
	}
	return &t.groups.at(g).sum
}

// sum returns the sum of group g.
func (t *Table) sum(g uint32) (s Sum) {
	s.whole = *t.wholeSum(g)
	if int(g) < t.exact.n {
		s.exact = *t.exact.at(g)
	}
	return s
}
