package job

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"

	"reduction/aggregate"
	"reduction/csvfast"
	"reduction/ddbwire"
)

// Reducer turns CSV into groups. It holds memory for the groups and two buffers, however
// long the CSV is.
type Reducer struct {
	Counts
	Suppressed int // groups that MinRecords has left out of Groups

	options Options
	columns Columns // what the header must have
	normals Columns // the same as normal returns them
	layout  aggregate.Layout
	started bool // the header has been read
	another bool // ReadFrom reads another file, which has a header of its own
	table   aggregate.Table
	scanner csvfast.Scanner
	file    *bufio.Reader // what is being read, as it is stored
	text    []byte        // what appendDecoded reads
	share   *share        // that the memory comes from
	held    int64         // of memory, by the table and the scanner

	suppressing bool     // only the groups of kept are in the result
	kept        []uint32 // their numbers in the table

	stop context.Context // ends reading; nil: nothing does

	missingNumbers []aggregate.Number // that MISSING names

	// Of the record that the table has last asked about.
	decimalComma bool // its number has a comma
	moved        bool // it is the header, with its columns in other positions
}

// NewReducer returns a Reducer that has read nothing.
func NewReducer(o Options) *Reducer {
	columns := o.Columns.Names()
	r := &Reducer{options: o, columns: columns, normals: columns.normal()}
	t := &r.table
	t.Decode, t.Pass, t.Bad, t.NewGroup, t.Missing = r.decode, r.pass, r.badRow, newGroup, r.missingNumber
	t.Range, t.Mark = o.Range, '.'
	if o.Comma {
		t.Mark = ','
	}
	for _, s := range o.Missing {
		if n, err := aggregate.ParseNumber([]byte(s), t.Mark); err == nil {
			r.missingNumbers = append(r.missingNumbers, n)
		}
		if n, err := strconv.ParseInt(s, 10, 32); err == nil && n >= 0 {
			t.MissingWhole = append(t.MissingWhole, n)
		}
	}
	// An extreme is the number of one patient, perhaps of a group that is left out.
	t.Extremes = o.Manifest && o.MinRecords <= 1
	t.Memory, r.scanner.Memory = r.memory, r.memory
	return r
}

// memory is asked before the table or the scanner grows, and told of what they let go.
func (r *Reducer) memory(bytes int64) error {
	err := r.share.take(bytes)
	if err == nil {
		r.held += bytes
	}
	return err
}

// reset makes the Reducer one that has read nothing, and keeps little of its memory.
func (r *Reducer) reset() {
	if r.started {
		r.table.Reset(r.layout)
	}
	r.Counts, r.started, r.another, r.suppressing = Counts{}, false, false, false
	r.kept = nil
}

// keptSize is what the number of a group takes, in bytes.
const keptSize = 4

// suppress leaves out the groups of fewer rows than MinRecords, and counts them as Suppressed. It
// comes between reading and Len.
func (r *Reducer) suppress() error {
	least := int64(r.options.MinRecords)
	if least <= 1 || !r.started {
		return nil
	}
	n := r.table.Len()
	if err := r.share.take(int64(n) * keptSize); err != nil {
		return err
	}
	r.suppressing, r.kept = true, make([]uint32, 0, n)
	for i := range n {
		if g := r.table.Group(i); g.Count >= least {
			r.kept = append(r.kept, uint32(i))
		}
	}
	r.Suppressed = n - len(r.kept)
	return nil
}

// Len returns how many groups the result has: one for each pair of diagnosis and hospital, without
// those that are suppressed.
func (r *Reducer) Len() int {
	switch {
	case !r.started:
		return 0
	case r.suppressing:
		return len(r.kept)
	}
	return r.table.Len()
}

// Group returns group i of Len, in the order of their first rows, unless other parts were merged.
// Several goroutines may call it while nothing is read.
func (r *Reducer) Group(i int) aggregate.Group { return r.table.Group(r.index(i)) }

// names returns the names of group i, as Group does, in a fraction of its time.
func (r *Reducer) names(i int) (hospital, diagnosis string) { return r.table.Names(r.index(i)) }

// index returns the table's number of group i.
func (r *Reducer) index(i int) int {
	if r.suppressing {
		return int(r.kept[i])
	}
	return i
}

// Groups returns all groups in the order of their first rows; without those of fewer rows than
// MinRecords, which Suppressed counts.
func (r *Reducer) Groups() []aggregate.Group {
	if !r.started {
		return nil
	}
	groups := r.table.Groups()
	n := len(groups)
	if least := int64(r.options.MinRecords); least > 1 {
		groups = slices.DeleteFunc(groups, func(g aggregate.Group) bool { return g.Count < least })
	}
	r.Suppressed = n - len(groups)
	return groups
}

