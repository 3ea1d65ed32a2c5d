//go:build !purego

package aggregate

import "sync"

// hasAES reports whether the processor has the instructions that findAES uses, and the operating
// system saves their registers. It asks the processor once, when the first Dict begins: CPUID costs
// microseconds in a virtual machine. (Intel 64 and IA-32 Architectures Software Developer's
// Manual, volume 1, §14.3, and volume 2, CPUID.)
var hasAES = sync.OnceValue(func() bool {
	const (
		aes, osxsave, avx = 1 << 25, 1 << 27, 1 << 28 // leaf 1, ECX
		avx2              = 1 << 5                    // leaf 7, EBX
		ymm               = 1<<1 | 1<<2               // XCR0
	)
	if max, _, _, _ := cpuid(0, 0); max < 7 {
		return false
	}
	if _, _, c, _ := cpuid(1, 0); c&(aes|osxsave|avx) != aes|osxsave|avx {
		return false
	}
	_, b, _, _ := cpuid(7, 0)
	return b&avx2 != 0 && xgetbv()&ymm == ymm
})

// cpuid and xgetbv execute the instructions of these names.
func cpuid(leaf, subleaf uint32) (a, b, c, d uint32)
func xgetbv() uint32

// hashAES is hashShort for an index that uses AES.
//
//go:noescape
func hashAES(x *index, key *[4]uint64) uint64

// findAES is findGeneric with registers of 32 bytes and another hash. count must be at least 1.
//
//go:noescape
func findAES(x *index, ids *uint32, count int, text *byte, ends *uint32, stride int) int
