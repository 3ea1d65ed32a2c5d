package aggregate

import "unsafe"

// load returns the little-endian word at p[i:i+8].
func load(p *byte, i uint) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(p), i))
}
