//go:build !purego

package csvfast

//go:noescape
func scanNEON(src *byte, blocks int, ends *uint32, base uint32, comma byte, inside, prevTaken, prevQuote uint64) (r result)

// variants returns the kernels that this machine can run, the fastest first. Every arm64 that
// runs a general operating system has NEON (Arm Architecture Reference Manual, A1.5).
func variants() []variant {
	return []variant{{"neon", checked(scanNEON)}, {"generic", scanGeneric}}
}
