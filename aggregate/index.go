package aggregate

import (
	"encoding/binary"
	"hash/maphash"
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
	seed  [8]uint64
}

func (x *index) init() {
	x.resize(minSlots)
	x.seed = newSeed()
}

// newSeed returns eight words that the author of a file cannot know.
func newSeed() (seed [8]uint64) {
	s := maphash.MakeSeed()
	for i := range seed {
		seed[i] = maphash.Bytes(s, []byte{byte(i)})
	}
	return seed
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

// mix multiplies to 128 bits and folds the product: the step of wyhash, and of Go's own
// memhash where it has no AES. Both factors are crossed with secret words, so that a file
// cannot steer names into one slot, and every bit of a key takes part.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func (x *index) hashShort(k0, k1, k2, k3 uint64) uint64 {
	return mix(k0, k1) ^ mix(k2, k3)
}

func (x *index) hashMedium(k *[7]uint64) uint64 {
	return x.hashShort(k[0], k[1], k[2], k[3]) ^
		mix(k[4]^x.seed[4], k[5]^x.seed[5]) ^ mix(k[6]^x.seed[6], x.seed[7])
}

func (x *index) hashLong(b []byte) uint64 {
	h := uint64(len(b))
	for i := 0; i+16 <= len(b); i += 16 {
		h = mix(word(b[i:])^x.seed[0]^h, word(b[i+8:])^x.seed[1])
	}
	tail := b[len(b)-16:]
	return mix(word(tail)^x.seed[2]^h, word(tail[8:])^x.seed[3])
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

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
		k0 := load(base, p)&m.first ^ x.seed[0]
		k1 := load(base, p+8)&m.second ^ x.seed[1]
		k2 := load(base, p+16)&m.third ^ x.seed[2]
		k3 := load(base, p+n-8)>>(m.last&63) ^ x.seed[3]
		h := (mix(k0, k1) ^ mix(k2, k3)) >> (x.shift & 63)
		for {
			s := &x.slots[h&uint64(len(x.slots)-1)]
			if (s.key[0]^k0)|(s.key[1]^k1)|(s.key[2]^k2)|(s.key[3]^k3)|uint64(s.n1^uint32(n+1)) == 0 {
				ids[j] = s.id
				break
			}
			if s.n1 == 0 {
				return j
			}
			h++
		}
	}
	return len(ids)
}

// long looks up a spelling of more than shortName bytes.
func (d *Dict) long(raw []byte) (uint32, error) {
	x := &d.index
	if x.slots == nil {
		x.init()
	}
	key, h := x.longKey(raw)
	for h >>= x.shift; ; h++ {
		s := &x.slots[h&uint64(len(x.slots)-1)]
		if s.n1 == 0 {
			return d.add(raw)
		}
		if s.n1 != uint32(len(raw)+1) {
			continue
		}
		if len(raw) <= mediumName {
			if s.key == key {
				return s.id, nil
			}
		} else if s.key[0] == key[0] && x.long[s.key[1]] == string(raw) {
			return s.id, nil
		}
	}
}

// longKey returns the key and the hash of a spelling of more than shortName bytes. The
// place of one that no slot can hold is left open.
func (x *index) longKey(raw []byte) (key [7]uint64, hash uint64) {
	if len(raw) > mediumName {
		key[0] = x.hashLong(raw)
		return key, key[0]
	}
	front, back := raw[:32], raw[len(raw)-24:]
	key = [7]uint64{word(front), word(front[8:]), word(front[16:]), word(front[24:]), word(back), word(back[8:]), word(back[16:])}
	return key, x.hashMedium(&key)
}

func (x *index) shortKey(raw []byte) (key [7]uint64, hash uint64) {
	var padded [before + shortName]byte
	copy(padded[before:], raw)
	for i := range 3 {
		key[i] = word(padded[before+8*i:])
	}
	key[3] = word(padded[len(raw):]) >> masks[len(raw)].last
	for i := range 4 {
		key[i] ^= x.seed[i]
	}
	return key, x.hashShort(key[0], key[1], key[2], key[3])
}

// add gives a spelling that is not there a slot.
func (x *index) add(spelling string, id uint32) {
	if x.slots == nil {
		x.init()
	}
	if x.used*2 >= len(x.slots) {
		x.resize(2 * len(x.slots))
	}
	x.used++
	s := slot{n1: uint32(len(spelling) + 1), id: id}
	var h uint64
	switch n := len(spelling); {
	case n <= shortName:
		s.key, h = x.shortKey([]byte(spelling))
	default:
		s.key, h = x.longKey([]byte(spelling))
		if n > mediumName {
			s.key[1] = uint64(len(x.long))
			x.long = append(x.long, spelling)
		}
	}
	x.put(s, h)
}

func (x *index) put(s slot, h uint64) {
	for h >>= x.shift; ; h++ {
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
		switch {
		case s.n1 == 0:
		case s.n1-1 <= shortName:
			x.put(s, x.hashShort(s.key[0], s.key[1], s.key[2], s.key[3]))
		case s.n1-1 <= mediumName:
			x.put(s, x.hashMedium(&s.key))
		default:
			x.put(s, s.key[0])
		}
	}
}
