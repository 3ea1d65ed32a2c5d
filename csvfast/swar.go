package csvfast

// Eight bytes are compared at once in a 64-bit word (SWAR: SIMD within a register). The first byte
// is the lowest. A byte b equals c if x = b^c is 0, which is so exactly if the top bit of
//
//	(x&0x7f) + 0x7f | x
//
// is 0. Nothing carries into the next byte, because 0x7f + 0x7f is 0xfe. Where c is below 0x80, b
// may replace the second x. The shorter (x-1) &^ x is wrong here: it borrows from the next byte,
// and so takes the '-' in ",-" for a second comma.
const (
	ones = 0x0101010101010101
	lows = 0x7f * ones
	tops = 0x80 * ones

	// Multiplying by gather moves bit 7 of byte i to bit i of the top byte. Bit 7+8i goes to
	// 56+8i-7j for every j. No two bits meet, and only j = i leads to the top byte, at bit 56+i.
	gather = 0x0002040810204081
)

// stopsOf sets bit i if byte i is a separator or a line feed. commas is the separator, eight times.
func stopsOf(block *[blockSize]byte, commas uint64) uint64 {
	if commas&tops != 0 {
		return maskOf(block, commas) | maskOf(block, lineFeed*ones)
	}
	others := neither(load64(block[0:8]), commas) * gather >> 56
	others |= neither(load64(block[8:16]), commas) * gather >> 56 << 8
	others |= neither(load64(block[16:24]), commas) * gather >> 56 << 16
	others |= neither(load64(block[24:32]), commas) * gather >> 56 << 24
	others |= neither(load64(block[32:40]), commas) * gather >> 56 << 32
	others |= neither(load64(block[40:48]), commas) * gather >> 56 << 40
	others |= neither(load64(block[48:56]), commas) * gather >> 56 << 48
	others |= neither(load64(block[56:64]), commas) * gather >> 56 << 56
	return ^others
}

// maskOf sets bit i if byte i equals those of c, which are all the same.
func maskOf(block *[blockSize]byte, c uint64) uint64 {
	others := unequal(load64(block[0:8]), c) * gather >> 56
	others |= unequal(load64(block[8:16]), c) * gather >> 56 << 8
	others |= unequal(load64(block[16:24]), c) * gather >> 56 << 16
	others |= unequal(load64(block[24:32]), c) * gather >> 56 << 24
	others |= unequal(load64(block[32:40]), c) * gather >> 56 << 32
	others |= unequal(load64(block[40:48]), c) * gather >> 56 << 40
	others |= unequal(load64(block[48:56]), c) * gather >> 56 << 48
	others |= unequal(load64(block[56:64]), c) * gather >> 56 << 56
	return ^others
}

// neither sets the top bit of each byte that is neither a separator below 0x80 nor a line feed.
func neither(w, commas uint64) uint64 {
	y := w & lows
	return ((y^commas+lows)&(y^lineFeed*ones+lows) | w) & tops
}

// unequal sets the top bit of each byte that differs from c's.
func unequal(w, c uint64) uint64 {
	x := w ^ c
	return (x&lows + lows | x) & tops
}

// load64 compiles to one instruction where the processor has its lowest byte first.
func load64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
