//go:build !purego

package crc64nvme

// cpuid and xgetbv are the instructions of these names.
func cpuid(leaf, subleaf uint32) (a, b, c, d uint32)
func xgetbv() uint32

// width returns the length in bytes of the widest registers that the processor can multiply
// without carries and that the operating system saves: 64, 32 or 16, or 0 if there are none. Intel
// 64 and IA-32 Architectures Software Developer's Manual, volume 1, §14.3 and §15.2 (detection),
// volume 2, CPUID.
func width() int {
	const (
		// Leaf 1, ECX.
		pclmulqdq = 1 << 1
		osxsave   = 1 << 27
		avx       = 1 << 28
		// Leaf 7, EBX and ECX.
		avx2       = 1 << 5
		avx512f    = 1 << 16
		vpclmulqdq = 1 << 10
		// XCR0: registers that the system saves.
		ymm = 1<<1 | 1<<2
		zmm = ymm | 1<<5 | 1<<6 | 1<<7
	)
	has := func(reg, bits uint32) bool { return reg&bits == bits }
	max, _, _, _ := cpuid(0, 0)
	if _, _, c1, _ := cpuid(1, 0); !has(c1, pclmulqdq|osxsave|avx) {
		return 0
	}
	saved := xgetbv()
	if !has(saved, ymm) {
		return 0
	}
	if max < 7 {
		return 16
	}
	_, b7, c7, _ := cpuid(7, 0)
	switch {
	case !has(b7, avx2) || !has(c7, vpclmulqdq):
		return 16
	case !has(b7, avx512f) || !has(saved, zmm):
		return 32
	}
	return 64
}

// variants are the folds that this machine can run, the fastest first.
func variants() []variant {
	var v []variant
	w := width()
	if w >= 64 {
		v = append(v, variant{"vpclmul512", foldVPCLMUL512})
	}
	if w >= 32 {
		v = append(v, variant{"vpclmul256", foldVPCLMUL256})
	}
	if w >= 16 {
		v = append(v, variant{"pclmul", foldPCLMUL})
	}
	return append(v, variant{"table", foldTable})
}

// The kernels read n bytes from p: a positive multiple of 16, of 4·32 or of 4·64, in this order.

//go:noescape
func pclmul(state uint64, p *byte, n int) uint64

//go:noescape
func vpclmul256(state uint64, p *byte, n int) uint64

//go:noescape
func vpclmul512(state uint64, p *byte, n int) uint64

func foldPCLMUL(state uint64, blocks []byte) uint64 {
	if n := len(blocks) &^ (blockSize - 1); n > 0 {
		state = pclmul(state, &blocks[0], n)
	}
	return state
}

func foldVPCLMUL256(state uint64, blocks []byte) uint64 {
	n := len(blocks) &^ (4*32 - 1)
	if n > 0 {
		state = vpclmul256(state, &blocks[0], n)
	}
	return foldPCLMUL(state, blocks[n:])
}

func foldVPCLMUL512(state uint64, blocks []byte) uint64 {
	n := len(blocks) &^ (4*64 - 1)
	if n > 0 {
		state = vpclmul512(state, &blocks[0], n)
	}
	return foldPCLMUL(state, blocks[n:])
}
