package aggregate

import "math/bits"

// counters holds the counters for which a group's own cache line has no room. While a group has few
// treatments, all its counters are in its line. With more, the last counter of the line becomes a
// reference to a block, which holds the others:
//
//	line    counter  counter  counter  reference
//	block   counter  counter  counter  ...  free  free
//
// The size of a block is a power of two. A block of 8 or 16 counters is filled in order and
// searched in order. A larger one is a hash table, probed linearly and at most three quarters full.
// A full block moves into one of twice the size. Each group has a block of its own, so growing
// copies the counters of one group, and not those of all.
type counters struct {
	// Blocks of up to chunkCounters are parts of chunks, which are never moved or freed. next is
	// the first unit that no block has used. free[size] is a linked list of the free blocks of
	// 1<<size counters: the number of the first block's unit, plus 1. In a free block, the first
	// counter's treatment is the same for the next block of the list.
	chunks []*[chunkCounters]counter
	next   uint32
	free   [chunkLog + 1]uint32

	large     [][]counter // larger blocks
	freeLarge []uint32    // indexes of large that are free

	// carried has, by group and treatment, the rows that the counter's 32 bits have no room for.
	carried map[uint64]uint64
	seed    seed
}

const (
	unitLog       = 3 // blocks in chunks begin at multiples of 8 counters, a cache line
	linearLog     = 4 // up to 16 counters, a block is searched in order
	chunkLog      = 13
	chunkCounters = 1 << chunkLog
	chunkUnits    = 1 << (chunkLog - unitLog)
)

// A reference is a counter whose n has the bit isBlock. The bits below it are the number of
// counters in use and the binary logarithm of the block's size. The treatment is the number of the
// block's first unit, or its index in large.
const (
	isBlock  = 1 << 31
	usedOne  = 1 << sizeBits
	sizeBits = 5
	maxUsed  = 1<<(31-sizeBits) - 1
)

func (c counter) size() int { return int(c.n & (usedOne - 1)) }
func (c counter) used() int { return int(c.n &^ isBlock >> sizeBits) }

// block returns the block of a reference.
func (s *counters) block(ref counter) []counter {
	if size := ref.size(); size <= chunkLog {
		return s.unit(ref.treatment)[:1<<size]
	}
	return s.large[ref.treatment]
}

// unit returns the counters from a unit on to the end of its chunk.
func (s *counters) unit(u uint32) []counter {
	return s.chunks[u/chunkUnits][u%chunkUnits<<unitLog:]
}

// allocate returns a reference to an empty block of 1<<size counters.
func (s *counters) allocate(size int, memory account) (counter, error) {
	ref := counter{n: isBlock | uint32(size)}
	if size > chunkLog {
		if err := memory.take(counterSize<<size, ErrTooManyCounters); err != nil {
			return ref, err
		}
		if n := len(s.freeLarge); n > 0 {
			ref.treatment, s.freeLarge = s.freeLarge[n-1], s.freeLarge[:n-1]
		} else {
			ref.treatment = uint32(len(s.large))
			s.large = append(s.large, nil)
		}
		s.large[ref.treatment] = make([]counter, 1<<size)
		return ref, nil
	}
	for bigger := size; bigger <= chunkLog; bigger++ {
		if first := s.free[bigger]; first != 0 {
			ref.treatment = first - 1
			s.free[bigger] = s.unit(ref.treatment)[0].treatment
			s.freeUnits(ref.treatment+unitsOf(size), unitsOf(bigger)-unitsOf(size))
			clear(s.block(ref))
			return ref, nil
		}
	}
	if left := uint32(len(s.chunks))*chunkUnits - s.next; left < unitsOf(size) {
		if err := memory.take(chunkCounters*counterSize, ErrTooManyCounters); err != nil {
			return ref, err
		}
		s.freeUnits(s.next, left)
		s.next = uint32(len(s.chunks)) * chunkUnits
		s.chunks = append(s.chunks, new([chunkCounters]counter))
	}
	ref.treatment = s.next
	s.next += unitsOf(size)
	return ref, nil
}

// size is what the counters take in memory.
func (s *counters) size() int64 {
	bytes := int64(len(s.chunks)) * chunkCounters * counterSize
	for _, block := range s.large {
		bytes += int64(len(block)) * counterSize
	}
	return bytes
}

// unitsOf is how many units a block in a chunk has.
func unitsOf(size int) uint32 { return 1 << (size - unitLog) }

// freeUnits divides n units from u on into free blocks.
func (s *counters) freeUnits(u, n uint32) {
	for n > 0 {
		size := bits.Len32(n) - 1 + unitLog
		s.unit(u)[0].treatment = s.free[size]
		s.free[size] = u + 1
		u, n = u+unitsOf(size), n-unitsOf(size)
	}
}

