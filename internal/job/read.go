package job

import (
	"errors"
	"io"
	"unicode/utf8"

	"reduction/aggregate"
	"reduction/csvfast"
)

// The columns the job reads, by their names in the header, in any order. Others are not
// looked at beyond their quotes.
const (
	columnHospital     = "Hospital"
	columnDiagnosis    = "Diagnosis"
	columnTreatment    = "Treatment"
	columnRecoveryTime = "Recovery Time"
)

// maxBad is how many bad rows a Reducer keeps the places of.
const maxBad = 10

// Reducer turns CSV into groups. It holds memory for the groups and one buffer, however
// long the CSV is.
type Reducer struct {
	Skipped int64   // bad rows left out
	Bad     []error // the first of them, each a *RowError

	options Options
	layout  aggregate.Layout
	table   *aggregate.Table
	scanner *csvfast.Scanner // of what is being read
}

// NewReducer returns a Reducer that has read nothing.
func NewReducer(o Options) *Reducer { return &Reducer{options: o} }

// Rows is the number of rows in the groups.
func (r *Reducer) Rows() int64 {
	if r.table == nil {
		return 0
	}
	return r.table.Rows()
}

// Groups are the result so far, one for each pair of diagnosis and hospital, in the order
// of their first rows.
func (r *Reducer) Groups() []aggregate.Group {
	if r.table == nil {
		return nil
	}
	return r.table.Groups()
}

// ReadFrom reads CSV, its header first, to the end of src, and returns the number of bytes
// it read. A header without rows is no error; no header is.
func (r *Reducer) ReadFrom(src io.Reader) (int64, error) {
	in := &counter{r: src}
	s := csvfast.NewScanner(in)
	if r.table == nil {
		if !s.Next() {
			if err := s.Err(); err != nil {
				return in.n, r.place(err)
			}
			return in.n, ErrEmpty
		}
		if err := r.header(s); err != nil {
			return in.n, err
		}
	}
	err := r.rows(s)
	return in.n, err
}

// Part returns a Reducer for some of the rows behind the header that r has read. Places in
// its errors and groups count from where it begins to read.
func (r *Reducer) Part() *Reducer {
	p := &Reducer{options: r.options, layout: r.layout}
	p.newTable()
	return p
}

// Merge adds what a part has found. The order of parts does not matter.
func (r *Reducer) Merge(p *Reducer) error {
	r.Skipped += p.Skipped
	r.Bad = append(r.Bad, p.Bad[:min(len(p.Bad), maxBad-len(r.Bad))]...)
	return r.table.Merge(p.table)
}

// header finds the columns.
func (r *Reducer) header(s *csvfast.Scanner) error {
	l := &r.layout
	l.Fields = s.NumFields()
	e := &HeaderError{Found: l.Fields}
	for _, c := range []struct {
		name string
		at   *int
	}{
		{columnHospital, &l.Hospital},
		{columnDiagnosis, &l.Diagnosis},
		{columnTreatment, &l.Treatment},
		{columnRecoveryTime, &l.RecoveryTime},
	} {
		*c.at = -1
		for i := range l.Fields {
			if string(s.Field(i)) != c.name {
				continue
			}
			if *c.at >= 0 {
				e.Twice = append(e.Twice, c.name)
				break
			}
			*c.at = i
		}
		if *c.at < 0 {
			e.Missing = append(e.Missing, c.name)
		}
	}
	if len(e.Missing)+len(e.Twice) > 0 {
		return e
	}
	r.newTable()
	return nil
}

func (r *Reducer) newTable() {
	r.table = aggregate.NewTable(r.layout)
	r.table.Decode = decode
	r.table.Bad = r.badRow
	r.table.MaxGroups = r.options.MaxGroups
	r.table.MaxNameBytes = r.options.MaxNameBytes
}

// rows feeds the table block by block. A block ends before a record that is bad as CSV; the table
// stops at a row that it cannot use. Either fails the job or costs the row's first line.
func (r *Reducer) rows(s *csvfast.Scanner) error {
	r.scanner = s
	for {
		for s.NextBlock() {
			b := s.Block()
			_, err := r.table.AddRows(b.Data, b.Ends, b.Record, b.Offset)
			if err != nil && err != errRestart {
				return r.place(err)
			}
		}
		err := s.Err()
		if err == nil {
			return nil
		}
		err = r.place(err)
		if !r.options.SkipBadRows || !s.SkipBad() {
			return err
		}
		r.skip(err)
	}
}

// errRestart ends a block early: the scanner reads what follows a bad row's first line again.
var errRestart = errors.New("job: the rest of the block is read again")

// badRow is asked by the table about a row that it cannot add.
func (r *Reducer) badRow(bad *aggregate.RowError) error {
	err := r.place(bad)
	if !r.options.SkipBadRows {
		return err
	}
	r.skip(err)
	if r.scanner.Reject(bad.Offset) {
		return errRestart
	}
	return nil
}

func (r *Reducer) skip(err error) {
	r.Skipped++
	if len(r.Bad) < maxBad {
		r.Bad = append(r.Bad, err)
	}
}

// place makes the scanner's and the table's errors one kind, and names the column.
func (r *Reducer) place(err error) error {
	if bad := (*csvfast.Error)(nil); errors.As(err, &bad) {
		return &RowError{Record: bad.Record, Offset: bad.Offset, Err: bad.Err}
	}
	var bad *aggregate.RowError
	if !errors.As(err, &bad) {
		return err
	}
	e := &RowError{Record: bad.Record, Offset: bad.Offset, Err: bad.Err}
	switch bad.Column {
	case r.layout.Hospital:
		e.Column = columnHospital
	case r.layout.Diagnosis:
		e.Column = columnDiagnosis
	case r.layout.Treatment:
		e.Column = columnTreatment
	case r.layout.RecoveryTime:
		e.Column = columnRecoveryTime
	}
	return e
}

// decode turns a field as it stands in the file into a name. The table calls it once for
// each spelling, so what it checks costs nothing a row.
func decode(dst, raw []byte) ([]byte, error) {
	name, err := csvfast.AppendUnquoted(dst, raw)
	if err == nil && !utf8.Valid(name[len(dst):]) {
		err = ErrUTF8
	}
	return name, err
}

// counter counts what is read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
