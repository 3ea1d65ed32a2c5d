package csvfast

import (
	"bytes"
	"math/bits"
)

// scanGeneric is the kernel in ordinary Go: SWAR, eight bytes in a 64-bit word, eight words
// a block. It is the reference for the others, which do the same with wider registers, but
// for one thing: a mask of quotes is a third of the work here, so where there are none it
// has the standard library look for the next, and makes no mask of them until there.
//
// Wherever the loops begin anew, rest is the blocks to come and the byte behind them; the
// byte before them is what before, behind and inside tell of; and all ends of the blocks
// that are done stand in ends[:n].
func scanGeneric(src []byte, ends []uint32, base uint32, inside uint64) (blocks, n, lines int, _ uint64) {
	before, behind := context(src[0], inside)
	rest := src[1:]
	for len(rest) > blockSize {
		block := (*[blockSize]byte)(rest)
		quotes := quotesOf(block)
		if quotes|inside|behind == 0 { // so there is one block at least
			for range blocksWithout('"', rest[:len(rest)-1]) {
				stops := stopsOf((*[blockSize]byte)(rest))
				n += appendPositions((*[blockSize]uint32)(ends[n:]), stops, base)
				before = stops >> 63
				rest = rest[blockSize:]
				base += blockSize
			}
			continue
		}
		stops := stopsOf(block)
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
		n += appendPositions((*[blockSize]uint32)(ends[n:]), stops, base)
		rest = rest[blockSize:]
		base += blockSize
	}
	blocks = (len(src) - 1 - len(rest)) / blockSize
	return blocks, n, lines + bytes.Count(src[1:1+blocks*blockSize], lineEnd), inside
}

var lineEnd = []byte{'\n'}

// blocksWithout is how many whole blocks b begins with that do not contain c.
func blocksWithout(c byte, b []byte) int {
	if i := bytes.IndexByte(b, c); i >= 0 {
		b = b[:i]
	}
	return len(b) / blockSize
}

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
	for i := 8; mask != 0; i++ {
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
