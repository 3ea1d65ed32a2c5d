package aggregate

import (
	"math"
	"slices"
)

// Layout says which fields of a record are the four columns, counted from 0, and how many fields a
// record has.
type Layout struct {
	Fields                                       int
	Hospital, Diagnosis, Treatment, RecoveryTime int

	Comma byte // the separator of fields; 0: ','
	Empty int  // how many fields at the end must be empty
}

// Range says which numbers a row may have.
type Range struct{ Least, Greatest Number }

// Block is some records and the ends of their fields, as a scanner finds them; package csvfast's
// Block converts to it.
type Block struct {
	// Data begins with a record. Pad bytes after it, within its capacity, may be read.
	Data []byte
	// Ends holds, for every field of every record, the index in Data of the byte that ends it:
	// the comma, or the '\n' that ends the record. A '\r' before that '\n' is not part of the
	// last field. A blank line is one end, and no record.
	Ends []uint32

	Record int64 // number of the first record, as errors and groups name it
	Offset int64 // of Data[0] in the file
}

// Table groups rows by hospital and diagnosis. Its exported fields are set before the first row.
type Table struct {
	// Decode turns a field of a column into a name. raw is the field as it is in the file; Decode
	// appends the name to dst. It is called once for each distinct spelling in a column, and must
	// return the same each time. If it is nil, raw is the name. An empty name of a treatment means
	// that there is none: its rows count in the mean, and it is never the most frequent one.
	Decode func(column int, dst, raw []byte) ([]byte, error)

	// Mark is the decimal mark of numbers; 0 means '.'. Range limits the numbers; nil means from
	// 0 to MaxNumber.
	Mark  byte
	Range *Range

	// Missing reports whether a number's field, without its quotes, is a spelling of a missing
	// value, as an empty field is. Missing is not asked about fields of one to eight digits:
	// MissingWhole has the values of those that mean a missing value.
	Missing      func(field []byte) bool
	MissingWhole []int64

	// NewGroup is called with the names of each new group. An error makes its row a bad one.
	NewGroup func(hospital, diagnosis string) error

	// Pass is called with a record that cannot be added, before Bad. If it returns true, the
	// record is not a row, and AddBlock passes over it. An error ends AddBlock. The fields are as
	// in the file, and valid during the call.
	Pass func(fields [][]byte) (bool, error)

	// Bad is called for a row that AddBlock cannot add. If it returns nil, AddBlock leaves out the
	// row and goes on. If it returns an error, AddBlock ends and returns that error. If Bad is nil,
	// the first bad row ends AddBlock. An error that ends the work (ErrTooManyGroups,
	// ErrTooManyNames, ErrTooManyCounters, ErrOverflow) is returned without calling Bad.
	Bad func(*RowError) error

	// Memory is called with a number of bytes before the table's memory grows, and with a negative
	// number when the table frees memory. If it returns an error, the row that needs the memory is
	// refused with that error, together with ErrTooManyGroups, ErrTooManyNames or
	// ErrTooManyCounters. nil means no limit.
	Memory func(bytes int64) error

	// Extremes makes the table keep the least and the greatest number.
	Extremes bool

	layout                           Layout
	hospitals, diagnoses, treatments Dict

	rows     int64
	groups   list[group]
	small    small        // the tally, while it is small
	large    *large       // the tally, from then on
	counters counters     // of the large tally, if a group's line has no room for them
	whole    int64        // the most whole numbers that are in a group's sum
	exact    list[Number] // by group, the sum of all other numbers; may be shorter than groups
	batch    batch
	merged   bool     // groups may not be in the order of their first rows
	fields   [][]byte // of a record, for Pass
	raw      []byte   // what Missing reads

	limited         bool  // setLimits has been called
	low, high       int64 // the least and the greatest whole number in the range
	looks           bool  // numbers of up to four digits must be checked, too
	least, greatest Number
}

// NewTable returns an empty table for records of the given layout. It panics if a column
// lies outside the record.
func NewTable(l Layout) *Table {
	t := new(Table)
	t.Reset(l)
	return t
}

// Reset empties the table, for records of the given layout, and keeps some of its memory. It keeps
// the names, too, if the layout is the same as before and the names are few. Groups that the table
// has returned stay valid.
func (t *Table) Reset(l Layout) {
	before := t.layout
	t.SetLayout(l)
	for _, d := range []*Dict{&t.hospitals, &t.diagnoses, &t.treatments} {
		if t.layout != before || d.held > keptBytes {
			d.drop()
		}
	}
	memory := account(t.Memory)
	memory.give(t.groups.reset() * chunk * groupSize)
	memory.give(t.exact.reset() * chunk * numberSize)
	if t.large != nil {
		memory.give(t.large.size() + t.counters.size())
	}
	t.small.reset(memory)
	t.large, t.counters, t.merged = nil, counters{}, false
	t.rows, t.whole = 0, 0
	t.limited = false
	t.least, t.greatest = Number{math.MaxInt64, math.MaxUint64}, Number{math.MinInt64, 0}
}

