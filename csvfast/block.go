package csvfast

// Pad is how many bytes before and behind a Block's Data may be read: whatever they are,
// they belong to the same allocation.
const Pad = 64

// A Block is some whole records as they stand in the file, quotes and blank lines
// included, and the positions where their fields end.
type Block struct {
	// Data begins with a record and ends with the '\n' of one; a last record that lacks
	// its '\n' has been given one. Pad bytes before and behind it can be read:
	// cap(Data) >= len(Data)+Pad.
	Data []byte
	// Ends holds for every field of every record the index in Data of the byte that ends
	// it: a ',' or '\n' outside quotes. The next field begins behind it. The '\r' of a
	// "\r\n" is not cut off, and a blank line is one more end.
	Ends []uint32

	Record int64 // number of the first record, counted from 1 without blank lines
	Offset int64 // of Data[0] in the stream
}

// NextBlock goes on to the records that have been read and not been returned yet, reading
// more if there are none. It answers false at the end of the stream and where the next
// record is bad: see Err. The quotes of all fields are as RFC 4180 wants them.
func (s *Scanner) NextBlock() bool {
	s.fields = s.fields[:0]
	if s.next == s.whole && !s.advance() {
		s.block = Block{}
		return false
	}
	ends := s.ends[s.next:s.whole]
	stop := int(ends[len(ends)-1]) + 1
	if s.start > 0 { // behind a byte order mark, a call of Next or a bad record
		for i := range ends {
			ends[i] -= uint32(s.start)
		}
	}
	s.block = Block{Data: s.data[s.start:stop], Ends: ends, Record: s.record + 1, Offset: s.base + int64(s.start)}
	s.record += s.block.records(s.lines)
	s.next, s.start, s.lines = s.whole, stop, 0
	return true
}

// Block is what NextBlock found. It is valid until the next call of Next or NextBlock.
func (s *Scanner) Block() Block { return s.block }

// records is how many there are among so many lines. Most often every line has as many
// fields as the first, and then none is blank: one look at each shows it.
func (b *Block) records(lines int) int64 {
	fields := 1
	for b.Data[b.Ends[fields-1]] != '\n' {
		fields++
	}
	if fields == 1 || fields*lines != len(b.Ends) {
		return b.countRecords()
	}
	for i := fields - 1; i < len(b.Ends); i += fields {
		if b.Data[b.Ends[i]] != '\n' {
			return b.countRecords()
		}
	}
	return int64(lines)
}

// countRecords looks at every end.
func (b *Block) countRecords() int64 {
	n, start, fields := int64(0), uint32(0), 0
	for _, end := range b.Ends {
		fields++
		if b.Data[end] == '\n' {
			if fields > 1 || !blank(b.Data[start:end]) {
				n++
			}
			fields = 0
		}
		start = end + 1
	}
	return n
}

// blank tells whether a line without its '\n' is no record.
func blank(line []byte) bool {
	return len(line) == 0 || len(line) == 1 && line[0] == '\r'
}
