package csvfast

import (
	"bytes"
	"io"
)

// The buffer, with what is known about its bytes:
//
//	 Pad  |          data                                                      | slack
//	      |  gone   | returned | whole records | unfinished record |  unknown  |
//	      Pad       front      start           recordStart         scanned     n
//
// start, scanned, n and the ends are counted from front. ends[:next] are those of fields
// that have been returned, ends[next:whole] those of the whole records and
// ends[whole:found] those of the unfinished one.
//
// When all whole records have been returned, data begins anew with the unfinished one. When
// nothing is unknown any more, it moves to the front and the reader fills the rest.

const (
	// bufferSize is how much is read at once, stepSize how much of it is then classified at
	// once. See the table in BenchmarkSizes.
	bufferSize = 128 << 10
	stepSize   = 16 << 10
	// slack is what must be there behind the last byte: a block and the byte behind it,
	// all line ends, and Pad.
	slack = blockSize + 1 + Pad
	// maxEmptyReads is how often a reader may return neither bytes nor an error.
	maxEmptyReads = 100
	// maxMaxRecord keeps positions within 32 bits.
	maxMaxRecord = 1 << 30
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// advance finds more whole records, all of the present ones having been returned. It
// answers false where there are none; s.err then says why.
func (s *Scanner) advance() bool {
	if s.comma == 0 && s.err == nil {
		s.begin()
	}
	for s.err == nil {
		if s.skip {
			s.skipLine()
		}
		s.drop()
		for !s.skip && s.whole == 0 && s.stop == nil && s.classify() {
		}
		switch {
		case s.whole > 0:
			return true
		case s.stop != nil:
			s.stop.Record = s.record + 1
			s.err = s.stop
		case s.readErr == io.EOF:
			return false
		case s.readErr != nil:
			s.err = &Error{Record: s.record + 1, Offset: s.base, At: s.base + int64(s.n), Err: s.readErr}
		default:
			s.read()
		}
	}
	return false
}

// begin takes over the separator.
func (s *Scanner) begin() {
	switch s.comma = s.Comma; s.comma {
	case 0:
		s.comma = ','
	case quote, carriageReturn, lineFeed:
		s.err = &Error{Record: 1, Err: ErrComma}
	}
}

// drop lets data begin with the first record that has not been returned, and the ends with
// those of its fields.
func (s *Scanner) drop() {
	found := copy(s.ends, s.ends[s.whole:s.found])
	for i := range s.ends[:found] {
		s.ends[i] -= uint32(s.start)
	}
	s.found, s.whole, s.next = found, 0, 0

	s.front += s.start
	s.data = s.data[s.start:]
	s.base += int64(s.start)
	s.n -= s.start
	s.scanned -= s.start
	s.start = 0
}

// read reads once, behind what is there. At the end of the stream it supplies the line end
// that a last record may lack.
func (s *Scanner) read() {
	first := s.base == 0 && s.n == 0
	if s.front > Pad { // The byte before it is a line end here and there.
		s.data = s.buf[Pad : len(s.buf)-slack]
		copy(s.data, s.buf[s.front:s.front+s.n])
		s.front = Pad
	}
	if s.n >= len(s.data)-1 {
		s.grow()
	}
	room := s.data[:len(s.data)-1] // without the supplied line end
	for empty := 0; s.readErr == nil; empty++ {
		var n int
		n, s.readErr = s.r.Read(room[s.n:])
		if n < 0 || n > len(room)-s.n {
			panic("csvfast: the reader returned an impossible count")
		}
		s.n += n
		if n > 0 && !(first && s.n < len(byteOrderMark) && bytes.HasPrefix(byteOrderMark, room[:s.n])) {
			break // unless it may become a byte order mark
		}
		if empty == maxEmptyReads && s.readErr == nil {
			s.readErr = io.ErrNoProgress
		}
	}
	if first && bytes.HasPrefix(room[:s.n], byteOrderMark) {
		s.start, s.scanned = len(byteOrderMark), len(byteOrderMark)
		room[s.start-1] = '\n' // so that the first record begins like any other
	}
	if s.readErr == io.EOF && s.n > s.start && room[s.n-1] != '\n' {
		s.data[s.n] = '\n'
		s.n++
	}
}

// grow makes data longer, up to what a record of the greatest length needs.
func (s *Scanner) grow() {
	size := max(bufferSize, min(2*len(s.data), s.maxRecord()+2*blockSize))
	buf := make([]byte, Pad+size+slack)
	buf[Pad-1] = '\n' // so that the first record begins like any other
	data := buf[Pad : Pad+size]
	copy(data, s.data[:s.n])
	s.buf, s.data, s.front = buf, data, Pad
}

func (s *Scanner) maxRecord() int {
	if s.MaxRecord <= 0 {
		return DefaultMaxRecord
	}
	return min(s.MaxRecord, maxMaxRecord)
}
