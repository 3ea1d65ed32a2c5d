package crc64nvme

import (
	"encoding/binary"
	"sync"
)

// tables[k][b] is the state after a byte b and k zero bytes.
var tables = sync.OnceValue(func() *[8][256]uint64 {
	t := new([8][256]uint64)
	for b := range t[0] {
		state := uint64(b)
		for range 8 {
			state = timesX(state)
		}
		t[0][b] = state
	}
	for k := 1; k < len(t); k++ {
		for b, state := range t[k-1] {
			t[k][b] = state>>8 ^ t[0][byte(state)]
		}
	}
	return t
})

// timesX returns state·x mod P.
func timesX(state uint64) uint64 {
	if state&1 == 1 {
		return state>>1 ^ polynomial
	}
	return state >> 1
}

// foldTable is the fold in plain Go: eight bytes at a time, each looked up by how many follow.
func foldTable(state uint64, blocks []byte) uint64 {
	t := tables()
	for ; len(blocks) >= 8; blocks = blocks[8:] {
		s := state ^ binary.LittleEndian.Uint64(blocks)
		state = t[7][byte(s)] ^ t[6][byte(s>>8)] ^ t[5][byte(s>>16)] ^ t[4][byte(s>>24)] ^
			t[3][byte(s>>32)] ^ t[2][byte(s>>40)] ^ t[1][byte(s>>48)] ^ t[0][byte(s>>56)]
	}
	return state
}
