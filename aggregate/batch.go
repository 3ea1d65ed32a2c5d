package aggregate

import "math"

// batchRows is how many rows go through one step before the next step begins: enough that starting
// a step costs nothing per row, and few enough that a step's results stay in the first-level cache.
const batchRows = 128

// batch is a run of rows on their way into the table, column by column. Working through a
// column at a time keeps each loop small enough for its values to stay in registers, and
// lets the processor overlap the rows' cache misses.
//
//	records   ends -> how many rows have the fields of the layout
//	numbers   a column of ends -> numbers
//	names     a column of ends -> ids, for each of the three
//	addBatch  ids, number -> group and counter
//
// No step stores the positions of fields, because ends has them. With four fields a record, field c
// of row j begins after ends[4j+c] and ends before ends[4j+c+1]:
//
//	data    ...31\nCity Hospital,Asthma,Surgery B,7\nMetro ...
//	ends          0             1      2         3 4
type batch struct {
	n              int
	record, offset int64 // the number of the first row's record; the offset of data[0]

	ends   []uint32 // ends[0] is the end of the record before the first row
	fields int      // of a record
	start  uint32   // where a single row begins in data, while ends is nil

	hospital, diagnosis, treatment [batchRows]uint32 // ids
	whole                          [batchRows]int64  // the number; notWhole: it is in exact
	exact                          [batchRows]Number
	hash, slot                     [batchRows]uint64 // of the large tally

	last [2 * batchRows]uint32 // see column
}

// notWhole says that a number is not written with one to eight digits alone.
const notWhole = -1

// place returns the record and the offset of row j.
func (b *batch) place(j int) (record, offset int64) {
	start := b.start
	if b.ends != nil {
		start = b.ends[j*b.fields] + 1
	}
	return b.record + int64(j), b.offset + int64(start)
}

// group returns a new group whose first row is row j.
func (b *batch) group(j int) group {
	record, offset := b.place(j)
	return group{hospital: b.hospital[j], diagnosis: b.diagnosis[j], record: record, offset: offset}
}

// records sets n to how many records at the head of ends have exactly the fields of the layout, at
// most a batch. ends[0] is the end of the record before. It and all ends of these records lie
// within data, so load reads only between them or within Pad bytes after one.
func (b *batch) records(data []byte, ends []uint32, l *Layout) {
	b.ends, b.fields, b.n = ends, l.Fields, 0
	if int(ends[0]) >= len(data) {
		return
	}
	if l.Fields == 4 {
		b.n = four(data, ends[1:], l.Comma)
		return
	}
	for ; b.n < batchRows && len(ends) > l.Fields; b.n++ {
		for i, end := range ends[1 : l.Fields+1] {
			want := l.Comma
			if i == l.Fields-1 {
				want = '\n'
			}
			if int(end) >= len(data) || data[end] != want {
				return
			}
			if i >= l.Fields-l.Empty && len(trimReturn(data[ends[i]+1:end])) > 0 {
				return
			}
		}
		ends = ends[l.Fields:]
	}
}

// four is records for the common layout of four fields.
func four(data []byte, ends []uint32, comma byte) int {
	for j := range batchRows {
		if len(ends) < 4 {
			return j
		}
		e1, e2, e3, e4 := int(ends[0]), int(ends[1]), int(ends[2]), int(ends[3])
		if e1 >= len(data) || e2 >= len(data) || e3 >= len(data) || e4 >= len(data) {
			return j
		}
		if (data[e1]^comma)|(data[e2]^comma)|(data[e3]^comma)|(data[e4]^'\n') != 0 {
			return j
		}
		ends = ends[4:]
	}
	return batchRows
}

// column returns the ends of a column of names, which are stride apart. For the last column it
// returns a copy of the ends, moved before the '\r' that a line may end with.
func (b *batch) column(data []byte, c int) (ends []uint32, stride int) {
	if c < b.fields-1 {
		return b.ends[c:], b.fields
	}
	for j := range b.n {
		e := b.ends[j*b.fields+c:][:2]
		b.last[2*j], b.last[2*j+1] = e[0], e[1]
		if data[e[1]-1] == '\r' {
			b.last[2*j+1]--
		}
	}
	return b.last[:], 2
}

