package aggregate

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// A slot holds one spelling of n bytes in one cache line, so that telling it from others
// needs nothing else:
//
//	n <= 32   key[0:3] its first 24 bytes   key[3]   its last 8
//	n <= 56   key[0:4] its first 32 bytes   key[4:7] its last 24
//	n >  56   key[0]   its hash             key[1]   where it stands in index.long
//
// The two halves overlap where they must. Bytes that n leaves unused are zero.
type slot struct {
	key [7]uint64
	n1  uint32 // n + 1; 0 in a free slot
	id  uint32
}

const (
	shortName  = 32
	mediumName = 56

	// What the look-up of a short name may read before it and from its first byte on.
	before = 8
	behind = 32

	minSlots = 1024
)

// index is an open hash table from spellings to ids, probed linearly and at most half full.
// The top bits of a hash choose the slot.
type index struct {
	slots []slot
	shift uint // 64 - log2(len(slots))
	used  int
	long  []string // spellings that no slot can hold
	seed  seed
}

func (x *index) init() {
	x.resize(minSlots)
	x.seed = newSeed()
}

// mask cuts the words of a short key out of what surrounds it.
type mask struct {
	first, second, third uint64
	last                 uint64 // by how much the last 8 bytes are shifted, to lose those before the first
}

// masks are those of each length.
var masks = func() (m [shortName + 1]mask) {
	low := func(n int) uint64 { return 1<<(8*max(n, 0)) - 1 } // n bytes; 1<<64 is 0
	for n := range m {
		m[n] = mask{low(n), low(n - 8), low(n - 16), uint64(max(0, 64-8*n))}
	}
	m[0].last = 63 // leaves the top bit of what stands before an empty name: of ',' or '\n', 0
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

// shortKey returns the key of at most shortName bytes, as find makes it.
func (x *index) shortKey(raw []byte) (key [7]uint64) {
	var padded [before + shortName]byte
	copy(padded[before:], raw)
	key[0] = word(padded[before:])
	key[1] = word(padded[before+8:])
	key[2] = word(padded[before+16:])
	key[3] = word(padded[len(raw):]) >> masks[len(raw)].last
	for i := range 4 {
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

// find looks up fields until ids is full, or a spelling is not there, too long, or too near
// to an end of data, and returns how many it has found.
//
// A short name is read in whole words, whatever its length, and what does not belong to it
// is cut off, so that no branch depends on the length:
//
//	...,Heart Disease,Medication A,31...
//	    Heart Di                            first
//	            sease---                    second
//	                    --------            third
//	         Disease,  ->                   last, shifted only where n < 8
func (x *index) find(ids []uint32, fields []span, data []byte) int {
	if len(data) < before+behind {
		return 0
	}
	base, limit := unsafe.SliceData(data), uint(len(data)-before-behind)
	fields = fields[:len(ids)]
	for j := range ids {
		p, n := uint(fields[j].p), uint(fields[j].n)
		if n > shortName || p-before > limit {
			return j
		}
		m := &masks[n]
		k0 := load(base, p)&m.first ^ x.seed.words[0]
		k1 := load(base, p+8)&m.second ^ x.seed.words[1]
		k2 := load(base, p+16)&m.third ^ x.seed.words[2]
		k3 := load(base, p+n-8)>>(m.last&63) ^ x.seed.words[3]
		for h := x.hashShort(k0, k1, k2, k3) >> (x.shift & 63); ; h++ {
			s := &x.slots[h&uint64(len(x.slots)-1)]
			if (s.key[0]^k0)|(s.key[1]^k1)|(s.key[2]^k2)|(s.key[3]^k3)|uint64(s.n1^uint32(n+1)) == 0 {
				ids[j] = s.id
				break
			}
			if s.n1 == 0 {
				return j
			}
		}
	}
	return len(ids)
}

// findMedium is find for names that are longer than shortName, but fit a slot.
func (x *index) findMedium(ids []uint32, fields []span, data []byte) int {
	fields = fields[:len(ids)]
	for j := range ids {
		f := fields[j]
		if f.n-(shortName+1) > mediumName-(shortName+1) {
			return j
		}
		k0, k1, k2, k3, k4, k5, k6 := x.mediumKey(data[f.p : f.p+f.n])
		for h := x.hashMedium(k0, k1, k2, k3, k4, k5, k6) >> (x.shift & 63); ; h++ {
			s := &x.slots[h&uint64(len(x.slots)-1)]
			k := &s.key
			if (k[0]^k0)|(k[1]^k1)|(k[2]^k2)|(k[3]^k3)|(k[4]^k4)|(k[5]^k5)|(k[6]^k6)|uint64(s.n1^(f.n+1)) == 0 {
				ids[j] = s.id
				break
			}
			if s.n1 == 0 {
				return j
			}
		}
	}
	return len(ids)
}

// findLong returns the id of a name that fits no slot.
func (x *index) findLong(raw []byte) (uint32, bool) {
	hash := x.hashLong(raw)
	for h := hash >> x.shift; ; h++ {
		s := &x.slots[h&uint64(len(x.slots)-1)]
		if s.n1 == uint32(len(raw)+1) && s.key[0] == hash && x.long[s.key[1]] == string(raw) {
			return s.id, true
		}
		if s.n1 == 0 {
			return 0, false
		}
	}
}

// add gives a spelling that is not there a slot.
func (x *index) add(spelling string, id uint32) {
	if x.used*2 >= len(x.slots) {
		x.resize(2 * len(x.slots))
	}
	x.used++
	s := slot{n1: uint32(len(spelling) + 1), id: id}
	switch b := []byte(spelling); {
	case len(b) <= shortName:
		s.key = x.shortKey(b)
	case len(b) <= mediumName:
		k := &s.key
		k[0], k[1], k[2], k[3], k[4], k[5], k[6] = x.mediumKey(b)
	default:
		s.key[0], s.key[1] = x.hashLong(b), uint64(len(x.long))
		x.long = append(x.long, spelling)
	}
	x.put(s)
}

// hash returns the hash of a slot's spelling.
func (x *index) hash(s *slot) uint64 {
	k := &s.key
	switch n := s.n1 - 1; {
	case n <= shortName:
		return x.hashShort(k[0], k[1], k[2], k[3])
	case n <= mediumName:
		return x.hashMedium(k[0], k[1], k[2], k[3], k[4], k[5], k[6])
	}
	return k[0]
}

func (x *index) put(s slot) {
	for h := x.hash(&s) >> x.shift; ; h++ {
		if free := &x.slots[h&uint64(len(x.slots)-1)]; free.n1 == 0 {
			*free = s
			return
		}
	}
}

func (x *index) resize(n int) {
	old := x.slots
	x.slots = make([]slot, n)
	x.shift = 64 - uint(bits.TrailingZeros(uint(n)))
	for _, s := range old {
		if s.n1 > 0 {
			x.put(s)
		}
	}
}
