package aggregate

// find looks up fields until ids is full, or a spelling is not there, too long, or too near
// to the end of data, and returns how many it has found.
//
// A short name is read in whole words, whatever its length, and what does not belong to it
// is cut off, so that no branch depends on the length:
//
//	...,Heart Disease,Medication A,31\nCity Ho...
//	    Heart Di                                   k0
//	            sease---                           k1
//	                    --------                   k2
//	                            --------           k3
//
// The key then differs from that of another short name, unless only zeros at the end tell
// them apart: so the length is compared too.
//
// Fields stand in text, which begins a byte behind the data that ends counts from: where
// ends[0], ends[stride], ends[2*stride] and so on say. The byte before the next end is the
// last. Pad bytes behind each such place can be read.
func (x *index) find(ids []uint32, text []byte, ends []uint32, stride int) int {
	if len(ids) == 0 {
		return 0
	}
	_ = ends[(len(ids)-1)*stride+1]
	if x.aes {
		return findAES(x, &ids[0], len(ids), first(text), &ends[0], stride)
	}
	if x.longest <= twoWords {
		return x.findTwo(ids, first(text), &ends[0], stride)
	}
	return x.findGeneric(ids, first(text), &ends[0], stride)
}

// findGeneric is find, and what findAES does, in Go. All but a few names are where they are
// looked for first. For the others findFrom begins anew, so that nothing but the loop's own
// has to outlive a look, and the loop fits the registers. (With the probing inside a name
// costs 4.6 ns, with the key handed on 4.1, so 3.8. Comparisons joined to one cost as much
// as probing inside: nearly all answer alike, and one that is foretold costs next to nothing.)
func (x *index) findGeneric(ids []uint32, text *byte, ends *uint32, stride int) int {
	slots, i := x.slots, 0
	for j := range ids {
		p := load32(ends, i)
		lenPlus1 := load32(ends, i+1) - p
		if lenPlus1 > shortName+1 {
			return j
		}
		i += stride
		m := &masks[lenPlus1]
		k0 := load(text, uint(p))&m[0] ^ x.seed.words[0]
		k1 := load(text, uint(p)+8)&m[1] ^ x.seed.words[1]
		k2 := load(text, uint(p)+16)&m[2] ^ x.seed.words[2]
		k3 := load(text, uint(p)+24)&m[3] ^ x.seed.words[3]
		s := &slots[home(x.hashShort(k0, k1, k2, k3))&uint64(len(slots)-1)]
		if !s.isShort(k0, k1, k2, k3, lenPlus1) {
			if s = x.findFrom(text, p, lenPlus1); s == nil {
				return j
			}
		}
		ids[j] = s.id
	}
	return len(ids)
}

// findTwo is findGeneric while no short name has more than two words. (Whether the other two
// are needed is not asked name by name: that is a branch that nobody can foretell. For
// names of 9 to 16 bytes 3.1 ns a name instead of 4.2.)
func (x *index) findTwo(ids []uint32, text *byte, ends *uint32, stride int) int {
	slots, i := x.slots, 0
	rest := mix(x.seed.words[2], x.seed.words[3]) // as hashShort has it
	for j := range ids {
		p := load32(ends, i)
		lenPlus1 := load32(ends, i+1) - p
		if lenPlus1 > twoWords+1 {
			return j
		}
		i += stride
		m := &masks[lenPlus1]
		k0 := load(text, uint(p))&m[0] ^ x.seed.words[0]
		k1 := load(text, uint(p)+8)&m[1] ^ x.seed.words[1]
		s := &slots[home((mix(k0, k1)^rest)*x.seed.odd)&uint64(len(slots)-1)]
		if s.key[0] != k0 || s.key[1] != k1 || s.lenPlus1 != lenPlus1 {
			if s = x.findFrom(text, p, lenPlus1); s == nil {
				return j
			}
		}
		ids[j] = s.id
	}
	return len(ids)
}

// findFrom is a step of findGeneric for a name that need not be where it is looked for
// first. It returns nil if the name is not there.
//
//go:noinline
func (x *index) findFrom(text *byte, p, lenPlus1 uint32) *slot {
	m := &masks[lenPlus1]
	k0 := load(text, uint(p))&m[0] ^ x.seed.words[0]
	k1 := load(text, uint(p)+8)&m[1] ^ x.seed.words[1]
	k2 := load(text, uint(p)+16)&m[2] ^ x.seed.words[2]
	k3 := load(text, uint(p)+24)&m[3] ^ x.seed.words[3]
	return x.probe(x.hashShort(k0, k1, k2, k3), k0, k1, k2, k3, lenPlus1)
}

// isShort tells whether the slot has the key and length of a short name.
func (s *slot) isShort(k0, k1, k2, k3 uint64, lenPlus1 uint32) bool {
	return s.key[0] == k0 && s.key[1] == k1 && s.key[2] == k2 && s.key[3] == k3 && s.lenPlus1 == lenPlus1
}

// probe looks for a short name, given its hash, key and length. It returns nil if the name
// is not there.
func (x *index) probe(hash, k0, k1, k2, k3 uint64, lenPlus1 uint32) *slot {
	for h := home(hash); ; h++ {
		s := &x.slots[h&uint64(len(x.slots)-1)]
		if s.isShort(k0, k1, k2, k3, lenPlus1) {
			return s
		}
		if s.lenPlus1 == 0 {
			return nil
		}
	}
}

// findShort returns the id of a name of at most shortName bytes.
func (x *index) findShort(raw []byte) (uint32, bool) {
	k := x.shortKey(raw)
	s := x.probe(x.hashOfShort(&k), k[0], k[1], k[2], k[3], uint32(len(raw)+1))
	if s == nil {
		return 0, false
	}
	return s.id, true
}

// findMedium is find for names that are longer than shortName, but fit a slot.
func (x *index) findMedium(ids []uint32, text []byte, ends []uint32, stride int) int {
	for j := range ids {
		e := ends[j*stride:][:2]
		lenPlus1 := e[1] - e[0]
		if lenPlus1-(shortName+2) > mediumName-(shortName+1) {
			return j
		}
		k0, k1, k2, k3, k4, k5, k6 := x.mediumKey(text[e[0] : e[1]-1])
		for h := home(x.hashMedium(k0, k1, k2, k3, k4, k5, k6)); ; h++ {
			s := &x.slots[h&uint64(len(x.slots)-1)]
			k := &s.key
			if (k[0]^k0)|(k[1]^k1)|(k[2]^k2)|(k[3]^k3)|(k[4]^k4)|(k[5]^k5)|(k[6]^k6)|uint64(s.lenPlus1^lenPlus1) == 0 {
				ids[j] = s.id
				break
			}
			if s.lenPlus1 == 0 {
				return j
			}
		}
	}
	return len(ids)
}

// findLong returns the id of a name that fits no slot.
func (x *index) findLong(raw []byte) (uint32, bool) {
	hash := x.hashLong(raw)
	for h := home(hash); ; h++ {
		s := &x.slots[h&uint64(len(x.slots)-1)]
		if s.lenPlus1 == uint32(len(raw)+1) && s.key[0] == hash && *x.long.at(uint32(s.key[1])) == string(raw) {
			return s.id, true
		}
		if s.lenPlus1 == 0 {
			return 0, false
		}
	}
}
