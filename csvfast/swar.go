package csvfast

// Eight bytes are compared at once in a 64-bit word (SWAR: SIMD within a register). The first byte
// is the lowest. A byte b equals c, which is below 0x80, exactly if the top bit of
//
//	(b&0x7f ^ c) + 0x7f | b
//
// is 0. Nothing carries into the next byte, because 0x7f + 0x7f is 0xfe. The shorter (x-1) &^ x, of
// x = b^c, is wrong here: it borrows from the next byte, and so takes the '-' in ",-" for a second
// comma.
const (
	ones = 0x0101010101010101
	lows = 0x7f * ones
	tops = 0x80 * ones
)

// notStops sets the top bit of each byte that is neither a separator below 0x80 nor a line feed.
// commas is the separator, eight times.
func notStops(w, commas uint64) uint64 {
	b := w & lows
	return ((b^commas+lows)&(b^lineFeed*ones+lows) | w) & tops
}

// notQuotes sets the top bit of each byte that is not a quote.
func notQuotes(w uint64) uint64 {
	b := w & lows
	return (b ^ quote*ones + lows | w) & tops
}

// findStops makes a mask of each block: bit i is set if byte i is a separator or a line feed. It
// collects the top bits of the block's words in one word x, which moves on by one bit for each. Then
// byte j of word i has
//
//	bit i of byte j    in x
//	bit j of byte i    in the mask
//
// So the mask is x with rows and columns exchanged.
func findStops(stops []uint64, blocks []byte, comma byte) {
	commas := uint64(comma) * ones
	if commas&tops != 0 {
		for i := range stops {
			stops[i], _ = slowStopsAndQuotes((*[blockSize]byte)(blocks[i*blockSize:]), comma)
		}
		return
	}
	for i := range stops {
		block := (*[blockSize]byte)(blocks)
		x := notStops(load64(block[0:8]), commas)
		x = x>>1 | notStops(load64(block[8:16]), commas)
		x = x>>1 | notStops(load64(block[16:24]), commas)
		x = x>>1 | notStops(load64(block[24:32]), commas)
		x = x>>1 | notStops(load64(block[32:40]), commas)
		x = x>>1 | notStops(load64(block[40:48]), commas)
		x = x>>1 | notStops(load64(block[48:56]), commas)
		x = x>>1 | notStops(load64(block[56:64]), commas)
		stops[i] = ^transpose(x)
		blocks = blocks[blockSize:]
	}
}

// stopsAndQuotes makes the mask of findStops for one block, and the mask of its quotes.
func stopsAndQuotes(block *[blockSize]byte, comma byte) (stops, quotes uint64) {
	commas := uint64(comma) * ones
	if commas&tops != 0 {
		return slowStopsAndQuotes(block, comma)
	}
	w := load64(block[0:8])
	x, y := notStops(w, commas), notQuotes(w)
	w = load64(block[8:16])
	x, y = x>>1|notStops(w, commas), y>>1|notQuotes(w)
	w = load64(block[16:24])
	x, y = x>>1|notStops(w, commas), y>>1|notQuotes(w)
	w = load64(block[24:32])
	x, y = x>>1|notStops(w, commas), y>>1|notQuotes(w)
	w = load64(block[32:40])
	x, y = x>>1|notStops(w, commas), y>>1|notQuotes(w)
	w = load64(block[40:48])
	x, y = x>>1|notStops(w, commas), y>>1|notQuotes(w)
	w = load64(block[48:56])
	x, y = x>>1|notStops(w, commas), y>>1|notQuotes(w)
	w = load64(block[56:64])
	x, y = x>>1|notStops(w, commas), y>>1|notQuotes(w)
	return ^transpose(x), ^transpose(y)
}

// slowStopsAndQuotes is stopsAndQuotes for any separator. It is for those that are not ASCII.
func slowStopsAndQuotes(block *[blockSize]byte, comma byte) (stops, quotes uint64) {
	for i, c := range block {
		switch c {
		case comma, lineFeed:
			stops |= 1 << i
		case quote:
			quotes |= 1 << i
		}
	}
	return stops, quotes
}

// transpose exchanges rows and columns of a matrix of 8 by 8 bits, whose rows are the bytes of x:
// first within squares of 2 by 2 bits, then of 4 by 4, then of 8 by 8 (Warren, Hacker's Delight,
// second edition, §7-3).
func transpose(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}

// load64 compiles to one instruction where the processor has its lowest byte first.
func load64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
