//go:build !purego

package csvfast

// cpuid and xgetbv execute the instructions of these names.
func cpuid(leaf, subleaf uint32) (a, b, c, d uint32)
func xgetbv() uint32

// features reports which kernels the processor and the operating system support: see Intel 64 and
// IA-32 Architectures Software Developer's Manual, volume 1, §14.3 and §15.2 (detection), and
// volume 2, CPUID.
func features() (avx2, avx512 bool) {
	const (
		// Leaf 1, ECX.
		pclmulqdq = 1 << 1
		popcnt    = 1 << 23
		osxsave   = 1 << 27
		avx       = 1 << 28
		// Leaf 7, EBX and ECX.
		bmi1        = 1 << 3
		avx2Bit     = 1 << 5
		avx512f     = 1 << 16
		avx512bw    = 1 << 30
		avx512vbmi2 = 1 << 6
		// XCR0: the registers that the operating system saves.
		ymm = 1<<1 | 1<<2
		zmm = ymm | 1<<5 | 1<<6 | 1<<7
	)
	if max, _, _, _ := cpuid(0, 0); max < 7 {
		return false, false
	}
	has := func(reg, bits uint32) bool { return reg&bits == bits }
	_, _, c1, _ := cpuid(1, 0)
	if !has(c1, pclmulqdq|popcnt|osxsave|avx) {
		return false, false
	}
	_, b7, c7, _ := cpuid(7, 0)
	saved := xgetbv()
	avx2 = has(saved, ymm) && has(b7, bmi1|avx2Bit)
	avx512 = avx2 && has(saved, zmm) && has(b7, avx512f|avx512bw) && has(c7, avx512vbmi2)
	return avx2, avx512
}
