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

// findAES is findGeneric with 16 bytes at a time. It reads base[p:p+32] where the span p, n
// has n <= 32 and p <= limit.
//
//go:noescape
func findAES(x *index, ids *uint32, fields *span, count int, base *byte, limit int) int