// Extreme returns the least and the greatest recovery time; ok is false where there are no rows,
// or nobody has asked for a manifest.
func (r *Reducer) Extreme() (least, greatest aggregate.Number, ok bool) {
	if !r.started {
		return least, greatest, false
	}
	return r.table.Extreme()
}

// AnotherFile says that what ReadFrom reads next is a file with a header of its own, which may have
// the columns in other places. Its rows are added to those of the files before it.
func (r *Reducer) AnotherFile() { r.another = true }

// ReadFrom reads CSV, its header first, to the end of src, and returns the number of bytes of CSV
// that it read. A header without rows is no error; no header is. What the file is, compressed or
// not and by which separator, is found out from its content.
func (r *Reducer) ReadFrom(src io.Reader) (int64, error) {
	in := &counter{r: src, stop: r.stop}
	if r.started && !r.another {
		r.scanner.Reset(in)
		r.scanner.Comma = r.layout.Comma
	} else if err := r.open(in); err != nil {
		return in.n, err
	}
	_, _, err := r.rows(&r.scanner, math.MaxInt64)
	return in.n, err
}

// open reads up to the header's end.
func (r *Reducer) open(in *counter) error {
	if r.file == nil {
		r.file = bufio.NewReaderSize(nil, startSize)
	}
	r.file.Reset(in.r)
	opened, _, err := open(r.file)
	if err != nil {
		return err
	}
	start, _ := opened.Peek(startSize)
	if len(bytes.TrimSpace(bytes.TrimPrefix(start, []byte(byteOrderMark)))) == 0 {
		return ErrEmpty
	}
	layout, skipped, err := r.readHeader(start)
	if err != nil {
		return err
	}
	in.r = opened
	r.scanner.Reset(in)
	r.scanner.Comma = layout.Comma
	for range skipped + 1 {
		if !r.scanner.Next() {
			return r.place(r.scanner.Err())
		}
	}
	r.layout = layout
	if r.started {
		r.table.SetLayout(r.layout)
	} else {
		r.start()
	}
	r.another = false
	return nil
}

// ReadHeader reads the header of a file that is not compressed, and returns the offset of what
// follows it. The rows are for Parts to read.
func (r *Reducer) ReadHeader(src io.Reader) (offset int64, err error) {
	in := &counter{r: src}
	if err := r.open(in); err != nil {
		return 0, err
	}
	if r.scanner.NextBlock() {
		return r.scanner.Block().Offset, nil
	}
	if err := r.scanner.Err(); err != nil {
		return 0, r.place(err)
	}
	return in.n, nil
}

// Layout says where the columns are, once the header has been read.
func (r *Reducer) Layout() aggregate.Layout { return r.layout }

// Verdict fails where too many rows were bad, or none could be used: before anything is stored.
func (r *Reducer) Verdict() error { return r.verdict(r.options.BadRows) }

// Part returns a Reducer for some of the rows behind the header that r has read. Places in
// its errors and groups count from where it begins to read.
func (r *Reducer) Part() *Reducer {
	p := NewReducer(r.options)
	p.layout = r.layout
	p.start()
	return p
}

// Merge adds what a part has found. The order of parts does not matter.
func (r *Reducer) Merge(p *Reducer) error {
	r.add(&p.Counts)
	return r.table.Merge(&p.table)
}

// start makes the table ready for rows, the columns being known.
func (r *Reducer) start() {
	r.started = true
	r.table.Reset(r.layout)
}

// newGroup refuses names that are together too long for a sort key.
func newGroup(hospital, diagnosis string) error {
	if len(diagnosisMark)+len(diagnosis)+len(hospitalMark)+len(hospital) > ddbwire.MaxSortKey {
		return ErrKeyTooLong
	}
	return nil
}

// missingNumber reports whether a recovery time is a spelling of a missing value. A number in
// MISSING has several spellings: 999 and 999.0.
func (r *Reducer) missingNumber(field []byte) bool {
	if len(r.missingNumbers) > 0 {
		if n, err := aggregate.ParseNumber(field, r.table.Mark); err == nil {
			return slices.Contains(r.missingNumbers, n)
		}
	}
	return r.missing(field, true)
}

// errRestart ends a block early: the scanner reads what follows a bad row's first line again.
var errRestart = errors.New("job: the rest of the block is read again")

