package csvfast

import (
	"bytes"
	"math/bits"
)

// scanGeneric is the kernel in ordinary Go: SWAR, eight bytes in a 64-bit word, eight words
// a block. The other variants do the same, in the same order, with wider registers.
func scanGeneric(src []byte, ends []uint32, base uint32, inside uint64) (blocks, n, lines int, _ uint64) {
	before, behind := context(src[0], inside)
	rest := src[1:]
	for ; len(rest) > blockSize; rest = rest[blockSize:] {
		block := (*[blockSize]byte)(rest)
		w := load64(block[0:8])
		y := w & lows
		others, noQuote := ((y^','*ones+lows)&(y^'\n'*ones+lows)|w)&tops*gather>>56, y^'"'*ones+lows
		w = load64(block[8:16])
		y = w & lows
		others, noQuote = others|((y^','*ones+lows)&(y^'\n'*ones+lows)|w)&tops*gather>>56<<8, noQuote&(y^'"'*ones+lows)
		w = load64(block[16:24])
		y = w & lows
		others, noQuote = others|((y^','*ones+lows)&(y^'\n'*ones+lows)|w)&tops*gather>>56<<16, noQuote&(y^'"'*ones+lows)
		w = load64(block[24:32])
		y = w & lows
		others, noQuote = others|((y^','*ones+lows)&(y^'\n'*ones+lows)|w)&tops*gather>>56<<24, noQuote&(y^'"'*ones+lows)
		w = load64(block[32:40])
		y = w & lows
		others, noQuote = others|((y^','*ones+lows)&(y^'\n'*ones+lows)|w)&tops*gather>>56<<32, noQuote&(y^'"'*ones+lows)
		w = load64(block[40:48])
		y = w & lows
		others, noQuote = others|((y^','*ones+lows)&(y^'\n'*ones+lows)|w)&tops*gather>>56<<40, noQuote&(y^'"'*ones+lows)
		w = load64(block[48:56])
		y = w & lows
		others, noQuote = others|((y^','*ones+lows)&(y^'\n'*ones+lows)|w)&tops*gather>>56<<48, noQuote&(y^'"'*ones+lows)
		w = load64(block[56:64])
		y = w & lows
		others, noQuote = others|((y^','*ones+lows)&(y^'\n'*ones+lows)|w)&tops*gather>>56<<56, noQuote&(y^'"'*ones+lows)
		stops := ^others
		if noQuote&tops == tops && inside|behind == 0 {
			before = stops >> 63
		} else {
			quotes := quotesOf(block)
			in := prefixXor(quotes) ^ inside
			// A byte outside quotes that is no stop must touch no quote.
			taken := stops | quotes | in
			if quotes&^(taken<<1|before) != 0 || !returns((quotes<<1|behind)&^taken, rest) {
				break
			}
			before, behind = taken>>63, quotes>>63
			inside = -(in >> 63)
			if hidden := stops & in; hidden != 0 {
				lines -= linesAmong(hidden, block)
				stops &^= in
			}
		}
		n += appendPositions((*[blockSize]uint32)(ends[n:]), stops, base)
		base += blockSize
	}
	blocks = (len(src) - 1 - len(rest)) / blockSize
	return blocks, n, lines + bytes.Count(src[1:1+blocks*blockSize], lineEnd), inside
}

var lineEnd = []byte{'\n'}

// appendPositions writes base plus the position of each bit of the mask, and returns how
// many these are. A block of ordinary text has three to eight: so many are written whether
// they are there or not, which costs less than a branch that nobody can foretell.
func appendPositions(ends *[blockSize]uint32, mask uint64, base uint32) int {
	n := bits.OnesCount64(mask)
	ends[0] = base + uint32(bits.TrailingZeros64(mask))
	mask &= mask - 1
	ends[1] = base + uint32(bits.TrailingZeros64(mask))
	mask &= mask - 1
	ends[2] = base + uint32(bits.TrailingZeros64(mask))
	mask &= mask - 1
	ends[3] = base + uint32(bits.TrailingZeros64(mask))
	mask &= mask - 1
	ends[4] = base + uint32(bits.TrailingZeros64(mask))
	mask &= mask - 1
	ends[5] = base + uint32(bits.TrailingZeros64(mask))
	mask &= mask - 1
	ends[6] = base + uint32(bits.TrailingZeros64(mask))
	mask &= mask - 1
	ends[7] = base + uint32(bits.TrailingZeros64(mask))
	mask &= mask - 1
	for i := 8; i < n; i++ {
		ends[i&(blockSize-1)] = base + uint32(bits.TrailingZeros64(mask))
		mask &= mask - 1
	}
	return n
}

// returns tells whether "\r\n" stands at every set bit of the mask: the one thing behind a
// closing quote that the masks do not know.
func returns(mask uint64, src []byte) bool {
	for ; mask != 0; mask &= mask - 1 {
		i := bits.TrailingZeros64(mask)
		if src[i] != '\r' || src[i+1] != '\n' {
			return false
		}
	}
	return true
}

// linesAmong counts the line ends at the set bits of the mask.
func linesAmong(mask uint64, block *[blockSize]byte) int {
	n := 0
	for ; mask != 0; mask &= mask - 1 {
		if block[bits.TrailingZeros64(mask)] == '\n' {
			n++
		}
	}
	return n
}

// prefixXor sets bit i to the xor of bits 0 to i.
func prefixXor(x uint64) uint64 {
	x ^= x << 1
	x ^= x << 2
	x ^= x << 4
	x ^= x << 8
	x ^= x << 16
	x ^= x << 32
	return x
}
