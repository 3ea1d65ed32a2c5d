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
func (x *index) find(ids []uint32, fields []span, data []byte) int {
	fields = fields[:len(ids)]
	if x.aes && len(ids) > 0 {
		return findAES(x, &ids[0], &fields[0], len(ids), first(data), len(data)-shortName)
	}
	return x.findGeneric(ids, fields, data)
}

// findGeneric is find, and what findAES does, in Go.
func (x *index) findGeneric(ids []uint32, fields []span, data []byte) int {
	base, limit := first(data), len(data)-shortName
	fields = fields[:len(ids)]
	for j := range ids {
		p, n := uint(fields[j].p), fields[j].n
		if n > shortName || int(p) > limit {
			return j
		}
		m := &masks[n]
		k0 := load(base, p)&m[0] ^ x.seed.words[0]
		k1 := load(base, p+8)&m[1] ^ x.seed.words[1]
		k2 := load(base, p+16)&m[2] ^ x.seed.words[2]
		k3 := load(base, p+24)&m[3] ^ x.seed.words[3]
		for h := x.hashShort(k0, k1, k2, k3) >> (x.shift & 63); ; h++ {
			s := &x.slots[h&uint64(len(x.slots)-1)]
			if (s.key[0]^k0)|(s.key[1]^k1)|(s.key[2]^k2)|(s.key[3]^k3)|uint64(s.n1^(n+1)) == 0 {
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

// findShort returns the id of a name of at most shortName bytes.
func (x *index) findShort(raw []byte) (uint32, bool) {
	k, n1 := x.shortKey(raw), uint32(len(raw)+1)
	for h := x.hashOfShort(&k) >> (x.shift & 63); ; h++ {
		s := &x.slots[h&uint64(len(x.slots)-1)]
		if (s.key[0]^k[0])|(s.key[1]^k[1])|(s.key[2]^k[2])|(s.key[3]^k[3])|uint64(s.n1^n1) == 0 {
			return s.id, true
		}
		if s.n1 == 0 {
			return 0, false
		}
	}
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
