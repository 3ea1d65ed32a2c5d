package shard

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"reduction/aggregate"
	"reduction/csvfast"
	"reduction/internal/job"
)

// A partial is CSV in UTF-8. Each record begins with what it is; a group's begins with a number.
//
//	partial,3,RUN,SETTINGS,SHARD,START               3 is the format; START is guess or an offset
//	object,INDEX,BUCKET,KEY,VERSION,ETAG,SIZE        one for each piece, before its span
//	span,INDEX,FROM,TO,FIRST,END,RECORDS,HEADER,ENDSINSIDE,ODD,OUTSIDE,INSIDE,ROWS,SKIPPED,NOVALUE
//	rows,BYTES,ROWS,SKIPPED,NOVALUE,HEADERS,REASON,N,...
//	bad,INDEX,RECORD,OFFSET,KIND,COLUMN              the first bad rows that were left out
//	damage,INDEX,RECORD,OFFSET,KIND,COLUMN           what ended the shard; then it has no groups
//	extremes,LEAST,GREATEST                          of recovery times, with MANIFEST=on
//	treatment,NAME                                   numbered 0, 1, 2, ...
//	INDEX,RECORD,OFFSET,SUM,HOSPITAL,DIAGNOSIS,TREATMENT,ROWS,...
//	end,GROUPS,CHECKSUM                              see seal.go
//
// RECORD counts from the shard's first record, in a shard that is a piece of an object.

// ErrPartial says that a partial cannot be read, or is that of another task.
var ErrPartial = errors.New("shard: damaged, or of another run: start the run again")

// format is the number of this format. Raise it with every change.
const format = 3

// Span says what a task has found in a piece.
type Span struct {
	Piece
	First         int64 // where the first record begins that the shard owns, or a blank line
	End           int64 // where the line behind the last one begins; none behind damage
	Records       int64 // that the shard owns, bad ones too
	HeaderRecords int64 // records up to the header's end

	Rows, Skipped, NoValue int64 // as in job.Counts

	// Inside says that the piece ends inside quotes, if its first record begins where First says.
	Inside bool

	// These are of a guess: whether the piece has an odd number of quotes, and where the first line
	// begins, or none, if the piece begins outside quotes, and if it begins inside.
	Odd    bool
	Starts [2]int64
}

// Bad is a bad row, and of which object.
type Bad struct {
	Object int
	*job.RowError
}

// Head is what a partial says before its groups.
type Head struct {
	Run, Settings string
	Task
	Spans []Span
	Bytes int64 // of CSV

	job.Counts       // without Bad
	Bad        []Bad // the first of them
	Damage     *Bad  // nil: none

	Least, Greatest aggregate.Number
	Extremes        bool // these are known

	Treatments []string
}

// add adds bad rows of an object.
func (h *Head) add(object int, rows []error) {
	for _, err := range rows {
		if bad, ok := errors.AsType[*job.RowError](err); ok {
			h.Bad = append(h.Bad, Bad{object, bad})
		}
	}
}

// kinds name what may be wrong with a row.
var kinds = [...]struct {
	name string
	err  *error
}{
	{"bareQuote", &csvfast.ErrBareQuote},
	{"quote", &csvfast.ErrQuote},
	{"recordTooLong", &csvfast.ErrRecordTooLong},
	{"fieldCount", &aggregate.ErrFieldCount},
	{"number", &aggregate.ErrNumber},
	{"numberRange", &aggregate.ErrNumberRange},
	{"fraction", &aggregate.ErrFraction},
	{"range", &aggregate.ErrRange},
	{"noValue", &aggregate.ErrNoValue},
	{"headerMoved", &job.ErrHeaderMoved},
	{"decimalComma", &job.ErrDecimalComma},
	{"utf8", &job.ErrUTF8},
	{"notEncoded", &job.ErrNotEncoded},
	{"character", &job.ErrCharacter},
	{"missing", &job.ErrMissing},
	{"keyTooLong", &job.ErrKeyTooLong},
	{"overflow", &aggregate.ErrOverflow},
	{"tooLarge", &job.ErrTooLarge},
}

