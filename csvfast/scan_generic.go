package csvfast

import (
	"bytes"
	"math/bits"
)

// How many blocks scanGeneric works on at once: without quotes, and from one with a quote on. With
// more of the second, more blocks get a mask of quotes that have none.
const (
	plainBlocks  = 32
	quotedBlocks = 8
)

// scanGeneric is the kernel in ordinary Go, and the reference for those in assembly. It compares
// eight bytes at once in a 64-bit word (SWAR: see swar.go), and eight words are a block.
//
// It differs from the assembly in two things. A mask of quotes is a third of the work here. So the
// standard library looks for the next quote, and blocks before it get no such mask. And the masks of
// some blocks are made before any of their ends are written: a processor overlaps the work on more
// blocks in two short loops than in a long one.
//
// Invariants, at the head of the outer loop with at = rest and n = 0:
//
//	rest                     the blocks whose ends have not been written, and the byte after them
//	ends[:r.n]               all ends of the blocks before rest
//	masks[:n]                the ends in the first n blocks of rest
//	at                       rest without these
//	prevTaken, prevQuote     describe the byte before at: see context
//	inside                   whether at begins inside quotes
func scanGeneric(src []byte, comma byte, ends []uint32, base uint32, inside uint64) (r result) {
	var masks [plainBlocks]uint64
	prevTaken, prevQuote := context(src[0], comma, inside)
	rest := src[1:]
	for wrong := false; len(rest) > blockSize && !wrong; {
		n := 0
		if inside|prevQuote == 0 {
			n = blocksWithout(quote, rest[:min(len(rest)-1, plainBlocks*blockSize)])
		}
		if n > 0 {
			findStops(masks[:n], rest, comma)
			prevTaken = masks[n-1] >> 63
		} else {
			r.quotes = true
			for at := rest; len(at) > blockSize && n < quotedBlocks; at = at[blockSize:] {
				block := (*[blockSize]byte)(at)
				stops, quotes := stopsAndQuotes(block, comma)
				in := prefixXor(quotes) ^ inside
				// A byte in none of the masks may not be next to a quote, with one exception: the
				// '\r' of a line end after a closing quote.
				taken := stops | quotes | in
				wrong = quotes&^(taken<<1|prevTaken) != 0 || !returns((quotes<<1|prevQuote)&^taken, at)
				if wrong {
					break
				}
				prevTaken, prevQuote = taken>>63, quotes>>63
				inside = -(in >> 63)
				if hidden := stops & in; hidden != 0 {
					r.lines -= linesAmong(hidden, block)
					stops &^= in
				}
				masks[n] = stops
				n++
			}
		}
		r.n += appendPositions(ends[r.n:], masks[:n], base)
		rest = rest[n*blockSize:]
		base += uint32(n * blockSize)
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

// appendPositions writes the position of each bit that is set in the masks of some blocks, and
// returns how many these are. base is the position of the first block. A block of ordinary text has
// three to eight ends. Eight positions are always written, even if fewer bits are set: that costs
// less than a branch that is mispredicted.
func appendPositions(ends []uint32, masks []uint64, base uint32) (n int) {
	for _, mask := range masks {
		ends := (*[blockSize]uint32)(ends[n:])
		n += bits.OnesCount64(mask)
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
		base += blockSize
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
