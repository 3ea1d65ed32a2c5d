//go:build !purego

package cpu

import "sync"

// Features are sets of instructions. A set that uses registers is there only if the operating
// system saves them.
type Features uint32

const (
	AES Features = 1 << iota
	PCLMULQDQ
	POPCNT
	AVX
	BMI1
	AVX2
	VPCLMULQDQ
	AVX512F
	AVX512BW
	AVX512VBMI2
)

// Has says whether all of these are there. It asks the processor at the first call, and not at
// start: CPUID takes microseconds in a virtual machine.
func Has(f Features) bool { return detected()&f == f }

var detected = sync.OnceValue(detect)

// detect follows Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, §14.3 and
// §15.2 (detection), and volume 2, CPUID.
func detect() (f Features) {
	const (
		osxsave = 1 << 27     // leaf 1, ECX: XGETBV may be asked
		ymm     = 1<<1 | 1<<2 // XCR0: the registers of AVX and AVX2
		zmm     = ymm | 7<<5  // and of AVX-512
	)
	max, _, _, _ := cpuid(0, 0)
	_, _, c1, _ := cpuid(1, 0)
	saved := uint32(0)
	if c1&osxsave != 0 {
		saved = xgetbv()
	}
	b7, c7 := uint32(0), uint32(0)
	if max >= 7 {
		_, b7, c7, _ = cpuid(7, 0)
	}
	for _, s := range [...]struct {
		feature   Features
		reg       uint32
		bit       int
		registers uint32 // that have to be saved
	}{
		{PCLMULQDQ, c1, 1, 0}, {POPCNT, c1, 23, 0}, {AES, c1, 25, 0}, {AVX, c1, 28, ymm},
		{BMI1, b7, 3, 0}, {AVX2, b7, 5, ymm}, {VPCLMULQDQ, c7, 10, ymm},
		{AVX512F, b7, 16, zmm}, {AVX512BW, b7, 30, zmm}, {AVX512VBMI2, c7, 6, zmm},
	} {
		if s.reg>>s.bit&1 == 1 && saved&s.registers == s.registers {
			f |= s.feature
		}
	}
	return f
}

// cpuid and xgetbv are the instructions of these names.
func cpuid(leaf, subleaf uint32) (a, b, c, d uint32)
func xgetbv() uint32
