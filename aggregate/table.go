package aggregate

import (
	"math"
	"slices"
)

// DefaultMaxGroups is the limit of a Table that sets none. A group takes about 100 bytes in
// the table and as much in the result of Groups: some 400 MB at the limit.
const DefaultMaxGroups = 2 << 20

// Layout says where in a record the four fields stand, counted from 0, and how many fields
// a record has.
type Layout struct {
	Fields                                       int
	Hospital, Diagnosis, Treatment, RecoveryTime int
}

// Table groups rows by hospital and diagnosis.
type Table struct {
	// Decode turns a field as it stands in the file into a name: it appends to dst the
	// name that raw spells. It is called once for each distinct spelling, and must return
	// the same each time. Where it is nil, raw is the name. Numbers are not decoded:
	// quotes around one are no part of it, and nothing else can stand there.
	Decode func(dst, raw []byte) ([]byte, error)

	// Bad is told of a row that AddRows cannot add. If it returns nil the row is left out
	// and AddRows goes on; any other error ends AddRows, which returns it. Where Bad is
	// nil, the first bad row ends AddRows. An error that ends the work (ErrTooManyGroups,
	// ErrTooManyNames, ErrTooManyCounters, ErrOverflow) is returned without asking.
	Bad func(*RowError) error

	// MaxGroups limits the groups; 0 means DefaultMaxGroups.
	MaxGroups int

	// MaxNameBytes limits the names of each column, as in Dict; 0 means
	// DefaultMaxNameBytes.
	MaxNameBytes int

	layout                           Layout
	hospitals, diagnoses, treatments Dict

	rows   int64
	groups groups
	small  small    // the tally, while it is small
	large  *large   // the tally, from then on
	whole  int64    // how many whole numbers may be in a group's sum
	exact  []int128 // by group: numbers that are not in its sum; may be shorter than groups
	batch  batch
	most   []uint64      // by group: see AppendGroups
	sort   func([]Group) // into the order of first rows; nil: they are in it
}

// NewTable returns an empty table for records of the given layout. It panics if a column
// lies outside the record.
func NewTable(l Layout) *Table {
	t := new(Table)
	t.Reset(l)
	return t
}

// Reset empties the table, for records of the given layout, and keeps its memory for them: its
// names, too, where the layout is the one of before and they are few. Groups that it has
// returned stay as they are.
func (t *Table) Reset(l Layout) {
	for _, c := range []int{l.Hospital, l.Diagnosis, l.Treatment, l.RecoveryTime} {
		if c < 0 || c >= l.Fields {
			panic("aggregate: column outside the record")
		}
	}
	for _, d := range []*Dict{&t.hospitals, &t.diagnoses, &t.treatments} {
		if l != t.layout || len(d.names) > keptNames || d.bytes > keptBytes {
			*d = Dict{}
		}
		d.bytes = 0
	}
	t.layout, t.rows, t.whole, t.exact = l, 0, 0, t.exact[:0]
	t.groups.reset()
	t.small.reset()
	t.large, t.sort = nil, nil
}

// keptNames and keptBytes are the most of a column's names that outlive a Reset.
const keptNames, keptBytes = 1 << 10, 1 << 18

// Rows returns the number of rows added.
func (t *Table) Rows() int64 { return t.rows }

// Len returns the number of groups.
func (t *Table) Len() int { return t.groups.n }

// Add adds one row, given its four fields. The error is a *RowError, whose Record is the
// number of the row and whose Column the field's in the layout.
func (t *Table) Add(hospital, diagnosis, treatment, recoveryTime []byte) error {
	t.batch.record, t.batch.offset, t.batch.start = t.rows+1, 0, 0
	if err := t.begin(1); err != nil {
		return t.rowError(0, -1, err)
	}
	if column, err := t.add(hospital, diagnosis, treatment, recoveryTime); err != nil {
		return t.rowError(0, column, err)
	}
	return nil
}

// begin prepares for at most n more rows.
func (t *Table) begin(n int) error {
	for _, d := range []*Dict{&t.hospitals, &t.diagnoses, &t.treatments} {
		d.Decode, d.MaxNameBytes = t.Decode, t.MaxNameBytes
	}
	// A sum of whole numbers holds this many of them without a look at each.
	const room = math.MaxInt64 / maxWhole
	if t.whole > room-int64(n) {
		if err := t.fold(); err != nil {
			return err
		}
	}
	t.whole += int64(n)
	return nil
}

// add adds one row as a batch of its own, whose place is set, and returns the column of the
// field that the error is about, or -1.
func (t *Table) add(hospital, diagnosis, treatment, recoveryTime []byte) (column int, err error) {
	b, l := &t.batch, &t.layout
	b.n = 1
	if b.whole[0], b.exact[0], err = number(slices.Clip(recoveryTime), false); err != nil {
		return l.RecoveryTime, err
	}
	if b.hospital[0], err = t.hospitals.ID(hospital); err != nil {
		return l.Hospital, err
	}
	if b.diagnosis[0], err = t.diagnoses.ID(diagnosis); err != nil {
		return l.Diagnosis, err
	}
	if b.treatment[0], err = t.treatments.ID(treatment); err != nil {
		return l.Treatment, err
	}
	_, err = t.addBatch()
	return -1, err
}

// addBatch adds the rows of the batch and returns how many came before an error.
func (t *Table) addBatch() (n int, err error) {
	if t.large == nil {
		if t.small.fit(t.hospitals.Len(), t.diagnoses.Len(), t.treatments.Len()) {
			n, err = t.addSmall()
		}
		if err == nil && n < t.batch.n {
			err = t.enlarge()
		}
	}
	if t.large != nil && err == nil {
		n, err = t.addLarge(n)
	}
	t.rows += int64(n)
	return n, err
}

// newGroup makes g a group of its own.
func (t *Table) newGroup(g group) (uint32, error) {
	if t.groups.n >= t.maxGroups() {
		return 0, ErrTooManyGroups
	}
	return t.groups.add(g), nil
}

// maxGroups is the limit in force. Numbers of groups have 32 bits.
func (t *Table) maxGroups() int {
	if t.MaxGroups == 0 {
		return DefaultMaxGroups
	}
	return min(t.MaxGroups, math.MaxInt32)
}

// maxPairs is the limit on pairs, beside the counters that each group has anyway.
func (t *Table) maxPairs() int64 { return minMaxPairs + pairsPerGroup*int64(t.maxGroups()) }
