package aggregate

// batchRows is how many rows go through one step before the next: enough that a step's
// start costs nothing, few enough that what they hand on stays in the first-level cache.
const batchRows = 128

// batch is a run of rows on their way into the table, column by column. Working through a
// column at a time keeps each loop small enough for its values to stay in registers, and
// lets the processor overlap the rows' cache misses.
type batch struct {
	n              int
	record, offset int64 // the number of the first row's record; the offset of data[0]

	start                          [batchRows]uint32 // of the record in data
	hospital, diagnosis, treatment [batchRows]uint32 // ids
	whole                          [batchRows]int64  // the number, or notWhole:
	exact                          [batchRows]int128 // then it is here
}

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

// records finds the records at the head of ends that have just the fields they should.
// ends[0] is the end of the record before.
func (b *batch) records(data []byte, ends []uint32, fields int) {
	n := min((len(ends)-1)/fields, batchRows)
	b.n = 0
	for ; b.n < n; b.n++ {
		b.start[b.n] = ends[0] + 1
		var separators byte
		for _, end := range ends[1:fields] {
			separators |= data[end] ^ ','
		}
		if separators|data[ends[fields]]^'\n' != 0 {
			return
		}
		ends = ends[fields:]
	}
}

// numbers reads the recovery times; arguments as of Dict.column. It cuts the batch short
// before a field that is no number.
func (b *batch) numbers(data []byte, ends []uint32, stride int, last bool) {
	for j := range b.n {
		p, e := uint(ends[j*stride])+1, uint(ends[j*stride+1])
		v, ok := parseWhole(word(data[p:]), e-p)
		if !ok {
			field := data[p:e]
			if last {
				field = trimReturn(field)
			}
			var err error
			if v, b.exact[j], err = number(field); err != nil {
				b.n = j
				return
			}
		}
		b.whole[j] = v
	}
}

// number returns what is written in field: the number if it has one to eight digits and no
// more, else notWhole and the number exactly.
func number(field []byte) (whole int64, exact int128, err error) {
	b := unquoteNumber(field)
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
