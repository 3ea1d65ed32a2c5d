package aggregate

// A group's sum has two parts. Whole numbers of one to eight digits, nearly all there are,
// go into 64 bits without a check: begin counts how many there may be. All others go into
// 128 bits, with one.

// addExact adds a number to the second part of the sum of group g.
func (t *Table) addExact(g uint32, v int128) error {
	if n := t.groups.n - len(t.exact); n > 0 {
		t.exact = append(t.exact, make([]int128, n)...)
	}
	sum := t.exact[g].add(v)
	if !sum.fits() {
		return ErrOverflow
	}
	t.exact[g] = sum
	return nil
}

// fold moves the first parts of all sums into the second.
func (t *Table) fold() error {
	for g := range uint32(t.groups.n) {
		if err := t.addExact(g, nanos(*t.wholeSum(g))); err != nil {
			return err
		}
		*t.wholeSum(g) = 0
	}
	t.whole = 0
	return nil
}

// wholeSum is the first part of the sum of group g.
func (t *Table) wholeSum(g uint32) *int64 {
	if t.large == nil {
		return &t.small.row(g)[0]
	}
	return &t.groups.at(g).sum
}

// sum returns both parts of the sum of group g. It does not overflow: each is below 2^126.
func (t *Table) sum(g uint32) int128 {
	sum := nanos(*t.wholeSum(g))
	if int(g) < len(t.exact) {
		sum = sum.add(t.exact[g])
	}
	return sum
}
