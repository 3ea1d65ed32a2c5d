package aggregate

// A slot holds one spelling of n bytes in one cache line, so that telling it from others
// needs nothing else:
//
//	n <= 32   key[0:4] its bytes, then zeros
//	n <= 56   key[0:4] its first 32 bytes   key[4:7] its last 24, some of them again
//	n >  56   key[0]   its hash             key[1]   where it stands in index.long
//
// Words of bytes are crossed with secret ones, as hashing needs them: see seed.
type slot struct {
	key [7]uint64
	n1  uint32 // n + 1; 0 in a free slot
	id  uint32
}

const (
	twoWords   = 16
	shortName  = 32
	mediumName = 56
)

// minSlots is what an index begins with: enough that a few dozen names seldom meet.
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

// add gives a spelling that is not there a slot. The index is not full.
func (x *index) add(spelling string, id uint32) {
	x.used++
	s := slot{n1: uint32(len(spelling) + 1), id: id}
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
	switch n := s.n1 - 1; {
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

// home is where a hash's slot is looked for first, once cut to the index's size.
func home(hash uint64) uint64 { return hash >> 32 }

func (x *index) put(s slot) {
	for h := home(x.hash(&s)); ; h++ {
		if free := &x.slots[h&uint64(len(x.slots)-1)]; free.n1 == 0 {
			*free = s
			return
		}
	}
}

func (x *index) resize(n int) {
	old := x.slots
	x.slots = make([]slot, n)
	for _, s := range old {
		if s.n1 > 0 {
			x.put(s)
		}
	}
}
