package aggregate

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// A slot holds one spelling of n bytes in one cache line, so that comparing it reads no other
// memory:
//
//	n <= 32   key[0:4] its bytes, then zeros
//	n <= 56   key[0:4] its first 32 bytes   key[4:7] its last 24 bytes, some of them again
//	n >  56   key[0]   its hash             key[1]   its index in index.long
//
// Words of bytes are stored xored with words of the seed, because hashing needs them so.
type slot struct {
	key      [7]uint64
	lenPlus1 uint32 // n + 1; 0 in a free slot
	id       uint32
}

const (
	twoWords   = 16
	threeWords = 24
	shortName  = 32
	mediumName = 56
)

// minSlots is the first size of an index: enough that a few dozen names seldom collide.
const minSlots = 512

// index is an open hash table from spellings to ids, probed linearly and at most half full.
// The top half of a hash chooses the slot.
type index struct {
	slots   []slot
	used    int
	longest int          // of the short spellings, in bytes
	long    list[string] // spellings that no slot can hold
	seed    seed
	aes     bool // findAES looks up the short names, and hashAES hashes them
}

func (x *index) init(aes bool) {
	x.resize(minSlots)
	x.seed = newSeed()
	x.aes = aes
}

// full reports whether the index has to grow before another spelling is added.
func (x *index) full() bool { return x.used*2 >= len(x.slots) }

// add gives a new spelling a slot. The index must not be full.
func (x *index) add(spelling string, id uint32) {
	x.used++
	s := slot{lenPlus1: uint32(len(spelling) + 1), id: id}
	switch b := []byte(spelling); {
	case len(b) <= shortName:
		*(*[4]uint64)(s.key[:]) = x.shortKey(b)
		x.longest = max(x.longest, len(b))
	case len(b) <= mediumName:
		k := &s.key
		k[0], k[1], k[2], k[3], k[4], k[5], k[6] = x.mediumKey(b)
	default:
		s.key[0], s.key[1] = x.hashLong(b), uint64(x.long.add(spelling))
	}
	x.put(s)
}

// hash returns the hash of a slot's spelling.
func (x *index) hash(s *slot) uint64 {
	k := &s.key
	switch n := s.lenPlus1 - 1; {
	case n <= shortName:
		return x.hashOfShort((*[4]uint64)(k[:]))
	case n <= mediumName:
		return x.hashMedium(k[0], k[1], k[2], k[3], k[4], k[5], k[6])
	}
	return k[0]
}

func (x *index) hashOfShort(key *[4]uint64) uint64 {
	if x.aes {
		return hashAES(x, key)
	}
	return x.hashShort(key[0], key[1], key[2], key[3])
}

// home returns the first slot to probe for a hash, before it is reduced to the index's size.
func home(hash uint64) uint64 { return hash >> 32 }

func (x *index) put(s slot) {
	for h := home(x.hash(&s)); ; h++ {
		if free := &x.slots[h&uint64(len(x.slots)-1)]; free.lenPlus1 == 0 {
			*free = s
			return
		}
	}
}

func (x *index) resize(n int) {
	old := x.slots
	x.slots = make([]slot, n)
	for _, s := range old {
		if s.lenPlus1 > 0 {
			x.put(s)
		}
	}
}

// masks[n+1] keeps the first n of 32 bytes. masks[0] keeps none: it is for ends that are wrong.
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
	switch n := len(raw); { // the rest, read from its front and from its back; the reads may overlap
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

// seed is random, so that the author of a file cannot choose names that collide. Every hash xors
// the words of a key with words of the seed, multiplies them in pairs with mix, and multiplies the
// xor of the products by odd. The top bits of the hash choose the slot. Do not leave out the last
// step: without it, one seed in a hundred put names that differ in two bytes close together (16,384
// of them on average 444 slots from home, and not half a slot as random names would be).
type seed struct {
	words [8]uint64
	odd   uint64
}

func newSeed() (s seed) {
	random := maphash.MakeSeed()
	for i := range s.words {
		s.words[i] = maphash.Bytes(random, []byte{byte(i)})
	}
	s.odd = maphash.Bytes(random, nil) | 1
	return s
}

// pair returns the hash of two numbers.
func (s *seed) pair(a, b uint32) uint64 {
	return mix(uint64(a)<<32|uint64(b)^s.words[0], s.words[1]) * s.odd
}

// mix returns the xor of the two halves of the 128-bit product. wyhash does this step, and so does
// Go's own memhash on processors without AES.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
