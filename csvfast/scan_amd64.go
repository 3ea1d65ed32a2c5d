//go:build !purego

package csvfast

import (
	"slices"

	"reduction/internal/cpu"
)

//go:noescape
func scanAVX2(src *byte, blocks int, ends *uint32, base uint32, comma byte, inside, prevTaken, prevQuote uint64) (r result)

//go:noescape
func scanAVX512(src *byte, blocks int, ends *uint32, base uint32, comma byte, inside, prevTaken, prevQuote uint64) (r result)

// variants returns the kernels that this machine can run, the fastest first.
func variants() []variant {
	v := []variant{{"generic", scanGeneric}}
	const avx2Needs = cpu.AVX2 | cpu.PCLMULQDQ | cpu.POPCNT | cpu.AVX | cpu.BMI1
	if cpu.Has(avx2Needs) {
		v = append(v, variant{"avx2", checked(scanAVX2)})
	}
	if cpu.Has(avx2Needs | cpu.AVX512F | cpu.AVX512BW | cpu.AVX512VBMI2) {
		v = append(v, variant{"avx512", checked(scanAVX512)})
	}
	slices.Reverse(v)
	return v
}
