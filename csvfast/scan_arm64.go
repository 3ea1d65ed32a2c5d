//go:build !purego

package csvfast

//go:noescape
func scanNEON(src *byte, blocks int, ends *uint32, base uint32, inside, before, behind uint64) (done, n, lines int, after uint64)

// variants are the kernels that this machine can run, the fastest first. Every arm64 has
// NEON (Arm Architecture Reference Manual, A1.5: it may be left out only where no general
// operating system is to run).
func variants() []variant {
	return []variant{{"neon", checked(scanNEON)}, {"generic", scanGeneric}}
}
