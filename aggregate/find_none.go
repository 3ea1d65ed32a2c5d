//go:build !amd64 || purego

package aggregate

func hasAES() bool { return false }

func hashAES(x *index, key *[4]uint64) uint64 { panic("aggregate: no AES") }

func findAES(x *index, ids *uint32, count int, text *byte, ends *uint32, stride int) int {
	panic("aggregate: no AES")
}
