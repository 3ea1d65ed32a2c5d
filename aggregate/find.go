package aggregate

// find looks up fields until ids is full, or until a spelling is new or longer than shortName. It
// returns how many fields it has found.
//
// A short name is read in whole words, whatever its length. A mask clears the bytes that do not
// belong to it, so that no branch depends on the length:
//
//	...,Heart Disease,Medication A,31\nCity Ho...
//	    Heart Di                                   k0
//	            sease---                           k1
//	                    --------                   k2
//	                            --------           k3
//
// Two short names have the same key only if one is the other with zero bytes at its end. So the
// length is compared too.
//
// text begins one byte after the data that ends counts from. So the first byte of each field is
// text[ends[0]], text[ends[stride]], text[ends[2*stride]] and so on. The field ends before the end
// that follows in ends. Pad bytes from each field's first byte on can be read.
func (x *index) find(ids []uint32, text []byte, ends []uint32, stride int) int {
	if len(ids) == 0 {
		return 0
	}
	_ = ends[(len(ids)-1)*stride+1]
	if x.aes {
		return findAES(x, &ids[0], len(ids), first(text), &ends[0], stride)
	}
	return x.findGeneric(ids, first(text), ends, stride)
}

// findGeneric is find in Go: the same steps as findAES, with another hash. All but a few names are
// in the first slot of their probe sequence. findTwo, findThree and findFour look there and nowhere
// else. They call nothing, so that fewer variables leave the registers: a name costs 4.7 ns, and
// 5.3 ns with a call in the loop (EPYC of Zen 4, November 2026). For the others findFrom computes
// the key again.
func (x *index) findGeneric(ids []uint32, text *byte, ends []uint32, stride int) (done int) {
	for ; done < len(ids); done++ {
		todo, e := ids[done:], &ends[done*stride]
		switch {
		case x.longest <= twoWords:
			done += x.findTwo(todo, text, e, stride)
		case x.longest <= threeWords:
			done += x.findThree(todo, text, e, stride)
		default:
			done += x.findFour(todo, text, e, stride)
		}
		if done == len(ids) {
			break
		}
		s := x.findFrom(text, ends[done*stride:])
		if s == nil {
			break
		}
		ids[done] = s.id
	}
	return done
}

// findFour looks for names of up to four words in the first slots of their probe sequences. It
// returns how many come before one that is not there. Do not join isShort's comparisons into one:
// the branches are well predicted, and a name costs 0.7 ns more without them.
func (x *index) findFour(ids []uint32, text *byte, ends *uint32, stride int) int {
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
		s := slotAt(slots, home(x.hashShort(k0, k1, k2, k3))&uint64(len(slots)-1))
		if !s.isShort(k0, k1, k2, k3, lenPlus1) {
			return j
		}
		ids[j] = s.id
	}
	return len(ids)
}

// findThree is findFour while no short name in the index has more than three words: 4.3 ns a name
// instead of 4.7. Choosing for each name would be a branch that the processor mispredicts.
func (x *index) findThree(ids []uint32, text *byte, ends *uint32, stride int) int {
	slots, i := x.slots, 0
	for j := range ids {
		p := load32(ends, i)
		lenPlus1 := load32(ends, i+1) - p
		if lenPlus1 > threeWords+1 {
			return j
		}
		i += stride
		m := &masks[lenPlus1]
		k0 := load(text, uint(p))&m[0] ^ x.seed.words[0]
		k1 := load(text, uint(p)+8)&m[1] ^ x.seed.words[1]
		k2 := load(text, uint(p)+16)&m[2] ^ x.seed.words[2]
		s := slotAt(slots, home(x.hashShort(k0, k1, k2, x.seed.words[3]))&uint64(len(slots)-1))
		if s.key[0] != k0 || s.key[1] != k1 || s.key[2] != k2 || s.lenPlus1 != lenPlus1 {
			return j
		}
		ids[j] = s.id
	}
	return len(ids)
}

// findTwo is the same with two words: 3.4 ns a name.
func (x *index) findTwo(ids []uint32, text *byte, ends *uint32, stride int) int {
	slots, i := x.slots, 0
	rest := mix(x.seed.words[2], x.seed.words[3]) // as in hashShort
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
		s := slotAt(slots, home((mix(k0, k1)^rest)*x.seed.odd)&uint64(len(slots)-1))
		if s.key[0] != k0 || s.key[1] != k1 || s.lenPlus1 != lenPlus1 {
			return j
		}
		ids[j] = s.id
	}
	return len(ids)
}

// findFrom looks up the name between ends[0] and ends[1] in all slots of its probe sequence. It
// returns nil if the name is long or not in the index.
func (x *index) findFrom(text *byte, ends []uint32) *slot {
	p := ends[0]
	lenPlus1 := ends[1] - p
	if lenPlus1 > shortName+1 {
		return nil
	}
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

// probe looks for a short name, given its hash, key and length. It returns nil if the name is not
// in the index.
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

// findMedium is find for names longer than shortName and of at most mediumName bytes.
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

// findLong returns the id of a name longer than mediumName, which does not fit a slot.
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
