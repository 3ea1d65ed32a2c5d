package aggregate

// batchRows is how many rows go through one step before the next: enough that a step's
// start costs nothing, few enough that what they hand on stays in the first-level cache.
const batchRows = 128

// batch is a run of rows on their way into the table, column by column. Working through a
// column at a time keeps each loop small enough for its values to stay in registers, and
// lets the processor overlap the rows' cache misses.
//
//	records   ends -> how many rows have what they should, where they should
//	numbers   a column of ends -> numbers
//	names     a column of ends -> ids, for each of the three
//	addBatch  ids, number -> group and counter
//
// No step hands on where a field stands, as ends has it already: with four fields a record,
//
//	data    ...31\nCity Hospital,Asthma,Surgery B,7\nMetro ...
//	ends          0             1      2         3 4
//
// field c of row j begins behind ends[4j+c], and ends before ends[4j+c+1].
type batch struct {
	n              int
	record, offset int64 // the number of the first row's record; the offset of data[0]

	ends   []uint32 // the first is that of the record before
	fields int      // of a record
	start  uint32   // of a row on its own in data, while ends is nil

	hospital, diagnosis, treatment [batchRows]uint32 // ids
	whole                          [batchRows]int64  // the number, or notWhole:
	exact                          [batchRows]int128 // then it is here
	hash, slot                     [batchRows]uint64 // of the large tally

	last [2 * batchRows]uint32 // see column
}

// notWhole says that a number is not one of one to eight digits.
const notWhole = -1

// place returns where row j stands.
func (b *batch) place(j int) (record, offset int64) {
	start := b.start
	if b.ends != nil {
		start = b.ends[j*b.fields] + 1
	}
	return b.record + int64(j), b.offset + int64(start)
}

// group returns the group that row j begins, if it is new.
func (b *batch) group(j int) group {
	record, offset := b.place(j)
	return group{hospital: b.hospital[j], diagnosis: b.diagnosis[j], record: record, offset: offset}
}

// records finds how many records at the head of ends have just the fields they should, up
// to a batch. Of these, all ends lie within data, and so does ends[0], that of the record
// before: what load will read lies between them, or within Pad bytes behind one.
func (b *batch) records(data []byte, ends []uint32, fields int) {
	b.ends, b.fields, b.n = ends, fields, 0
	if int(ends[0]) >= len(data) {
		return
	}
	if fields == 4 {
		b.n = four(data, ends[1:])
		return
	}
	ends = ends[1:]
	for ; b.n < batchRows && len(ends) >= fields; b.n++ {
		last := fields - 1
		for _, end := range ends[:last] {
			if int(end) >= len(data) || data[end] != ',' {
				return
			}
		}
		if end := ends[last]; int(end) >= len(data) || data[end] != '\n' {
			return
		}
		ends = ends[fields:]
	}
}

// four is records for the common record, that has no other columns.
func four(data []byte, ends []uint32) int {
	for j := range batchRows {
		if len(ends) < 4 {
			return j
		}
		e1, e2, e3, e4 := int(ends[0]), int(ends[1]), int(ends[2]), int(ends[3])
		if e1 >= len(data) || e2 >= len(data) || e3 >= len(data) || e4 >= len(data) {
			return j
		}
		if (data[e1]^',')|(data[e2]^',')|(data[e3]^',')|(data[e4]^'\n') != 0 {
			return j
		}
		ends = ends[4:]
	}
	return batchRows
}

// column returns the ends of a column of names, which are stride apart. The last column's
// are copied without the '\r' that a line may end with.
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

// numbers reads column c. It cuts the batch short before a field that is no number.
func (b *batch) numbers(data []byte, c int) {
	text, ends, stride := first(data), &b.ends[c], b.fields
	_ = b.ends[c+(b.n-1)*stride+1]
	for j := range b.whole[:b.n] {
		p, e := load32(ends, j*stride)+1, load32(ends, j*stride+1)
		if whole, ok := parseFew(uint32(load(text, uint(p))), e-p); ok {
			b.whole[j] = int64(whole)
		} else if !b.number(j, data[p:e:cap(data)], c == stride-1) {
			b.n = j
			return
		}
	}
}

// number reads a field that is not just a few digits. It answers false if it is no number.
func (b *batch) number(j int, field []byte, last bool) bool {
	var err error
	b.whole[j], b.exact[j], err = number(field, last)
	return err == nil
}

// number returns what is written in b, without the quotes around it, and without a '\r' if
// it is the last field of its record: the number if it has one to eight digits and no more,
// else notWhole and the number exactly.
func number(b []byte, last bool) (whole int64, exact int128, err error) {
	if last {
		b = trimReturn(b)
	}
	b = unquoteNumber(b)
	if len(b) <= 8 {
		var w uint64
		if cap(b) >= 8 {
			w = word(b[:8])
		} else {
			var padded [8]byte
			copy(padded[:], b)
			w = word(padded[:])
		}
		if whole, ok := parseWhole(w, uint(len(b))); ok {
			return whole, exact, nil
		}
	}
	exact, err = parse(b)
	return notWhole, exact, err
}
