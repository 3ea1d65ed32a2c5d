package csvfast

import "sync"

// blockSize is what a kernel looks at in one step, so that a mask of it fits a register.
const blockSize = 64

// A scanFunc is a kernel: it finds where fields end. src is the byte before the first
// block, one block or more of 64 bytes, and one byte behind the last; every block is judged
// together with the bytes before and behind it:
//
//	bytes    ,"a,b","c""d"\r\n
//	commas   1..1..1..........    bit 0 is the first byte
//	lines    .................1
//	quotes   .1....1.1..11..1..
//	inside   .11111..1111.111..    prefix xor of the quotes: from an opening quote up to
//	ends     1......1.........1    the closing one; a doubled quote closes and opens
//
// It writes base plus the positions of the ends, and returns how many blocks it has done,
// how many positions it has written, how many of these are line ends, and whether the byte
// behind the last block is inside: all ones or none, as it was handed in. ends has room for
// 64 positions more than there are bytes in the blocks.
//
// Before a block in which a quote is wrong it stops. An opening quote follows a comma, a
// line end or a closing quote (then the two are one); what follows a closing quote is a
// comma, a line end, an opening quote or "\r\n".
type scanFunc func(src []byte, ends []uint32, base uint32, inside uint64) (blocks, n, lines int, _ uint64)

// A variant is a kernel and its name in tests and benchmarks.
type variant struct {
	name string
	scan scanFunc
}

// fastest asks the processor once: CPUID costs microseconds in a virtual machine.
var fastest = sync.OnceValue(func() scanFunc { return variants()[0].scan })

// context is what a kernel needs to know of the byte before a block, as 0 or 1: before, that
// it may stand in front of a quote; behind, that it is one.
func context(b byte, inside uint64) (before, behind uint64) {
	switch b {
	case '"':
		return 1, 1
	case ',', '\n':
		return 1, 0
	}
	return inside & 1, 0
}