// damageOf returns what an error says about an object's content. ok is false for all other errors.
// That there is too much for the memory has no place: where it shows depends on how the bytes
// arrive.
func damageOf(object int, err error) (b *Bad, ok bool) {
	row, isRow := errors.AsType[*job.RowError](err)
	switch {
	case errors.Is(err, job.ErrTooLarge):
		row = &job.RowError{Err: job.ErrTooLarge}
	case !isRow:
		row = &job.RowError{Err: err} // a sum that was too large in merging
	}
	return &Bad{object, row}, kindOf(row.Err) != ""
}

func kindOf(err error) string {
	for _, k := range kinds {
		if err == *k.err {
			return k.name
		}
	}
	return ""
}

// writer appends records of CSV.
type writer struct {
	b    []byte
	some bool                    // fields in this record
	take func(bytes int64) error // asked before b grows in reserve; nil: no limit
}

// reserve makes room for so many bytes.
func (w *writer) reserve(n int) error {
	if cap(w.b)-len(w.b) >= n {
		return nil
	}
	size := 2*cap(w.b) + n
	if w.take != nil {
		if err := w.take(int64(size)); err != nil {
			return err
		}
		defer w.take(-int64(cap(w.b)))
	}
	w.b = append(make([]byte, 0, size), w.b...)
	return nil
}

func (w *writer) separate() {
	if w.some {
		w.b = append(w.b, ',')
	}
	w.some = true
}

func (w *writer) text(s string) {
	w.separate()
	if !strings.ContainsAny(s, ",\"\r\n") {
		w.b = append(w.b, s...)
		return
	}
	w.b = append(w.b, '"')
	for i := range len(s) {
		if s[i] == '"' {
			w.b = append(w.b, '"')
		}
		w.b = append(w.b, s[i])
	}
	w.b = append(w.b, '"')
}

