package csvfast

import "sync"

// blockSize is how many bytes a kernel judges at once: one bit for each fits a register.
const blockSize = 64

// The bytes that the grammar knows beside the separator. The assembly uses these constants, too.
const (
	quote          = '"'
	lineFeed       = '\n'
	carriageReturn = '\r'
)

// A kernel finds where fields end in some blocks of 64 bytes. src is the byte before the first
// block, the blocks, and one byte behind the last. For every block a kernel makes these masks, in
// which bit 0, on the left, is the block's first byte:
//
//	bytes    ,"a,b","c""d"\n
//	stops    1..1..1......1    separators and line feeds
//	lines    .............1    line feeds
//	quotes   .1...1.1.11.1.
//	inside   .1111..11.11..    prefix xor of quotes: from an opening quote up to the closing one
//	ends     1.....1......1    stops that are not inside
//
// (A doubled quote closes the field and opens it again.) The kernel writes base plus the position
// of each end to ends, which has room for the blocks' bytes and 64 more. inside says whether the
// first block begins inside quotes: all ones or 0.
//
// A kernel stops before a block that holds a quote in a wrong place. What may be on either side:
//
//	before an opening quote    a separator, a line feed, a closing quote (the two are one doubled quote)
//	behind a closing quote     a separator, a line feed, an opening quote, "\r\n"
type kernel func(src []byte, comma byte, ends []uint32, base uint32, inside uint64) result

// A result is what a kernel found in the blocks up to the first wrong one. (That one may count for
// quotes.)
type result struct {
	blocks int    // how many blocks these are
	n      int    // positions written to ends
	lines  int    // line feeds among these
	inside uint64 // all ones if the byte behind the blocks is inside quotes, or else 0
	quotes bool   // whether a block holds a quote, or begins inside quotes or behind one
}

// A variant is a kernel and its name in tests and benchmarks.
type variant struct {
	name string
	scan kernel
}

// fastest asks the processor once: CPUID costs microseconds in a virtual machine.
var fastest = sync.OnceValue(func() kernel { return variants()[0].scan })

// context returns what a kernel needs to know of the byte before a block. before is 1 if an
// opening quote may follow that byte, behind is 1 if that byte is a quote.
func context(b, comma byte, inside uint64) (before, behind uint64) {
	switch b {
	case quote:
		return 1, 1
	case comma, lineFeed:
		return 1, 0
	}
	return inside & 1, 0
}
