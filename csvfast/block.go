package csvfast

// Pad is how many bytes before and after a Block's Data may be read. They belong to the same
// allocation, and their values mean nothing.
const Pad = 64

// A Block is some whole records as they are in the file, with quotes and blank lines, and the
// positions where their fields end.
type Block struct {
	// Data begins with a record and ends with the '\n' of one. A last record that lacks its '\n'
	// has been given one. Pad bytes before and after Data may be read:
	// cap(Data) >= len(Data)+Pad.
	Data []byte
	// Ends holds, for every field of every record, the index in Data of the byte that ends it: a
	// separator or a '\n' outside quotes. The next field begins after it. The '\r' of a "\r\n" is
	// not cut off. A blank line is one more end.
	Ends []uint32

	Record int64 // number of the first record, counted from 1 without blank lines
	Offset int64 // bytes of the stream before Data
}

// NextBlock advances to a block of the records that come next. It returns false at the end of the
// stream and if the next record is bad: see Err. All quotes in a block are as RFC 4180 wants them.
func (s *Scanner) NextBlock() bool {
	s.block = Block{}
	before, records := s.Record(), s.left
	s.first += s.width
	s.width, s.left = 0, 0
	if s.first == s.whole {
		if !s.advance() {
			return false
		}
		if s.evenWidth() > 0 {
			records = s.lines
		}
	}
	start := s.ends[s.first] + 1
	b := &s.block
	b.Data = s.data[start:s.recordStart]
	b.Ends = s.ends[s.first+1 : s.whole+1]
	b.Record, b.Offset = before+1, s.base+int64(start)
	if start > 0 {
		for i := range b.Ends {
			b.Ends[i] -= start
		}
	}
	if records == 0 {
		records = b.countRecords()
	}
	s.number = before + int64(records)
	s.first = s.whole
	return true
}

// Block returns the block that NextBlock found. It is valid until the next call of Next or
// NextBlock.
func (s *Scanner) Block() Block { return s.block }

// countRecords counts the lines that are not blank. It looks at every end.
func (b *Block) countRecords() int {
	n, start, fields := 0, uint32(0), 0
	for _, end := range b.Ends {
		fields++
		if b.Data[end] == lineFeed {
			if fields > 1 || !blank(b.Data[start:end]) {
				n++
			}
			fields = 0
		}
		start = end + 1
	}
	return n
}

// blank reports whether a line, without its '\n', is blank.
func blank(line []byte) bool {
	return len(line) == 0 || len(line) == 1 && line[0] == carriageReturn
}