func (w *writer) number(n int64) {
	w.separate()
	w.b = strconv.AppendInt(w.b, n, 10)
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (w *writer) exact(n aggregate.Number) {
	w.separate()
	w.b = n.Append(w.b)
}

func (w *writer) end() {
	w.b = append(w.b, '\n')
	w.some = false
}

func (w *writer) bad(what string, b *Bad) {
	w.text(what)
	w.number(int64(b.Object))
	w.number(b.Record)
	w.number(b.Offset)
	w.text(kindOf(b.Err))
	w.text(b.Column)
	w.end()
}

// append appends the partial. take is asked for the memory of its groups: see aggregate.Table.
func (h *Head) append(dst []byte, p *Plan, table *aggregate.Table, take func(int64) error) ([]byte, error) {
	w := &writer{b: dst, take: take}
	w.text("partial")
	w.number(format)
	w.text(h.Run)
	w.text(h.Settings)
	w.number(int64(h.Shard))
	w.text(h.Task.start())
	w.end()
	for i := range h.Spans {
		s := &h.Spans[i]
		o := p.object(s.Object)
		w.text("object")
		w.number(int64(s.Object))
		for _, name := range [...]string{o.Bucket, o.Key, o.VersionID, o.ETag} {
			w.text(name)
		}
		w.number(o.Size)
		w.end()
		w.text("span")
		w.number(int64(s.Object))
		for _, n := range [...]int64{s.From, s.To, s.First, s.End, s.Records, s.HeaderRecords, bit(s.Inside), bit(s.Odd), s.Starts[0], s.Starts[1],
			s.Rows, s.Skipped, s.NoValue} {
			w.number(n)
		}
		w.end()
	}
	w.rows(h.Bytes, &h.Counts)
	for i := range h.Bad {
		w.bad("bad", &h.Bad[i])
	}
	var groups int64
	var err error
	if h.Damage != nil {
		w.bad("damage", h.Damage)
	} else {
		if h.Extremes {
			w.extremes(h.Least, h.Greatest)
		}
		groups, err = w.groups(table)
	}
	return w.seal(len(dst), groups), err
}

// rows appends how many rows there are, and what became of the others.
func (w *writer) rows(bytes int64, c *job.Counts) {
	w.text("rows")
	for _, n := range [...]int64{bytes, c.Rows, c.Skipped, c.NoValue, c.Headers} {
		w.number(n)
	}
	for reason, n := range c.Reasons {
		if n > 0 {
			w.text(job.Reason(reason).String())
			w.number(n)
		}
	}
	w.end()
}

func (w *writer) extremes(least, greatest aggregate.Number) {
	w.text("extremes")
	w.exact(least)
	w.exact(greatest)
	w.end()
}

// groups appends treatments and groups.
func (w *writer) groups(table *aggregate.Table) (n int64, err error) {
	for _, name := range table.Treatments() {
		if err := w.reserve(2*len(name) + 16); err != nil {
			return n, err
		}
		w.text("treatment")
		w.text(name)
		w.end()
	}
	for g := range table.Parts {
		// A number takes at most 20 bytes, a sum 42, and a text twice its length and two.
		if err := w.reserve(2*len(g.Hospital) + 2*len(g.Diagnosis) + 44*len(g.Treatments) + 128); err != nil {
			return n, err
		}
		n++
		w.number(g.Offset >> offsetBits)
		w.number(g.Record)
		w.number(g.Offset & (1<<offsetBits - 1))
		w.exact(g.Sum)
		w.text(string(g.Hospital))
		w.text(string(g.Diagnosis))
		for _, t := range g.Treatments {
			w.number(int64(t.Treatment))
			w.number(t.Rows)
		}
		w.end()
	}
	return n, nil
}

// Reader reads a partial: its Head, which is the caller's to keep, and then its groups. It keeps
// its buffers from one partial to the next.
type Reader struct {
	*Head
	src    sealed
	s      csvfast.Scanner
	row    bool // the record that s is at has not been used
	groups int64
	part   aggregate.Part
}

// maxPartialRecord is longer than any record of a partial: a group with a counter for each of very
// many treatments.
const maxPartialRecord = 1 << 30

// Reset begins to read a partial, and reads its Head.
func (r *Reader) Reset(src io.Reader) error {
	r.Head, r.groups = new(Head), 0
	r.s.MaxRecord = maxPartialRecord
	r.open(src)
	if r.row = r.s.Next(); !r.row {
		return r.failed()
	}
	if string(r.s.Field(0)) != "partial" || !r.head() {
		return ErrPartial
	}
	for r.row = r.s.Next(); r.row; r.row = r.s.Next() {
		switch what := string(r.s.Field(0)); {
		case what == "end", isNumber(r.s.Field(0)):
			return nil
		case !r.record(what):
			return ErrPartial
		}
	}
	return r.failed()
}

// failed is why there is no further record.
func (r *Reader) failed() error {
	if bad, ok := errors.AsType[*csvfast.Error](r.s.Err()); ok && kindOf(bad.Err) == "" {
		return bad.Err
	}
	return ErrPartial
}

func isNumber(field []byte) bool {
	_, ok := number(field)
	return ok
}

// number reads a whole number.
func number(field []byte) (n int64, ok bool) {
	digits := field
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	if len(digits) < len(field) {
		n = -n
	}
	return n, true
}

// numbers reads fields of the record from i on.
func (r *Reader) numbers(i int, to ...*int64) bool {
	if i+len(to) > r.s.NumFields() {
		return false
	}
	for k, n := range to {
		var ok bool
		if *n, ok = number(r.s.Field(i + k)); !ok {
			return false
		}
	}
	return true
}

func (r *Reader) head() bool {
	var version, shard int64
	if r.s.NumFields() != 6 || !r.numbers(1, &version) || version != format || !r.numbers(4, &shard) {
		return false
	}
	r.Run, r.Settings, r.Shard, r.Start = string(r.s.Field(2)), string(r.s.Field(3)), int(shard), Guess
	return string(r.s.Field(5)) == "guess" || r.numbers(5, &r.Start)
}

// record reads a record of the head.
func (r *Reader) record(what string) bool {
	var object int64
	h := r.Head
	switch what {
	case "object":
		return true // for people; the plan says it, too
	case "span":
		var s Span
		var inside, odd int64
		if !r.numbers(1, &object, &s.From, &s.To, &s.First, &s.End, &s.Records, &s.HeaderRecords, &inside, &odd, &s.Starts[0], &s.Starts[1],
			&s.Rows, &s.Skipped, &s.NoValue) {
			return false
		}
		s.Object, s.Inside, s.Odd = int(object), inside == 1, odd == 1
		h.Spans = append(h.Spans, s)
		return true
	case "rows":
		if !r.numbers(1, &h.Bytes, &h.Rows, &h.Skipped, &h.NoValue, &h.Headers) {
			return false
		}
		for i := 6; i < r.s.NumFields(); i += 2 {
			reason := 0
			for reason < len(h.Reasons) && job.Reason(reason).String() != string(r.s.Field(i)) {
				reason++
			}
			if reason == len(h.Reasons) || !r.numbers(i+1, &h.Reasons[reason]) {
				return false
			}
		}
		return true
	case "bad", "damage":
		row := new(job.RowError)
		if r.s.NumFields() != 6 || !r.numbers(1, &object, &row.Record, &row.Offset) {
			return false
		}
		for _, k := range kinds {
			if k.name == string(r.s.Field(4)) {
				row.Err = *k.err
			}
		}
		row.Column = string(r.s.Field(5))
		if what == "bad" {
			h.Bad = append(h.Bad, Bad{int(object), row})
		} else {
			h.Damage = &Bad{int(object), row}
		}
		return row.Err != nil
	case "extremes":
		var least, greatest bool
		if r.s.NumFields() == 3 {
			h.Least, least = aggregate.ParseSum(r.s.Field(1))
			h.Greatest, greatest = aggregate.ParseSum(r.s.Field(2))
		}
		h.Extremes = least && greatest
		return h.Extremes
	case "treatment":
		if r.s.NumFields() != 2 {
			return false
		}
		h.Treatments = append(h.Treatments, string(r.s.Field(1)))
		return true
	}
	return false
}

// Next returns the next group, or io.EOF behind the last; it is valid until the next call. The
// place of the group is that in a table of several objects.
func (r *Reader) Next() (*aggregate.Part, error) {
	if !r.row {
		if r.row = r.s.Next(); !r.row {
			return nil, r.failed()
		}
	}
	r.row = false
	p := &r.part
	n := r.s.NumFields()
	if string(r.s.Field(0)) == "end" {
		if !r.ends(r.groups) {
			return nil, ErrPartial
		}
		return nil, io.EOF
	}
	var object, offset int64
	var ok bool
	if n < 8 || n%2 != 0 || !r.numbers(0, &object, &p.Record, &offset) || object < 0 || object >= MaxObjects {
		return nil, ErrPartial
	}
	if p.Sum, ok = aggregate.ParseSum(r.s.Field(3)); !ok {
		return nil, ErrPartial
	}
	p.Offset = place(int(object), offset)
	p.Hospital, p.Diagnosis = r.s.Field(4), r.s.Field(5)
	p.Treatments = p.Treatments[:0]
	for i := 6; i < n; i += 2 {
		t, ok1 := number(r.s.Field(i))
		rows, ok2 := number(r.s.Field(i + 1))
		if !ok1 || !ok2 || t < 0 || t >= int64(len(r.Treatments)) || rows <= 0 {
			return nil, ErrPartial
		}
		p.Treatments = append(p.Treatments, aggregate.TreatmentRows{Treatment: uint32(t), Rows: rows})
	}
	r.groups++
	return p, nil
}