func (s *counters) release(ref counter, memory account) {
	size := ref.size()
	if size <= chunkLog {
		s.freeUnits(ref.treatment, unitsOf(size))
		return
	}
	s.large[ref.treatment] = nil
	s.freeLarge = append(s.freeLarge, ref.treatment)
	memory.give(counterSize << size)
}

// find returns the counter of a treatment of group g in a block. If there is none, it returns the
// free counter where the treatment belongs, or nil if the block is full.
func (s *counters) find(ref counter, g, treatment uint32) *counter {
	block, size := s.block(ref), ref.size()
	if size <= linearLog {
		for i := range block {
			if c := &block[i]; c.n == 0 || c.treatment == treatment {
				return c
			}
		}
		return nil
	}
	for i := s.seed.pair(g, treatment) >> (64 - size); ; i++ {
		if c := &block[i&uint64(len(block)-1)]; c.n == 0 || c.treatment == treatment {
			return c
		}
	}
}

// full reports whether a block has no room for another counter.
func (c counter) full() bool {
	if c.size() <= linearLog {
		return c.used() == 1<<c.size()
	}
	return 4*(c.used()+1) > 3<<c.size()
}

// grow moves the block of a group into one of twice the size.
func (s *counters) grow(ref *counter, g uint32, memory account) error {
	if ref.used() >= maxUsed {
		return ErrTooManyCounters
	}
	to, err := s.allocate(ref.size()+1, memory)
	if err != nil {
		return err
	}
	for _, c := range s.block(*ref) {
		if c.n > 0 {
			*s.find(to, g, c.treatment) = c
		}
	}
	to.n |= uint32(ref.used()) << sizeBits
	s.release(*ref, memory)
	*ref = to
	return nil
}

// carry adds n rows to a counter whose 32 bits have no room for them.
func (s *counters) carry(c *counter, g uint32, n uint64) {
	if s.carried == nil {
		s.carried = make(map[uint64]uint64)
	}
	s.carried[carryKey(g, c.treatment)] += uint64(c.n) + n - 1
	c.n = 1 // it stays in use
}

func carryKey(g, treatment uint32) uint64 { return uint64(g)<<32 | uint64(treatment) }

// count adds n rows to the counter of a treatment in g, which is group i. The counter is in the
// group's line while there is room, and else in its block.
func (t *Table) count(g *group, i, treatment uint32, n uint64) error {
	for k := range g.counts {
		c := &g.counts[k]
		if c.n == 0 {
			c.treatment = treatment
		}
		if c.treatment != treatment {
			continue
		}
		if uint64(c.n)+n < isBlock {
			c.n += uint32(n)
			return nil
		}
		if c.n < isBlock {
			t.counters.carry(c, i, n)
			return nil
		}
	}
	return t.countInBlock(g, i, treatment, n)
}

// countInBlock is count for a treatment that has no counter in the group's line, which is full.
func (t *Table) countInBlock(g *group, i, treatment uint32, n uint64) error {
	s, ref := &t.counters, &g.counts[inlineCounts-1]
	if ref.n < isBlock {
		to, err := s.allocate(unitLog, t.Memory)
		if err != nil {
			return err
		}
		s.block(to)[0] = *ref
		to.n += usedOne
		*ref = to
	}
	c := s.find(*ref, i, treatment)
	if c == nil || c.n == 0 {
		if ref.full() {
			if err := s.grow(ref, i, t.Memory); err != nil {
				return err
			}
			c = s.find(*ref, i, treatment)
		}
		c.treatment = treatment
		ref.n += usedOne
	}
	if uint64(c.n)+n < isBlock {
		c.n += uint32(n)
	} else {
		s.carry(c, i, n)
	}
	return nil
}

// countersOf yields each treatment of group g that has rows, once, and how many rows.
func (t *Table) countersOf(g uint32) func(yield func(treatment uint32, n uint64) bool) {
	return func(yield func(uint32, uint64) bool) {
		if t.large == nil {
			for treatment, n := range t.small.row(g)[1:] {
				if n > 0 && !yield(uint32(treatment), uint64(n)) {
					return
				}
			}
			return
		}
		line := &t.groups.at(g).counts
		if !t.counters.each(g, line[:], yield) {
			return
		}
		if last := line[inlineCounts-1]; last.n >= isBlock {
			t.counters.each(g, t.counters.block(last), yield)
		}
	}
}

// each passes on some counters of group g, and reports whether more are wanted.
func (s *counters) each(g uint32, some []counter, yield func(uint32, uint64) bool) bool {
	for _, c := range some {
		if c.n == 0 || c.n >= isBlock {
			continue
		}
		n := uint64(c.n)
		if s.carried != nil {
			n += s.carried[carryKey(g, c.treatment)]
		}
		if !yield(c.treatment, n) {
			return false
		}
	}
	return true
}
