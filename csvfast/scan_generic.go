package csvfast

import "math/bits"

// scanGeneric is the kernel in ordinary Go: SWAR, eight bytes in a 64-bit word, eight words
// a block. The other variants do the same, in the same order, with wider registers.
func scanGeneric(src []byte, ends []uint32, base uint32, inside uint64) (blocks, n int, _ uint64) {
	// Of the byte before the block: edge, it was a comma, a line end or a quote; closed, it
	// was a closing quote.
	var edge, closed uint64
	switch src[0] {
	case ',', '\n':
		edge = 1
	case '"':
		edge, closed = 1, ^inside&1
	}
	for src = src[1:]; len(src) > blockSize; src = src[blockSize:] {
		b := (*[blockSize]byte)(src)
		w0, w1, w2, w3 := load64(b[0:8]), load64(b[8:16]), load64(b[16:24]), load64(b[24:32])
		w4, w5, w6, w7 := load64(b[32:40]), load64(b[40:48]), load64(b[48:56]), load64(b[56:64])
		stops := stops8(w0) | stops8(w1)<<8 | stops8(w2)<<16 | stops8(w3)<<24 |
			stops8(w4)<<32 | stops8(w5)<<40 | stops8(w6)<<48 | stops8(w7)<<56
		quoted := notQuote(w0)&notQuote(w1)&notQuote(w2)&notQuote(w3)&
			notQuote(w4)&notQuote(w5)&notQuote(w6)&notQuote(w7)&tops != tops

		if !quoted && inside|closed == 0 {
			edge = stops >> 63
		} else {
			quotes := quotes8(w0) | quotes8(w1)<<8 | quotes8(w2)<<16 | quotes8(w3)<<24 |
				quotes8(w4)<<32 | quotes8(w5)<<40 | quotes8(w6)<<48 | quotes8(w7)<<56
			in := prefixXor(quotes) ^ inside
			edges := stops | quotes
			opening, closing := quotes&in, quotes&^in
			if opening&^(edges<<1|edge) != 0 || !returns((closing<<1|closed)&^edges, src) {
				return blocks, n, inside
			}
			edge, closed = edges>>63, closing>>63
			inside = -(in >> 63)
			stops &^= in
		}

		n += appendPositions((*[blockSize]uint32)(ends[n:]), stops, base)
		base += blockSize
		blocks++
	}
	return blocks, n, inside
}

// appendPositions writes base plus the position of each bit of the mask, and returns how
// many these are. A block of ordinary text has three to eight: so many are written whether
// they are there or not, which costs less than a branch that no one can foretell.
func appendPositions(ends *[blockSize]uint32, mask uint64, base uint32) int {
	n := bits.OnesCount64(mask)
	for i := 0; ; i += 8 {
		group := (*[8]uint32)(ends[i&(blockSize-1):])
		for j := range group {
			group[j] = base + uint32(bits.TrailingZeros64(mask))
			mask &= mask - 1
		}
		if i+8 >= n {
			return n
		}
	}
}

// returns tells whether "\r\n" stands at every set bit of the mask: the one thing that may
// follow a closing quote and is not seen in the masks.
func returns(mask uint64, src []byte) bool {
	for ; mask != 0; mask &= mask - 1 {
		i := bits.TrailingZeros64(mask)
		if src[i] != '\r' || src[i+1] != '\n' {
			return false
		}
	}
	return true
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

// A byte b is c exactly if y = b ^ c is zero. In y&0x7f + 0x7f | y the top bit is clear
// exactly then, and nothing carries into the next byte, for 0x7f + 0x7f is 0xfe. (The
// shorter (y - 1) &^ y borrows from it: it takes the '-' behind a comma for a second one.)
const (
	ones = 0x0101010101010101
	lows = 0x7f * ones
	tops = 0x80 * ones
	// Multiplied by gather, bit 0 of byte i becomes bit i of the top byte.
	gather = 0x0102040810204080
)

// stops8 has bit i set where byte i is a comma or a line end.
func stops8(w uint64) uint64 {
	y := w & lows
	neither := ((y^','*ones)+lows)&((y^'\n'*ones)+lows) | w
	return ^neither & tops >> 7 * gather >> 56
}

// notQuote has the top bit of a byte set where it is no quote; the others mean nothing.
func notQuote(w uint64) uint64 { return (w&lows ^ '"'*ones) + lows | w }

// quotes8 has bit i set where byte i is a quote.
func quotes8(w uint64) uint64 { return ^notQuote(w) & tops >> 7 * gather >> 56 }

// load64 loads a word, the first byte lowest.
func load64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