// rows feeds the table block by block: the records that begin before the byte stop. It returns
// where the line behind them begins, and how many records, bad ones too, precede it; at the end of
// what there is to read, math.MaxInt64. A block ends before a record that is bad as CSV; the table
// stops at a row that it cannot use. Either fails the job or costs the row's first line.
func (r *Reducer) rows(s *csvfast.Scanner, stop int64) (end, records int64, err error) {
	defer func() { r.Rows = r.table.Rows() }()
	for {
		for s.NextBlock() {
			b := s.Block()
			if b.Offset >= stop {
				return b.Offset, b.Record - 1, nil
			}
			if end = b.Offset + int64(len(b.Data)); end >= stop {
				b, records = b.Until(stop - b.Offset)
				end, records = b.Offset+int64(len(b.Data)), records+b.Record-1
			}
			if _, err := r.table.AddBlock(aggregate.Block(b)); err == errRestart {
				continue
			} else if err != nil {
				return 0, 0, r.place(err)
			}
			if end >= stop {
				return end, records, nil
			}
		}
		bad, ok := errors.AsType[*csvfast.Error](s.Err())
		if !ok {
			return math.MaxInt64, s.Record(), nil // the end of what there is
		}
		if bad.Offset >= stop {
			return bad.Offset, bad.Record - 1, nil
		}
		err := r.place(bad)
		if !r.options.BadRows.Skip || !s.SkipBad() {
			return 0, 0, err
		}
		r.skip(err)
	}
}

// pass is asked by the table about a record that it cannot add, and answers whether it is no row.
func (r *Reducer) pass(fields [][]byte) (bool, error) {
	var again bool
	if again, r.moved = r.repeated(fields); again {
		r.Headers++
		return true, nil
	}
	// Where commas separate, a number with one is two fields.
	r.decimalComma = !r.options.Comma && r.layout.Comma != ',' && len(fields) > r.layout.RecoveryTime &&
		isDecimalComma(fields[r.layout.RecoveryTime])
	return false, nil
}

// isDecimalComma says whether a field is a number of which the decimal mark is a comma.
func isDecimalComma(field []byte) bool {
	field = bytes.Trim(field, "\"")
	_, err := aggregate.ParseNumber(field, ',')
	return err == nil && bytes.IndexByte(field, ',') >= 0
}

// badRow is told by the table of a row that it cannot add.
func (r *Reducer) badRow(bad *aggregate.RowError) error {
	err := r.place(bad)
	o := &r.options
	switch {
	case r.moved:
		return &RowError{Record: bad.Record, Offset: bad.Offset, Err: ErrHeaderMoved}
	case r.decimalComma && errors.Is(bad.Err, aggregate.ErrNumber):
		return &RowError{Record: bad.Record, Offset: bad.Offset, Column: r.columns[3], Err: ErrDecimalComma}
	case errors.Is(bad.Err, ErrNotEncoded):
		return err
	case errors.Is(bad.Err, ErrUTF8) && (!o.BadRows.Skip || o.BadRows.Share > 0):
		// Skipping would leave out exactly the rows with umlauts, and stay below the limit.
		return err
	case errors.Is(bad.Err, aggregate.ErrNoValue) && o.NoValue == SkipNoValue:
		r.NoValue++
		return nil
	case !o.BadRows.Skip:
		return err
	default:
		r.skip(err)
	}
	if r.scanner.Reject(bad.Offset) {
		return errRestart
	}
	return nil
}

// place makes the scanner's and the table's errors one kind, and names the column.
func (r *Reducer) place(err error) error {
	if bad, ok := errors.AsType[*csvfast.Error](err); ok {
		switch bad.Err {
		case csvfast.ErrBareQuote, csvfast.ErrQuote, csvfast.ErrRecordTooLong, csvfast.ErrComma:
			return &RowError{Record: bad.Record, Offset: bad.Offset, Err: bad.Err}
		}
		return &readError{bad.Record, bad.Err}
	}
	bad, ok := errors.AsType[*aggregate.RowError](err)
	if !ok {
		return err
	}
	e := &RowError{Record: bad.Record, Offset: bad.Offset, Err: bad.Err}
	for i, at := range [4]int{r.layout.Hospital, r.layout.Diagnosis, r.layout.Treatment, r.layout.RecoveryTime} {
		if bad.Column == at {
			e.Column = r.columns[i]
		}
	}
	return e
}

// counter counts the bytes that are read through it, and ends reading when stop ends. It counts
// after decompression: a small file may decompress for a long time without reading from the
// network.
type counter struct {
	r    io.Reader
	n    int64
	stop context.Context
}

func (c *counter) Read(p []byte) (int, error) {
	if c.stop != nil && c.stop.Err() != nil {
		return 0, context.Cause(c.stop)
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
