package csvfast

import (
	"bytes"
	"io"
)

// The buffer, with what is known about its bytes:
//
//	 Pad  |               data                               | slack
//	      |  gone   | batch           | unfinished |  unknown  |
//	      Pad       front             recordStart  scanned     n
//
// The batch is whole records. The unfinished record behind it may still turn out to be bad. Where
// fields end, in bytes from front on:
//
//	ends[0]                   the byte before the first field: always -1
//	ends[1 : whole+1]         of the batch
//	ends[whole+1 : found+1]   of the unfinished record
//
// When all records of the batch have been returned, it is dropped: data then begins with the
// unfinished record. When nothing is unknown any more, data moves to the head of the buffer and
// the reader fills the rest.

const (
	// bufferSize is how much is read at once, stepSize how much of it is classified at once. See
	// the table in BenchmarkSizes.
	bufferSize = 128 << 10
	stepSize   = 16 << 10
	// slack is what must be there behind the last byte: a block and the byte behind it, which are
	// filled with line ends, and Pad.
	slack = blockSize + 1 + Pad
	// maxEmptyReads is how often a reader may return neither bytes nor an error.
	maxEmptyReads = 100
	// maxMaxRecord keeps positions within 32 bits.
	maxMaxRecord = 1 << 30
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// advance finds the next batch, when all records of this one have been returned. It answers false
// if there is none: s.err then says why.
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

// begin takes over the separator.
func (s *Scanner) begin() {
	switch s.comma = s.Comma; s.comma {
	case 0:
		s.comma = ','
	case quote, carriageReturn, lineFeed:
		s.err = &Error{Record: 1, Err: ErrComma}
	}
}

// drop lets data begin behind the batch.
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

// discard lets data begin n bytes later.
func (s *Scanner) discard(n int) {
	s.front += n
	s.data = s.data[n:]
	s.base += int64(n)
	s.n -= n
	s.scanned -= n
}

// passMark discards the byte order mark that data begins with. What follows then begins like any
// other record: behind a line end.
func (s *Scanner) passMark() {
	s.discard(len(byteOrderMark))
	s.buf[s.front-1] = lineFeed
	s.mark, s.scanned, s.quoted = false, 0, 0
}

// read reads once, behind what is there. At the end of the stream it supplies the line end that a
// last record may lack.
func (s *Scanner) read() {
	first := s.base == 0 && s.n == 0
	if s.front > Pad { // the byte before data is a line end here and there
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
		s.passMark()
		room = room[len(byteOrderMark):]
	}
	if s.readErr == io.EOF && s.n > 0 && room[s.n-1] != lineFeed {
		s.data[s.n] = lineFeed
		s.n++
		s.supplied = true
	}
}

// grow makes data longer, up to what a record of the greatest length needs.
func (s *Scanner) grow() {
	size := max(bufferSize, min(2*len(s.data), s.maxRecord()+2*blockSize))
	buf := make([]byte, Pad+size+slack)
	buf[Pad-1] = lineFeed // so that the first record begins like any other
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
