package aggregate

import "slices"

// group is what the table keeps of a group, in one cache line. Only the large tally uses sum and
// counts; the small one has its own.
type group struct {
	hospital, diagnosis uint32 // ids
	record, offset      int64  // the place of its first row
	sum                 int64  // of numbers of one to eight digits
	counts              [inlineCounts]counter
}

// counter counts the rows of one treatment. It is free while n is 0, and below isBlock.
type counter struct{ treatment, n uint32 }

// inlineCounts fills the cache line.
const inlineCounts = 4

// Group is the result of one group.
type Group struct {
	Hospital, Diagnosis string

	// Treatment is the most frequent treatment. If there are several, it is the smallest of them
	// in byte order. It is "" if no row names one.
	Treatment string

	Count int64 // of rows

	// Record and Offset are the place of the group's first row. If tables were merged, that is
	// the row with the smallest offset.
	Record, Offset int64

	sum Sum
}

// Groups returns the groups in the order of their first rows. They share only the names' memory
// with the table.
func (t *Table) Groups() []Group { return t.AppendGroups(nil) }

// AppendGroups appends what Groups returns.
func (t *Table) AppendGroups(dst []Group) []Group {
	n := len(dst)
	dst = slices.Grow(dst, t.groups.n)
	for i := range t.groups.n {
		dst = append(dst, t.Group(i))
	}
	if t.merged {
		sortByPlace(dst[n:])
	}
	return dst
}

// Group returns group i of Len. Groups are in the order of their first rows, or in any order if
// tables were merged. Group allocates nothing: a caller who takes one group after the other needs
// no memory for them. While no rows are added, several goroutines may call it.
func (t *Table) Group(i int) Group {
	line := t.groups.at(uint32(i))
	g := Group{
		Hospital: t.hospitals.Name(line.hospital), Diagnosis: t.diagnoses.Name(line.diagnosis),
		Record: line.record, Offset: line.offset,
		sum: t.sum(uint32(i)),
	}
	most := uint64(0)
	for treatment, n := range t.countersOf(uint32(i)) {
		g.Count += int64(n)
		if n < most {
			continue
		}
		if name := t.treatments.Name(treatment); name != "" && (n > most || name < g.Treatment) {
			most, g.Treatment = n, name
		}
	}
	return g
}

// Names returns the names of group i, as Group does, in a fraction of its time: no counter is read.
func (t *Table) Names(i int) (hospital, diagnosis string) {
	line := t.groups.at(uint32(i))
	return t.hospitals.Name(line.hospital), t.diagnoses.Name(line.diagnosis)
}

// LongestTreatment returns the length of the longest treatment, in bytes.
func (t *Table) LongestTreatment() (n int) {
	for id := range t.treatments.Len() {
		n = max(n, len(t.treatments.Name(uint32(id))))
	}
	return n
}

// AppendMean appends the mean of the group's numbers, as Sum.AppendMean does.
func (g *Group) AppendMean(dst []byte) []byte { return g.sum.AppendMean(dst, g.Count) }
