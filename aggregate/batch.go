package aggregate

// batchRows is how many rows go through one step before the next: enough that a step's
// start costs nothing, few enough that what they hand on stays in the first-level cache.
const batchRows = 128

// batch is a run of rows on their way into the table, column by column. Working through a
// column at a time keeps each loop small enough for its values to stay in registers, and
// lets the processor overlap the rows' cache misses.
//
//	records   ends -> spans     one loop over the rows, all four fields
//	numbers   span -> number    one loop
//	names     span -> id        one loop a column
//	addBatch  ids, number -> group and counter
type batch struct {
	n              int
	record, offset int64 // the number of the first row's record; the offset of data[0]

	start                          [batchRows]uint32 // of the record in data
	spans                          [4][batchRows]span
	hospital, diagnosis, treatment [batchRows]uint32 // ids
	whole                          [batchRows]int64  // the number, or notWhole:
	exact                          [batchRows]int128 // then it is here
	hash, slot                     [batchRows]uint64 // of the large tally
}

// span is where a field stands in a block: n bytes from p on.
type span struct{ p, n uint32 }

// notWhole says that a number is not one of one to eight digits.
const notWhole = -1

// place returns where row j stands.
func (b *batch) place(j int) (record, offset int64) {
	return b.record + int64(j), b.offset + int64(b.start[j])
}

// group returns the group that row j begins, if it is new.
func (b *batch) group(j int) group {
	record, offset := b.place(j)
	return group{hospital: b.hospital[j], diagnosis: b.diagnosis[j], record: record, offset: offset}
}

// records finds the records at the head of ends that have just the fields they should, up
// to a batch, and notes where the four columns stand in them. ends[0] is the end of the
// record before.
func (b *batch) records(data []byte, ends []uint32, fields int, columns *[4]int) {
	if fields == 4 {
		b.n = b.four(data, ends)
		return
	}
	for b.n = 0; b.n < batchRows && len(ends) > fields; b.n++ {
		e := ends[:fields+1]
		var separators byte
		for _, end := range e[1:fields] {
			separators |= data[end] ^ ','
		}
		end := e[fields]
		if separators|data[end]^'\n' != 0 {
			return
		}
		b.start[b.n] = e[0] + 1
		for k, c := range columns {
			s := span{e[c] + 1, e[c+1] - e[c] - 1}
			if c == fields-1 && data[end-1] == '\r' {
				s.n--
			}
			b.spans[k][b.n] = s
		}
		ends = ends[fields:]
	}
}

// four is records for the common record, that has no other columns.
func (b *batch) four(data []byte, ends []uint32) int {
	for j := range batchRows {
		if len(ends) < 5 {
			return j
		}
		e := (*[5]uint32)(ends)
		p, e1, e2, e3, e4 := e[0]+1, e[1], e[2], e[3], e[4]
		if (data[e1]^',')|(data[e2]^',')|(data[e3]^',')|(data[e4]^'\n') != 0 {
			return j
		}
		if data[e4-1] == '\r' {
			e4--
		}
		b.start[j] = p
		b.spans[0][j] = span{p, e1 - p}
		b.spans[1][j] = span{e1 + 1, e2 - e1 - 1}
		b.spans[2][j] = span{e2 + 1, e3 - e2 - 1}
		b.spans[3][j] = span{e3 + 1, e4 - e3 - 1}
		ends = ends[4:]
	}
	return batchRows
}

// numbers reads a column of numbers. It cuts the batch short before a field that is none.
func (b *batch) numbers(spans *[batchRows]span, data []byte) {
	base, limit := first(data), len(data)-8
	for j := range b.n {
		p, n := uint(spans[j].p), uint(spans[j].n)
		if n > 0 && data[p] == '"' && n > 1 && data[p+n-1] == '"' {
			p, n = p+1, n-2
		}
		var err error
		if int(p) > limit {
			b.whole[j], b.exact[j], err = number(data[p : p+n])
		} else if whole, ok := parseWhole(load(base, p), n); ok {
			b.whole[j] = whole
		} else {
			b.whole[j] = notWhole
			b.exact[j], err = parse(data[p : p+n])
		}
		if err != nil {
			b.n = j
			return
		}
	}
}

// number returns what is written in b, without quotes around it: the number if it has one
// to eight digits and no more, else notWhole and the number exactly.
func number(b []byte) (whole int64, exact int128, err error) {
	if len(b) <= 8 {
		var padded [8]byte
		copy(padded[:], b)
		if whole, ok := parseWhole(word(padded[:]), uint(len(b))); ok {
			return whole, exact, nil
		}
	}
	exact, err = parse(b)
	return notWhole, exact, err
}
