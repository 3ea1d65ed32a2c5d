package aggregate

import "encoding/binary"

// masks cut a name of n bytes out of 32: those at n + 1.
var masks = func() (m [shortName + 2][4]uint64) {
	for n := range shortName + 1 {
		for i := range m[n+1] {
			m[n+1][i] = 1<<(8*max(0, n-8*i)) - 1 // 1<<64 is 0
		}
	}
	return m
}()

func (x *index) hashShort(k0, k1, k2, k3 uint64) uint64 {
	return (mix(k0, k1) ^ mix(k2, k3)) * x.seed.odd
}

func (x *index) hashMedium(k0, k1, k2, k3, k4, k5, k6 uint64) uint64 {
	return (mix(k0, k1) ^ mix(k2, k3) ^ mix(k4, k5) ^ mix(k6, x.seed.words[7])) * x.seed.odd
}

func (x *index) hashLong(b []byte) uint64 {
	h := uint64(len(b))
	for i := 0; i+16 <= len(b); i += 16 {
		h = mix(word(b[i:])^x.seed.words[0]^h, word(b[i+8:])^x.seed.words[1])
	}
	tail := b[len(b)-16:]
	return mix(word(tail)^x.seed.words[2]^h, word(tail[8:])^x.seed.words[3]) * x.seed.odd
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
func half(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// shortKey returns the key of at most shortName bytes, as find makes it.
func (x *index) shortKey(raw []byte) (key [4]uint64) {
	i := 0
	for ; len(raw) >= 8; raw = raw[8:] {
		key[i] = word(raw)
		i++
	}
	switch n := len(raw); { // what is left, from its front and from its back
	case n >= 4:
		key[i] = uint64(half(raw)) | uint64(half(raw[n-4:]))<<(8*(n-4))
	case n > 0:
		key[i] = uint64(raw[0]) | uint64(raw[n/2])<<(8*(n/2)) | uint64(raw[n-1])<<(8*(n-1))
	}
	for i := range key {
		key[i] ^= x.seed.words[i]
	}
	return key
}

// mediumKey returns the key of more than shortName and at most mediumName bytes.
func (x *index) mediumKey(raw []byte) (k0, k1, k2, k3, k4, k5, k6 uint64) {
	front, back := (*[32]byte)(raw), (*[24]byte)(raw[len(raw)-24:])
	return word(front[0:]) ^ x.seed.words[0], word(front[8:]) ^ x.seed.words[1], word(front[16:]) ^ x.seed.words[2], word(front[24:]) ^ x.seed.words[3],
		word(back[0:]) ^ x.seed.words[4], word(back[8:]) ^ x.seed.words[5], word(back[16:]) ^ x.seed.words[6]
}