// numbers reads column c. It cuts the batch short before a row whose number is bad, missing or out
// of range: oneRecord handles that row. Nearly all files have the quotes, and the '\r', in all rows
// or in none, so the processor predicts these branches.
func (t *Table) numbers(data []byte, c int) {
	b := &t.batch
	text, ends, stride := first(data), &b.ends[c], b.fields
	_ = b.ends[c+(b.n-1)*stride+1]
	last, i := c == stride-1, 0
	for j := range b.whole[:b.n] {
		p, e := load32(ends, i)+1, load32(ends, i+1)
		i += stride
		if last && data[e-1] == '\r' {
			e--
		}
		w, n := load(text, uint(p)), e-p
		if byte(w) == '"' && data[e-1] == '"' {
			w, n = w>>8, n-2
		}
		if whole, ok := parseFew(uint32(w), n); ok {
			b.whole[j] = int64(whole)
			continue
		}
		field := data[min(p, e):e:cap(data)] // e is p-1 if the separator is '\r' and the field is empty
		var err error
		if b.whole[j], b.exact[j], err = t.number(field); err != nil {
			b.n = j
			break
		}
	}
	if t.looks {
		for j, v := range b.whole[:b.n] {
			if v != notWhole && t.look(v) != nil {
				b.n = j
				return
			}
		}
	}
}

// setLimits works out which whole numbers need no further check.
func (t *Table) setLimits() {
	t.low, t.high = 0, MaxNumber
	if r := t.Range; r != nil {
		t.low, t.high = -r.Least.neg().floor(), r.Greatest.floor()
	}
	const few = 9999 // what parseFew reads
	t.looks = t.low > 0 || t.high < few || len(t.MissingWhole) > 0
}

// look refuses a whole number that is outside the range, or that is a spelling of a missing value.
func (t *Table) look(v int64) error {
	for _, missing := range t.MissingWhole {
		if v == missing {
			return ErrNoValue
		}
	}
	switch {
	case v > MaxNumber:
		return ErrNumberRange
	case v < t.low || v > t.high:
		return ErrRange
	}
	return nil
}

// number returns the number in a field, whose quotes it ignores. If the number has one to eight
// digits and nothing else, number returns it as w. Otherwise w is notWhole, and exact is the
// number. Bytes after the field, within its capacity, may be read.
func (t *Table) number(b []byte) (w int64, exact Number, err error) {
	b = unquoteNumber(b)
	if blank(b) {
		return 0, exact, ErrNoValue
	}
	if len(b) <= 8 {
		var text uint64
		if cap(b) >= 8 {
			text = word(b[:8])
		} else {
			var padded [8]byte
			copy(padded[:], b)
			text = word(padded[:])
		}
		if v, ok := parseWhole(text, uint(len(b))); ok {
			return v, exact, t.look(v)
		}
	}
	if t.Missing != nil {
		t.raw = append(t.raw[:0], b...) // the copy keeps the caller's bytes from escaping to the heap
		if t.Missing(t.raw) {
			return 0, exact, ErrNoValue
		}
	}
	mark := t.Mark
	if mark == 0 {
		mark = '.'
	}
	if exact, err = ParseNumber(b, mark); err != nil {
		return 0, exact, err
	}
	least, greatest := Number{}, whole(MaxNumber)
	if t.Range != nil {
		least, greatest = t.Range.Least, t.Range.Greatest
	}
	if exact.Compare(least) < 0 || exact.Compare(greatest) > 0 {
		return 0, exact, ErrRange
	}
	return notWhole, exact, nil
}

// blank reports whether b has nothing but spaces and tabs.
func blank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}

// extremes keeps the least and the greatest of the numbers of the batch's first n rows.
func (t *Table) extremes(n int) {
	b := &t.batch
	low, high := int64(math.MaxInt64), int64(-1)
	for j, v := range b.whole[:n] {
		if v == notWhole {
			t.extreme(b.exact[j])
			continue
		}
		low, high = min(low, v), max(high, v)
	}
	if high >= 0 {
		t.extreme(whole(low))
		t.extreme(whole(high))
	}
}

func (t *Table) extreme(n Number) {
	if n.Compare(t.least) < 0 {
		t.least = n
	}
	if n.Compare(t.greatest) > 0 {
		t.greatest = n
	}
}
