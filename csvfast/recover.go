package csvfast

import (
	"bytes"
	"slices"
)

// How reading continues after a bad record, whatever is bad about it: the record's first line is
// lost, and nothing else. Reading restarts, outside quotes, after the first line break at or after
// the record's first byte.
//
//	a,b,c\n
//	d,"e,f\n      record 2 is bad: its quote is closed in the next line, and an 'i' follows
//	g,h"i,j\n     record 3 is bad: a quote in a field that does not begin with one
//	k,l,m\n       record 4
//
// So what counts is where a record begins, and not where the damage was noticed. The result does
// not depend on how much had been read by then.
//
// The work is linear, although what was classified after that line break is thrown away. Take a
// line that the bad record had inside quotes from its beginning to its end. It holds an even number
// of quotes. So when it is read again, from outside quotes, it ends outside quotes: it is a record
// of its own, or bad on its own. Hence a line is classified twice at most. What a step classifies
// beyond the end of a bad record is thrown away as well. So steps are short after a restart and
// then double: what is thrown away is then no more than what was kept.

// minStep is how many bytes are classified at once after a restart.
const minStep = 4 * blockSize

// SkipBad skips the bad record at which Next, NextBlock or Records stopped, so that they can go on.
// The record's first line is lost, and nothing else: reading restarts, outside quotes, after the
// first line break at or after Error.Offset. The lines that follow become records, even if they
// were part of a quoted field before. The bad record counts as one.
//
// SkipBad returns false and does nothing if there is no bad record: at the end of the stream, after
// an error of the reader and after ErrComma.
func (s *Scanner) SkipBad() bool {
	if s.err == nil || s.err != s.stop {
		return false
	}
	s.err = nil
	s.number++
	s.restart(0)
	return true
}

// Reject is SkipBad for a record that is right as CSV but bad for the caller, who wants another
// number of fields, for example. The record is the one that Next found, or any in the last Block.
// offset is how many bytes of the stream precede it.
//
// If the record has several lines, Reject returns true. The next call of Next or NextBlock then
// continues after the record's first line. Do not use the rest of the Block: its records are found
// again. If the record has one line, Reject returns false and does nothing, because what follows is
// right as it is.
//
// Reject panics if no such record begins at offset.
func (s *Scanner) Reject(offset int64) bool {
	if s.width > 0 { // Next found a record
		start := int(s.ends[s.first] + 1)
		if offset != s.Offset() {
			panic(noSuchRecord)
		}
		if lineBreak(s.data, start) == int(s.ends[s.first+s.width]) {
			return false
		}
		s.number = s.Record()
		s.restart(start)
		return true
	}
	b := &s.block
	if offset < b.Offset || offset >= b.Offset+int64(len(b.Data)) {
		panic(noSuchRecord)
	}
	start := int(offset - b.Offset)
	fields := 0 // before the record
	if start > 0 {
		i, found := slices.BinarySearch(b.Ends, uint32(start-1))
		if !found || b.Data[start-1] != lineFeed {
			panic(noSuchRecord)
		}
		fields = i + 1
	}
	end := lineBreak(b.Data, start)
	if blank(b.Data[start:end]) {
		panic(noSuchRecord)
	}
	if _, found := slices.BinarySearch(b.Ends, uint32(end)); found {
		return false
	}
	before := Block{Data: b.Data, Ends: b.Ends[:fields]}
	s.number = b.Record + int64(before.countRecords())
	s.restart(start + int(b.Offset-s.base))
	return true
}

const noSuchRecord = "csvfast: Reject: no such record begins at this offset"

// lineBreak returns the index of the first '\n' in data[start:]. There is one.
func lineBreak(data []byte, start int) int {
	return start + bytes.IndexByte(data[start:], lineFeed)
}

// restart forgets everything about the bytes from data[at] on, and continues after the first line
// break there. If that has not been read yet, it sets s.skip.
func (s *Scanner) restart(at int) {
	next := s.n
	i := bytes.IndexByte(s.data[at:s.n], lineFeed)
	if i >= 0 {
		next = at + i + 1
	}
	if next < s.scanned {
		s.step = minStep
	}
	s.skip = i < 0
	s.scanned, s.recordStart = next, next
	s.quoted, s.quotes, s.lastQuotes = 0, false, false
	s.found, s.whole = 0, 0
	s.first, s.width, s.left = 0, 0, 0
	s.stop, s.mark = nil, false
	s.block = Block{}
}
