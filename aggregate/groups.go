package aggregate

import "math/bits"

// small is the tally while hospitals, diagnoses, treatments and groups are few: a matrix that finds
// the group of a hospital and a diagnosis, and for each group a row of words.
//
//	cells   [hospital<<shift | diagnosis]   the group's number + 1, or 0
//	rows    [group*stride]                  the sum of its whole numbers
//	        [group*stride + 1 + treatment]  how many rows have that treatment
type small struct {
	cells     []uint32
	hospitals int
	shift     uint
	rows      []int64
	stride    int
}

// Beyond these sizes, 4 and 8 MB, the large tally takes over. It needs less memory if most groups
// have few of the treatments, but more time: for 10,000 groups of 15 treatments, 79 ns a row
// instead of 27 (EPYC 9005, November 2026).
const (
	maxCells = 1 << 20
	maxWords = 1 << 20
)

// size is what the tally takes in memory.
func (s *small) size() int64 { return int64(len(s.cells))*cellSize + int64(cap(s.rows))*wordSize }

// reset empties the tally. It keeps the memory if there is little of it.
func (s *small) reset(memory account) {
	if len(s.cells) > keptWords || cap(s.rows) > keptWords {
		memory.give(s.size())
		*s = small{}
		return
	}
	clear(s.cells)
	s.rows = s.rows[:0]
}

// keptWords is the most cells, and the most words, that a reset keeps.
const keptWords = 1 << 14

// fit makes room for so many hospitals, diagnoses and treatments. It returns false if they are too
// many or memory is refused: then the large tally takes over, which may need less memory.
func (s *small) fit(hospitals, diagnoses, treatments int, memory account) bool {
	if hospitals > s.hospitals || diagnoses > 1<<s.shift {
		if !s.growCells(hospitals, diagnoses, memory) {
			return false
		}
	}
	return treatments < s.stride || s.growRows(treatments, memory)
}

func (s *small) growCells(hospitals, diagnoses int, memory account) bool {
	h, shift := max(s.hospitals, 32), max(s.shift, 5)
	for h < hospitals && h <= maxCells {
		h *= 2
	}
	for 1<<shift < diagnoses && 1<<shift <= maxCells {
		shift++
	}
	if h > maxCells>>shift || memory.take(cellSize<<shift*int64(h), ErrTooManyGroups) != nil {
		return false
	}
	cells := make([]uint32, h<<shift)
	for i := range s.hospitals {
		copy(cells[i<<shift:], s.cells[i<<s.shift:(i+1)<<s.shift])
	}
	memory.give(int64(len(s.cells)) * cellSize)
	s.cells, s.hospitals, s.shift = cells, h, shift
	return true
}

func (s *small) growRows(treatments int, memory account) bool {
	stride := max(s.stride, 16)
	for stride <= treatments && stride <= maxWords {
		stride *= 2
	}
	groups := 0
	if s.stride > 0 {
		groups = len(s.rows) / s.stride
	}
	if groups*stride > maxWords || memory.take(int64(groups*stride)*wordSize, ErrTooManyCounters) != nil {
		return false
	}
	rows := make([]int64, groups*stride)
	for i := range groups {
		copy(rows[i*stride:], s.rows[i*s.stride:(i+1)*s.stride])
	}
	memory.give(int64(cap(s.rows)) * wordSize)
	s.rows, s.stride = rows, stride
	return true
}

// full reports whether the tally has reached its largest size.
func (s *small) full() bool { return len(s.rows)+s.stride > maxWords }

// room makes room for the row of another group.
func (s *small) room(memory account) error {
	n := len(s.rows) + s.stride
	if n <= cap(s.rows) {
		return nil
	}
	words := min(max(2*n, minWords), maxWords)
	if err := memory.take(int64(words)*wordSize, ErrTooManyGroups); err != nil {
		return err
	}
	rows := make([]int64, len(s.rows), words)
	copy(rows, s.rows)
	memory.give(int64(cap(s.rows)) * wordSize)
	s.rows = rows
	return nil
}

// minWords is the least that is allocated for the rows.
const minWords = 1 << 10

// addGroup adds the row of a new group, for which room has made room.
func (s *small) addGroup() {
	n := len(s.rows)
	s.rows = s.rows[:n+s.stride]
	clear(s.rows[n:])
}

func (s *small) cell(hospital, diagnosis uint32) *uint32 {
	return &s.cells[hospital<<(s.shift&31)|diagnosis]
}

func (s *small) row(g uint32) []int64 { return s.rows[int(g)*s.stride:][:s.stride] }

// addSmall adds the rows of the batch to the small tally, for which fit has made room. If a row
// needs a new group and the tally is full, addSmall stops before that row and says so.
func (t *Table) addSmall() (n int, full bool, err error) {
	b, s := &t.batch, &t.small
	cells, shift, stride := s.cells, s.shift&31, uint(s.stride)
	for j := range b.n {
		cell := &cells[b.hospital[j]<<shift|b.diagnosis[j]]
		if *cell == 0 {
			if s.full() {
				return j, true, nil
			}
			err := s.room(t.Memory)
			g := uint32(0)
			if err == nil {
				g, err = t.newGroup(b.group(j))
			}
			if err != nil {
				return j, false, t.refused(err)
			}
			s.addGroup()
			*cell = g + 1
		}
		sum := uint(*cell-1) * stride
		if v := b.whole[j]; v != notWhole {
			s.rows[sum] += v
		} else if err := t.addExact(*cell-1, b.exact[j]); err != nil {
			return j, false, err
		}
		s.rows[sum+1+uint(b.treatment[j])]++
	}
	return b.n, false, nil
}

