//go:build !amd64 || purego

package aggregate

const hasAES = false

func hashAES(x *index, key *[4]uint64) uint64 { panic("aggregate: no AES") }

func findAES(x *index, ids *uint32, fields *span, count int, base *byte, limit int) int {
	panic("aggregate: no AES")
}
