package csvfast

// Eight bytes in a word, the first lowest. A byte is c exactly if y = byte ^ c is zero, and
// in (y&0x7f)+0x7f | y the top bit is clear exactly then; nothing carries into the next
// byte, for 0x7f + 0x7f is 0xfe. As c is below 0x80, "| byte" does for "| y". (The shorter
// (y-1) &^ y borrows from the next byte: it takes the '-' behind a comma for another comma.)
const (
	ones = 0x0101010101010101
	lows = 0x7f * ones
	tops = 0x80 * ones

	// Multiplied by gather, bit 7 of byte i becomes bit i of the top byte: bit 7+8i goes to
	// 56+8i-7j for all j, to each place at most one, and into the top byte for j = i only.
	gather = 0x0002040810204081
)

// stopsOf has bit i set where byte i is a comma or a line end.
func stopsOf(block *[blockSize]byte) uint64 {
	others := neither(load64(block[0:8])) * gather >> 56
	others |= neither(load64(block[8:16])) * gather >> 56 << 8
	others |= neither(load64(block[16:24])) * gather >> 56 << 16
	others |= neither(load64(block[24:32])) * gather >> 56 << 24
	others |= neither(load64(block[32:40])) * gather >> 56 << 32
	others |= neither(load64(block[40:48])) * gather >> 56 << 40
	others |= neither(load64(block[48:56])) * gather >> 56 << 48
	others |= neither(load64(block[56:64])) * gather >> 56 << 56
	return ^others
}

// quotesOf has bit i set where byte i is a quote.
func quotesOf(block *[blockSize]byte) uint64 {
	others := noQuote(load64(block[0:8])) * gather >> 56
	others |= noQuote(load64(block[8:16])) * gather >> 56 << 8
	others |= noQuote(load64(block[16:24])) * gather >> 56 << 16
	others |= noQuote(load64(block[24:32])) * gather >> 56 << 24
	others |= noQuote(load64(block[32:40])) * gather >> 56 << 32
	others |= noQuote(load64(block[40:48])) * gather >> 56 << 40
	others |= noQuote(load64(block[48:56])) * gather >> 56 << 48
	others |= noQuote(load64(block[56:64])) * gather >> 56 << 56
	return ^others
}

// neither has the top bit of each byte that is neither a comma nor a line end.
func neither(w uint64) uint64 {
	y := w & lows
	return ((y^','*ones+lows)&(y^'\n'*ones+lows) | w) & tops
}

// noQuote has the top bit of each byte that is no quote.
func noQuote(w uint64) uint64 { return ((w&lows ^ '"'*ones) + lows | w) & tops }

// load64 is what the compiler makes one instruction of.
func load64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
