package aggregate

import "bytes"

var byteOrderMark = []byte("\xef\xbb\xbf")

// Pad is how many bytes AddBlock may read after a block's data, within its capacity. If there are
// fewer, the rows at the block's end take a slower path.
const Pad = 32

// AddBlock adds the records of a block. It returns the number of ends used and the error of the
// first bad row, a *RowError, or what Bad makes of it. Rows before it have been added. A record at
// the end that lacks its '\n' is not used. A record of empty fields alone is no row.
//
// AddBlock does not keep the block, does not change it, and allocates nothing unless a name or a
// group is new, or a row is bad.
func (t *Table) AddBlock(block Block) (used int, err error) {
	data, ends := block.Data, block.Ends
	t.batch.record, t.batch.offset, t.batch.start = block.Record, block.Offset, 0
	if err := t.begin(len(ends)); err != nil {
		return 0, t.rowError(0, -1, err)
	}
	// A record that ends within open can be read in whole words, without checking where data ends.
	open := data[:max(0, min(len(data), cap(data)-Pad))]
	ahead := batchRows
	for used < len(ends) {
		if used > 0 {
			batch := ends[used-1 : min(len(ends), used+ahead*t.layout.Fields)]
			n, err := t.run(open, batch)
			used += n * t.layout.Fields
			if err != nil {
				return used, err
			}
			t.batch.record += int64(n)
			if n > 0 {
				ahead = min(2*ahead, batchRows)
				continue
			}
			// The rows after the one that stopped a batch are looked at again. If many rows
			// stop batches, batches are small.
			ahead = 1
		}
		n, err := t.oneRecord(data, ends, used)
		if n == 0 || err != nil {
			return used, err
		}
		used += n
	}
	return used, nil
}

// run adds the rows at the head of ends that need no special handling, and returns how many these
// are. ends[0] is the end of the record before. Pad bytes after data can be read. The error is
// about the row after them.
func (t *Table) run(data []byte, ends []uint32) (n int, err error) {
	b := &t.batch
	b.records(data, ends, &t.layout)
	if b.n > 0 {
		t.numbers(data, t.layout.RecoveryTime)
		t.names(&t.hospitals, b.hospital[:], data, t.layout.Hospital)
		t.names(&t.diagnoses, b.diagnosis[:], data, t.layout.Diagnosis)
		t.names(&t.treatments, b.treatment[:], data, t.layout.Treatment)
		if n, err = t.addBatch(); err != nil {
			err = t.rowError(n, -1, err)
		}
	}
	b.ends = nil // the caller owns it
	return n, err
}

// names looks up column c. It cuts the batch short before a name that has no id because of an
// error: oneRecord meets the error again and reports it.
func (t *Table) names(d *Dict, ids []uint32, data []byte, c int) {
	b := &t.batch
	ends, stride := b.column(data, c)
	b.n, _ = d.column(ids[:b.n], data, ends, stride)
}

// oneRecord handles the record whose first end is ends[used], whatever is in it. It returns the
// number of its ends, or 0 if the record is not whole. It reads nothing outside data.
func (t *Table) oneRecord(data []byte, ends []uint32, used int) (int, error) {
	start := uint32(0)
	if used > 0 {
		start = ends[used-1] + 1
	}
	ends = ends[used:]
	n := 0
	for n < len(ends) && data[ends[n]] != '\n' {
		n++
	}
	if n == len(ends) {
		return 0, nil
	}
	n++
	t.batch.start = start
	if n == 1 && len(trimReturn(data[start:ends[0]])) == 0 {
		return n, nil // a blank line
	}
	// If files were joined, the byte order mark of the second is at the start of a line.
	if bytes.HasPrefix(data[start:], byteOrderMark) {
		start += uint32(len(byteOrderMark))
	}
	t.fields = t.fields[:0]
	keep := max(t.layout.Fields+1, maxPassed)
	filled := 0 // fields up to the last that is not empty
	for i, end := range ends[:n] {
		f := data[start:end]
		if i == n-1 {
			f = trimReturn(f)
		}
		if len(f) > 0 && string(f) != `""` {
			filled = i + 1
		}
		if i < keep {
			t.fields = append(t.fields, f)
		}
		start = end + 1
	}
	err := error(nil)
	if filled > 0 {
		err = t.addFields(t.fields, filled)
	}
	clear(t.fields) // the caller owns the data
	t.batch.record++
	return n, err
}

// maxPassed limits how many fields of a record Pass is shown, unless the layout has more: a record
// may be all commas.
const maxPassed = 1 << 12

// addFields adds a record. filled is the number of its fields up to the last that is not empty. The
// error ends AddBlock.
func (t *Table) addFields(f [][]byte, filled int) error {
	column, err := -1, ErrFieldCount
	if l := &t.layout; len(f) == l.Fields && filled <= l.Fields-l.Empty {
		column, err = t.add(f[l.Hospital], f[l.Diagnosis], f[l.Treatment], f[l.RecoveryTime])
	}
	if err == nil {
		return nil
	}
	bad := t.rowError(0, column, err)
	if final(err) {
		return bad
	}
	if t.Pass != nil {
		if pass, err := t.Pass(f); pass || err != nil {
			return err
		}
	}
	if t.Bad == nil {
		return bad
	}
	return t.Bad(bad)
}

func trimReturn(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\r' {
		return b[:n-1]
	}
	return b
}

// rowError returns an error about row j of the batch, with the row's place.
func (t *Table) rowError(j, column int, err error) *RowError {
	record, offset := t.batch.place(j)
	return &RowError{Record: record, Offset: offset, Column: column, Err: err}
}