// SetLayout sets the layout of the records that follow, and keeps the groups. It is for another
// file of the same columns. It panics if a column lies outside the record.
func (t *Table) SetLayout(l Layout) {
	if l.Comma == 0 {
		l.Comma = ','
	}
	if l == t.layout {
		return
	}
	for _, c := range []struct {
		column int
		dict   *Dict
	}{{l.Hospital, &t.hospitals}, {l.Diagnosis, &t.diagnoses}, {l.Treatment, &t.treatments}, {l.RecoveryTime, nil}} {
		if c.column < 0 || c.column >= l.Fields-l.Empty {
			panic("aggregate: column outside the record")
		}
		if c.dict != nil {
			c.dict.Decode = func(dst, raw []byte) ([]byte, error) { return t.decode(c.column, dst, raw) }
		}
	}
	t.layout = l
}

// keptBytes is the most memory that a column's names may take if Reset is to keep them.
const keptBytes = 1 << 18

// Rows returns the number of rows added.
func (t *Table) Rows() int64 { return t.rows }

// Len returns the number of groups.
func (t *Table) Len() int { return t.groups.n }

func (t *Table) decode(column int, dst, raw []byte) ([]byte, error) {
	if t.Decode == nil {
		return append(dst, raw...), nil
	}
	return t.Decode(column, dst, raw)
}

// Extreme returns the least and the greatest number of all rows. ok is false if there are no rows,
// or if Extremes is not set.
func (t *Table) Extreme() (least, greatest Number, ok bool) {
	return t.least, t.greatest, t.Extremes && t.rows > 0
}

// Add adds one row, given its four fields. The error is a *RowError. Its Record is the number of
// the row, and its Column is the field's index in the layout.
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

// maxUnfolded is how many whole numbers are added to a sum before it is folded. So the sum stays
// below the limit of the function whole.
const maxUnfolded = 1e17 / MaxNumber

// begin prepares for at most n more rows.
func (t *Table) begin(n int) error {
	t.hospitals.Memory, t.diagnoses.Memory, t.treatments.Memory = t.Memory, t.Memory, t.Memory
	if !t.limited {
		t.setLimits()
		t.limited = true
	}
	if t.whole > maxUnfolded-int64(n) {
		if err := t.fold(); err != nil {
			return err
		}
	}
	t.whole += int64(n)
	return nil
}

// add adds one row as a batch of its own, whose place the caller has set. It returns the column of
// the field that the error is about, or -1.
func (t *Table) add(hospital, diagnosis, treatment, recoveryTime []byte) (column int, err error) {
	b, l := &t.batch, &t.layout
	b.n = 1
	if b.whole[0], b.exact[0], err = t.number(slices.Clip(recoveryTime)); err != nil {
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

// addBatch adds the rows of the batch, and returns how many it added before an error.
func (t *Table) addBatch() (n int, err error) {
	if t.large == nil {
		full := true
		if t.small.fit(t.hospitals.Len(), t.diagnoses.Len(), t.treatments.Len(), t.Memory) {
			n, full, err = t.addSmall()
		}
		if full && err == nil {
			err = t.enlarge()
		}
	}
	if t.large != nil && err == nil {
		n, err = t.addLarge(n)
	}
	if t.Extremes {
		t.extremes(n)
	}
	t.rows += int64(n)
	return n, err
}

// newGroup adds g to the groups, and returns its number.
func (t *Table) newGroup(g group) (uint32, error) {
	if t.NewGroup != nil {
		if err := t.NewGroup(t.hospitals.Name(g.hospital), t.diagnoses.Name(g.diagnosis)); err != nil {
			return 0, err
		}
	}
	if t.groups.n >= maxGroups {
		return 0, ErrTooManyGroups
	}
	if t.groups.full() {
		if err := account(t.Memory).take(chunk*groupSize, ErrTooManyGroups); err != nil {
			return 0, err
		}
	}
	return t.groups.add(g), nil
}

// maxGroups keeps the numbers of groups within 32 bits.
const maxGroups = math.MaxInt32

// refused decides what to do with an error about a new group. It returns an error that ends the
// work, and any error about a single row. Otherwise it returns nil, and the batch is cut short
// before the row: oneRecord handles the row, and meets the error again.
func (t *Table) refused(err error) error {
	if final(err) || t.batch.ends == nil {
		return err
	}
	return nil
}
