package csvfast

import "sync"

// blockSize is how many bytes a kernel judges at once: one bit for each fits a register.
const blockSize = 64

// The bytes that mean something to the grammar, besides the separator. The assembly uses these
// constants, too.
const (
	quote          = '"'
	lineFeed       = '\n'
	carriageReturn = '\r'
)

// A kernel finds where fields end in some blocks of 64 bytes. src is the byte before the first
// block, the blocks, and one byte after the last. For every block a kernel makes these masks. Bit
// 0, on the left, is the block's first byte:
//
//	bytes    ,"a,b","c""d"\n
//	stops    1..1..1......1    separators and line feeds
//	lines    .............1    line feeds
//	quotes   .1...1.1.11.1.
//	inside   .1111..11.11..    prefix xor of quotes: an opening quote and what it quotes
//	ends     1.....1......1    stops that are not inside
//
// (A doubled quote closes the field and opens it again.) The kernel writes base plus the position
// of each end to ends, which has room for the blocks' bytes and 64 more. inside says whether the
// first block begins inside quotes: all ones or 0.
//
// A kernel stops before a block that holds a quote in a wrong place. What is right:
//
//	before an opening quote    a separator, a line feed, a closing quote
//	after a closing quote      a separator, a line feed, an opening quote, "\r\n"
//
// (A closing quote before an opening one makes a doubled quote.)
type kernel func(src []byte, comma byte, ends []uint32, base uint32, inside uint64) result

// A result is what a kernel found in the blocks before the first wrong one.
type result struct {
	blocks int    // how many blocks these are
	n      int    // positions written to ends
	lines  int    // line feeds among these
	inside uint64 // all ones if the byte after the blocks is inside quotes, or else 0
	quotes bool   // whether a block holds a quote, begins inside quotes, follows one or is wrong
}

// A variant is a kernel and its name in tests and benchmarks.
type variant struct {
	name string
	scan kernel
}

// fastest asks the processor once: CPUID costs microseconds in a virtual machine.
var fastest = sync.OnceValue(func() kernel { return variants()[0].scan })

// context returns what a kernel needs to know about the byte before a block, as 0 or 1. prevTaken:
// it may be next to a quote. prevQuote: it is a quote.
func context(b, comma byte, inside uint64) (prevTaken, prevQuote uint64) {
	switch b {
	case quote:
		return 1, 1
	case comma, lineFeed:
		return 1, 0
	}
	return inside & 1, 0
}
