//go:build !purego

package csvfast

import "slices"

//go:noescape
func scanAVX2(src *byte, blocks int, ends *uint32, base uint32, comma byte, inside, prevTaken, prevQuote uint64) (r result)

//go:noescape
func scanAVX512(src *byte, blocks int, ends *uint32, base uint32, comma byte, inside, prevTaken, prevQuote uint64) (r result)

// variants returns the kernels that this machine can run, the fastest first.
func variants() []variant {
	v := []variant{{"generic", scanGeneric}}
	avx2, avx512 := features()
	if avx2 {
		v = append(v, variant{"avx2", checked(scanAVX2)})
	}
	if avx512 {
		v = append(v, variant{"avx512", checked(scanAVX512)})
	}
	slices.Reverse(v)
	return v
}
