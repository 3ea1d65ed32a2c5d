//go:build !purego

package aggregate

import "reduction/internal/cpu"

// hasAES says whether the processor has the instructions that findAES is made of.
func hasAES() bool { return cpu.Has(cpu.AES | cpu.AVX | cpu.AVX2) }

// hashAES is hashShort where the index uses AES.
//
//go:noescape
func hashAES(x *index, key *[4]uint64) uint64

// findAES is findGeneric with 32 bytes at a time, for one name or more.
//
//go:noescape
func findAES(x *index, ids *uint32, count int, text *byte, ends *uint32, stride int) int
