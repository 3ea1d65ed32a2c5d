package crc64nvme

import "sync"

// A fold takes the state before some blocks and returns the state after them. Their length is
// a multiple of blockSize.
//
// The mathematics of the kernels in assembly: a bit is a coefficient of a polynomial over GF(2),
// adding is xor, multiplying has no carries. The state after a message M is the remainder of
// M·x^64 divided by P. A state before M is added to M's first 64 bits. The CRC is reflected, so
// the first bit of a block is its highest power:
//
//	bit     0 ......... 63   64 ........ 127
//	power   x^127 ... x^64   x^63 ..... x^0
//	        first half F     second half S
//
// Only the remainder matters. So a block can move D bits towards the end of the message, where
// it is added to the block that is there. What is added has no more than 128 bits, and the same
// remainder as the block times x^D:
//
//	(F·x^64 + S)·x^D  ≡  F·(x^(D+64) mod P) + S·(x^D mod P)
//
// Each product is one instruction, and its second factor is a constant. A kernel has four
// registers, of one, two or four blocks each, which move by their common length at every step,
// independently of each other:
//
//	data   | a | b | c | d | a' | b' | c' | d' | ...     D = 512, 1024 or 2048
//	step   a = a·x^D + a',  b = b·x^D + b',  c = c·x^D + c',  d = d·x^D + d'
//
// After the last step, registers move onto each other and then their blocks, until one block is
// left. A Barrett reduction computes its remainder: it divides by P with two multiplications by
// constants.
//
//	(F·x^64 + S)·x^64  ≡  F·(x^128 mod P) + S·x^64  =  A·x^64 + B
//	q          =  A·μ div x^64, where μ = x^128 div P
//	remainder  =  B + (q·P mod x^64)
//
// V. Gopal et al., Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction,
// Intel, December 2009.
type fold func(state uint64, blocks []byte) uint64

// A variant is a fold and its name in tests and benchmarks.
type variant struct {
	name string
	fold fold
}

// fastest asks the processor once, at first use and not at start: CPUID costs microseconds in a
// virtual machine.
var fastest = sync.OnceValue(func() fold { return variants()[0].fold })

// foldConstants are the kernels' constants. TestConstants derives them from the polynomial.
//
// by512 has the factors of F and S for D = 512, and so on. The instruction's product of two
// reflected factors begins at bit 0 and has 127 bits. Read as 128 bits, it is x times too large.
// So the factors are x^(D+63) mod P and x^(D-1) mod P.
//
// barrett has μ and P, of 65 bits each, without their x^0: bit 0 is x^64, and the product is
// right as it is. Without its x^0, μ gives the same q. For the missing x^0 of P, the kernels add q.
type foldConstants struct {
	by2048, by1024, by512, by256, by128, barrett [2]uint64
}

var constants = foldConstants{
	by2048:  [2]uint64{0x37ccd3e14069cabc, 0xa043808c0f782663},
	by1024:  [2]uint64{0xa1ca681e733f9c40, 0x5f852fb61e8d92dc},
	by512:   [2]uint64{0x0c32cdb31e18a84a, 0x62242240ace5045a},
	by256:   [2]uint64{0xb0bc2e589204f500, 0xe1e0bb9d45d7a44c},
	by128:   [2]uint64{0xeadc41fd2ba3d420, 0x21e9761e252621ac},
	barrett: [2]uint64{0x27ecfa329aef9f77, 0x34d926535897936b},
}
