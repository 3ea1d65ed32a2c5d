package csvfast

import (
	"bytes"
	"io"
)

// The buffer, and what is known about its bytes:
//
//	 Pad  |               data                               | slack
//	      |  gone   | batch           | unfinished |  unknown  |
//	      Pad       front             recordStart  scanned     n
//
// The batch is whole records that are right. The record after it is unfinished and may turn out to
// be bad. All positions count from front, which is data[0]. Fields end at:
//
//	ends[0]                   the byte before data, -1
//	ends[1 : whole+1]         the fields of the batch
//	ends[whole+1 : found+1]   those of the unfinished record
//
// When all records of the batch have been returned, it is dropped: data then begins with the
// unfinished record. When no byte is unknown, data moves to the head of the buffer, and the reader
// fills the rest.

const (
	// bufferSize is how many bytes are read at once.
	bufferSize = 128 << 10
	// stepSize is how many bytes are classified at once. A larger step and its ends do not fit the
	// first-level cache, and smaller ones cost more calls.
	stepSize = 16 << 10
	// slack is how much memory follows the last byte that can be read into the buffer: a block and
	// one byte, which find fills with line ends, and Pad.
	slack = blockSize + 1 + Pad
	// maxEmptyReads is how often a reader may return neither bytes nor an error.
	maxEmptyReads = 100
	// maxMaxRecord keeps positions within 32 bits.
	maxMaxRecord = 1 << 30
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// advance finds the next batch, after all records of this one have been returned. It returns false
// if there is none: at the end of the stream, or with the reason in s.err.
func (s *Scanner) advance() bool {
	if s.comma == 0 && s.err == nil {
		s.begin()
	}
	for s.err == nil {
		s.drop()
		if s.skip {
			s.restart(0)
			s.drop()
		}
		for s.whole == 0 && s.stop == nil && !s.mark && s.classify() {
		}
		switch {
		case s.whole > 0:
			return true
		case s.mark:
			s.passMark()
		case s.stop != nil:
			s.stop.Record = s.number + 1
			s.err = s.stop
		case s.readErr == io.EOF:
			return false
		case s.readErr != nil:
			s.err = &Error{Record: s.number + 1, Offset: s.base, At: s.base + int64(s.n), Err: s.readErr}
		default:
			s.read()
		}
	}
	return false
}

// begin sets the separator.
func (s *Scanner) begin() {
	switch s.comma = s.Comma; s.comma {
	case 0:
		s.comma = ','
	case quote, carriageReturn, lineFeed:
		s.err = &Error{Record: 1, Err: ErrComma}
	}
}

// drop removes the batch: data then begins with the unfinished record.
func (s *Scanner) drop() {
	if s.whole > 0 {
		s.quotes = s.lastQuotes
	}
	s.found = copy(s.ends[1:], s.ends[s.whole+1:s.found+1])
	for i := range s.ends[1 : s.found+1] {
		s.ends[i+1] -= uint32(s.recordStart)
	}
	s.discard(s.recordStart)
	s.recordStart, s.first, s.whole, s.lines = 0, 0, 0, 0
}

// discard removes the first n bytes of data.
func (s *Scanner) discard(n int) {
	s.front += n
	s.data = s.data[n:]
	s.base += int64(n)
	s.n -= n
	s.scanned -= n
}

// passMark removes a byte order mark at the beginning of data. A line feed in place of its last
// byte makes what follows begin like any other record.
func (s *Scanner) passMark() {
	s.discard(len(byteOrderMark))
	s.buf[s.front-1] = lineFeed
	s.mark, s.scanned, s.quoted = false, 0, 0
}

// read calls the reader once, or again if there was nothing to read. At the end of the stream it
// supplies the line end that the last record may lack.
func (s *Scanner) read() {
	first := s.base == 0 && s.n == 0 && bytes.IndexByte(byteOrderMark, s.comma) < 0
	if s.front > Pad { // at both places the byte before data is a line feed
		s.data = s.buf[Pad : len(s.buf)-slack]
		copy(s.data, s.buf[s.front:s.front+s.n])
		s.front = Pad
	}
	if s.n >= len(s.data)-1 && !s.grow() {
		return
	}
	room := s.data[:len(s.data)-1] // leaves room for a line end
	for empty := 0; s.readErr == nil; empty++ {
		var n int
		n, s.readErr = s.r.Read(room[s.n:])
		if n < 0 || n > len(room)-s.n {
			panic("csvfast: the reader returned an impossible count")
		}
		s.n += n
		if n > 0 && !(first && s.n < len(byteOrderMark) && bytes.HasPrefix(byteOrderMark, room[:s.n])) {
			break // unless this may become a byte order mark
		}
		if empty == maxEmptyReads && s.readErr == nil {
			s.readErr = io.ErrNoProgress
		}
	}
	if first && bytes.HasPrefix(room[:s.n], byteOrderMark) {
		s.passMark()
		room = room[len(byteOrderMark):]
	}
	if s.readErr == io.EOF && s.n > 0 && room[s.n-1] != lineFeed {
		s.data[s.n] = lineFeed
		s.n++
		s.supplied = true
	}
}

// grow doubles the buffer, up to what a record of the greatest length needs. It returns false if
// there is no memory for that.
func (s *Scanner) grow() bool {
	size := max(bufferSize, min(2*len(s.data), s.maxRecord()+2*blockSize))
	if !s.take(Pad + size + slack) {
		return false
	}
	buf := make([]byte, Pad+size+slack)
	buf[Pad-1] = lineFeed // so that the first record begins like any other
	data := buf[Pad : Pad+size]
	copy(data, s.data[:s.n])
	s.give(len(s.buf))
	s.buf, s.data, s.front = buf, data, Pad
	return true
}

// take asks for memory. If it is refused, the error is treated as the reader's.
func (s *Scanner) take(bytes int) bool {
	if s.Memory == nil {
		return true
	}
	err := s.Memory(int64(bytes))
	if err != nil {
		s.readErr = err
	}
	return err == nil
}

// give says what is no longer in use.
func (s *Scanner) give(bytes int) {
	if s.Memory != nil && bytes > 0 {
		s.Memory(-int64(bytes))
	}
}

func (s *Scanner) maxRecord() int {
	if s.MaxRecord <= 0 {
		return DefaultMaxRecord
	}
	return min(s.MaxRecord, maxMaxRecord)
}
