//go:build !purego

package aggregate

// hasAES tells whether the processor has the instructions that findAES is made of, beyond
// those that every amd64 has.
var hasAES = cpuAES()

func cpuAES() bool

// hashAES is hashShort where the index uses AES.
//
//go:noescape
func hashAES(x *index, key *[4]uint64) uint64

// findAES is findGeneric with 16 bytes at a time, for one name or more.
//
//go:noescape
func findAES(x *index, ids *uint32, count int, text *byte, ends *uint32, stride int) int
