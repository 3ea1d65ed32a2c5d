package aggregate

import "slices"

// Group is the result of one group.
type Group struct {
	Hospital, Diagnosis string

	// Treatment is the most frequent one; of several, the smallest in byte order; "" where no
	// row names one.
	Treatment string

	Count int64 // of rows

	// Record and Offset are the place of the group's first row: that of the smallest
	// offset, where tables were merged.
	Record, Offset int64

	sum Sum
}

// Groups returns the groups in the order of their first rows. They share no memory with the
// table but the names.
func (t *Table) Groups() []Group { return t.AppendGroups(nil) }

// AppendGroups appends what Groups returns.
func (t *Table) AppendGroups(dst []Group) []Group {
	n := len(dst)
	dst = slices.Grow(dst, t.groups.n)[:n+t.groups.n]
	out := dst[n:]
	for i := range out {
		g := t.groups.at(uint32(i))
		out[i] = Group{
			Hospital: t.hospitals.Name(g.hospital), Diagnosis: t.diagnoses.Name(g.diagnosis),
			Record: g.record, Offset: g.offset,
			sum: t.sum(uint32(i)),
		}
	}
	most := slices.Grow(t.most[:0], len(out))[:len(out)]
	clear(most)
	t.most = most
	for p := range t.counters {
		g := &out[p.group]
		g.Count += int64(p.n)
		if p.n < most[p.group] {
			continue
		}
		if name := t.treatments.names[p.treatment]; name != "" && (p.n > most[p.group] || name < g.Treatment) {
			most[p.group], g.Treatment = p.n, name
		}
	}
	if t.sort != nil {
		t.sort(out)
	}
	return dst
}

// counters yields each pair of group and treatment that has rows, once.
func (t *Table) counters(yield func(pair) bool) {
	for g := range uint32(t.groups.n) {
		if t.large == nil {
			for treatment, n := range t.small.row(g)[1:] {
				if n > 0 && !yield(pair{g, uint32(treatment), uint64(n)}) {
					return
				}
			}
			continue
		}
		for _, c := range t.groups.at(g).counts {
			if c.n > 0 && c.n != inPairs && !yield(pair{g, c.treatment, uint64(c.n)}) {
				return
			}
		}
	}
	if t.large != nil {
		for _, p := range t.large.pairs.slots {
			if p.n > 0 && !yield(p) {
				return
			}
		}
	}
}

// AppendMean appends the mean of the group's numbers, as Sum.AppendMean does.
func (g *Group) AppendMean(dst []byte) []byte { return g.sum.AppendMean(dst, g.Count) }