// large is the tally of many groups: a hash table of the groups' numbers. Its slots hold no keys:
// they are in the group's cache line, which the row needs anyway.
//
//	slots   tag<<32 | the group's number + 1    tag: the top half of the key's hash
//
// The top bits of the tag choose the slot, so growing does not read the groups. The first
// treatments of a group are counted in its line, the others in counters.
type large struct {
	slots []uint64
	shift uint
	used  int
	seed  seed
}

const minLargeSlots = 1 << 12

func newLarge() *large {
	l := &large{seed: newSeed()}
	l.resize(minLargeSlots)
	return l
}

// largeSlotSize is the size of a slot in bytes.
const largeSlotSize = 8

// size is what the index takes in memory.
func (l *large) size() int64 { return int64(len(l.slots)) * largeSlotSize }

// room makes room for another group.
func (l *large) room(memory account) error {
	if 2*l.used < len(l.slots) {
		return nil
	}
	old := l.size()
	if err := memory.take(2*old, ErrTooManyGroups); err != nil {
		return err
	}
	l.resize(2 * len(l.slots))
	memory.give(old)
	return nil
}

func (l *large) resize(n int) {
	old := l.slots
	l.slots = make([]uint64, n)
	l.shift = 64 - uint(bits.TrailingZeros(uint(n)))
	for _, s := range old {
		if s != 0 {
			l.put(s)
		}
	}
}

func (l *large) put(s uint64) {
	i := s >> l.shift
	for l.slots[i&uint64(len(l.slots)-1)] != 0 {
		i++
	}
	l.slots[i&uint64(len(l.slots)-1)] = s
}

// add adds a new group, given its hash. room has made room for it.
func (l *large) add(hash uint64, g uint32) {
	l.used++
	l.put(hash>>32<<32 | uint64(g+1))
}

// find returns the group of that hash, hospital and diagnosis.
func (l *large) find(hash uint64, all *list[group], hospital, diagnosis uint32) (uint32, bool) {
	for i := hash >> (l.shift & 63); ; i++ {
		s := l.slots[i&uint64(len(l.slots)-1)]
		if s == 0 {
			return 0, false
		}
		if s>>32 == hash>>32 {
			g := all.at(uint32(s) - 1)
			if g.hospital == hospital && g.diagnosis == diagnosis {
				return uint32(s) - 1, true
			}
		}
	}
}

// addLarge adds the rows of the batch, from row j on, to the large tally.
func (t *Table) addLarge(j int) (int, error) {
	b, l := &t.batch, t.large
	t.fetch(j)
	for ; j < b.n; j++ {
		i, ok := l.find(b.hash[j], &t.groups, b.hospital[j], b.diagnosis[j])
		if !ok {
			err := l.room(t.Memory)
			if err == nil {
				i, err = t.newGroup(b.group(j))
			}
			if err != nil {
				return j, t.refused(err)
			}
			l.add(b.hash[j], i)
		}
		g := t.groups.at(i)
		if v := b.whole[j]; v != notWhole {
			g.sum += v
		} else if err := t.addExact(i, b.exact[j]); err != nil {
			return j, err
		}
		if err := t.count(g, i, b.treatment[j], 1); err != nil {
			return j, err
		}
	}
	return b.n, nil
}

// fetch computes the hashes of the batch's rows, from row j on. It also loads each row's slot and
// the group in that slot into the cache. addLarge alone would wait for the slot and then for the
// group, row after row. Here the rows do not depend on each other, so the processor waits for many
// loads at a time: 128 ns a row instead of 160, with a million groups of 1.05 rows each.
func (t *Table) fetch(j int) {
	b, l := &t.batch, t.large
	for k := j; k < b.n; k++ {
		b.hash[k] = l.seed.pair(b.hospital[k], b.diagnosis[k])
		b.slot[k] = l.slots[b.hash[k]>>(l.shift&63)]
	}
	for k := j; k < b.n; k++ {
		if b.slot[k]>>32 == b.hash[k]>>32 && b.slot[k] != 0 {
			b.slot[k] = uint64(t.groups.at(uint32(b.slot[k]) - 1).sum) // so that the load is not dropped
		}
	}
}

// enlarge moves the small tally into a large one.
func (t *Table) enlarge() error {
	memory := account(t.Memory)
	if err := memory.take(minLargeSlots*largeSlotSize, ErrTooManyGroups); err != nil {
		return err
	}
	l := newLarge()
	t.counters.seed = newSeed()
	for i := range uint32(t.groups.n) {
		if err := l.room(memory); err != nil {
			return err
		}
		g := t.groups.at(i)
		g.sum = *t.wholeSum(i)
		l.add(l.seed.pair(g.hospital, g.diagnosis), i)
		for treatment, n := range t.small.row(i)[1:] {
			if n == 0 {
				continue
			}
			if err := t.count(g, i, uint32(treatment), uint64(n)); err != nil {
				return err
			}
		}
	}
	memory.give(t.small.size())
	t.small, t.large = small{}, l
	return nil
}
