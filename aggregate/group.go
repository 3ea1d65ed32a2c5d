package aggregate

// group is what the table keeps of a group in one cache line. sum and counts are those of
// the large tally; the small one has its own.
type group struct {
	hospital, diagnosis uint32 // ids
	record, offset      int64  // the place of its first row
	sum                 int64  // of rows that are whole numbers
	counts              [inlineCounts]counter
}

// counter counts the rows of one treatment. It is free while n is 0.
type counter struct{ treatment, n uint32 }

// inlineCounts fills the cache line.
const inlineCounts = 4

// groups is a list that grows without moving: a million groups are 64 MB, and copying them
// as they double would cost more than filling them.
type groups struct {
	chunks []*[chunk]group
	n      int
}

const chunk = 1 << 10

func (l *groups) at(i uint32) *group { return &l.chunks[i/chunk][i%chunk] }

// reset empties the list, and keeps the memory of a few groups.
func (l *groups) reset() {
	l.n = 0
	if len(l.chunks) > 1 {
		clear(l.chunks[1:])
		l.chunks = l.chunks[:1]
	}
}

func (l *groups) add(g group) uint32 {
	if l.n == len(l.chunks)*chunk {
		l.chunks = append(l.chunks, new([chunk]group))
	}
	i := uint32(l.n)
	l.n++
	*l.at(i) = g
	return i
}
