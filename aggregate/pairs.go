package aggregate

import (
	"math"
	"math/bits"
)

// pairs counts the rows of pairs of group and treatment that a group's own line has no room
// for: because it has many treatments, or because 32 bits are too few.
type pairs struct {
	slots []pair
	shift uint
	used  int
	seed  seed
}

// pair is free while n is 0.
type pair struct {
	group, treatment uint32
	n                uint64
}

const (
	// inPairs marks a counter in a group's line that has moved here, 32 bits being too few.
	inPairs = math.MaxUint32

	// The limit on pairs is that on groups, times pairsPerGroup, plus minMaxPairs. A pair
	// takes 22 to 43 bytes.
	pairsPerGroup = 8
	minMaxPairs   = 1 << 20

	minPairs = 1 << 10
)

func (p *pairs) add(group, treatment uint32, n uint64, limit int64) error {
	if 4*p.used >= 3*len(p.slots) {
		p.resize(max(minPairs, 2*len(p.slots)))
	}
	s := p.find(group, treatment)
	if s.n == 0 {
		if int64(p.used) >= limit {
			return ErrTooManyCounters
		}
		p.used++
		s.group, s.treatment = group, treatment
	}
	s.n += n
	return nil
}

// find returns the slot of a pair, or the free one where it belongs.
func (p *pairs) find(group, treatment uint32) *pair {
	for i := p.seed.pair(group, treatment) >> p.shift; ; i++ {
		s := &p.slots[i&uint64(len(p.slots)-1)]
		if s.n == 0 || s.group == group && s.treatment == treatment {
			return s
		}
	}
}

func (p *pairs) resize(n int) {
	old := p.slots
	p.slots = make([]pair, n)
	p.shift = 64 - uint(bits.TrailingZeros(uint(n)))
	for _, s := range old {
		if s.n != 0 {
			*p.find(s.group, s.treatment) = s
		}
	}
}
