package csvfast

import (
	"bytes"
	"math/bits"
)

// scanGeneric is the kernel in ordinary Go, and the reference for those in assembly. It compares
// eight bytes at once in a 64-bit word (SWAR: see swar.go), and eight words are a block.
//
// It differs from the assembly in one thing. A mask of quotes is a third of the work here. So the
// standard library looks for the next quote, and blocks before it get no such mask.
//
// Invariants at the head of both loops:
//
//	rest                     the blocks to come and the byte after them
//	prevTaken, prevQuote     describe the byte before rest: see context
//	inside                   whether rest begins inside quotes
//	ends[:r.n]               all ends of the blocks that are done
func scanGeneric(src []byte, comma byte, ends []uint32, base uint32, inside uint64) (r result) {
	commas := uint64(comma) * ones
	prevTaken, prevQuote := context(src[0], comma, inside)
	rest := src[1:]
	for len(rest) > blockSize {
		block := (*[blockSize]byte)(rest)
		quotes := maskOf(block, quote*ones)
		if quotes|inside|prevQuote == 0 { // so at least this block has no quote
			for range blocksWithout(quote, rest[:len(rest)-1]) {
				stops := stopsOf((*[blockSize]byte)(rest), commas)
				r.n += appendPositions((*[blockSize]uint32)(ends[r.n:]), stops, base)
				prevTaken = stops >> 63
				rest = rest[blockSize:]
				base += blockSize
			}
			continue
		}
		stops := stopsOf(block, commas)
		in := prefixXor(quotes) ^ inside
		// A byte in none of the masks may not be next to a quote, with one exception: the '\r' of a
		// line end after a closing quote.
		taken := stops | quotes | in
		r.quotes = true
		if quotes&^(taken<<1|prevTaken) != 0 || !returns((quotes<<1|prevQuote)&^taken, rest) {
			break
		}
		prevTaken, prevQuote = taken>>63, quotes>>63
		inside = -(in >> 63)
		if hidden := stops & in; hidden != 0 {
			r.lines -= linesAmong(hidden, block)
			stops &^= in
		}
		r.n += appendPositions((*[blockSize]uint32)(ends[r.n:]), stops, base)
		rest = rest[blockSize:]
		base += blockSize
	}
	r.blocks = (len(src) - 1 - len(rest)) / blockSize
	r.lines += bytes.Count(src[1:1+r.blocks*blockSize], oneLineFeed)
	r.inside = inside
	return r
}

var oneLineFeed = []byte{lineFeed}

// blocksWithout returns how many whole blocks at the head of b do not contain c.
func blocksWithout(c byte, b []byte) int {
	if i := bytes.IndexByte(b, c); i >= 0 {
		b = b[:i]
	}
	return len(b) / blockSize
}

// appendPositions writes base plus the position of each set bit, and returns how many bits are
// set. A block of ordinary text has three to eight ends. Eight positions are always written, even
// if fewer bits are set: that costs less than a branch that is mispredicted.
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

// returns reports whether "\r\n" begins at every set bit. The masks do not show a '\r', because
// it matters only after a closing quote.
func returns(mask uint64, src []byte) bool {
	for ; mask != 0; mask &= mask - 1 {
		i := bits.TrailingZeros64(mask)
		if src[i] != carriageReturn || src[i+1] != lineFeed {
			return false
		}
	}
	return true
}

// linesAmong counts the line feeds at the set bits.
func linesAmong(mask uint64, block *[blockSize]byte) int {
	n := 0
	for ; mask != 0; mask &= mask - 1 {
		if block[bits.TrailingZeros64(mask)] == lineFeed {
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
