package csvfast

import "bytes"

// How reading goes on behind a bad record, whatever it is bad for: its first line is lost, and
// nothing else. Reading restarts, outside quotes, behind the first line break at or after the record's
// first byte.
//
//	a,b,c\n
//	d,"e,f\n      bad: the quote is closed in the next line, where "i" follows it. This line is lost,
//	g,h"i,j\n     and this one, too: a quote in a field that does not begin with one
//	k,l,m\n       a record
//
// So the damage is where the record begins and not where it was noticed, and the result does not
// depend on how much had been read by then.
//
// What was classified behind the line break is thrown away. Still the work stays linear. Between two
// line breaks that the bad record had inside quotes, the number of quotes is even. Read from outside
// quotes, these lines end outside quotes: each is a record of its own, or bad on its own. So a line
// is classified twice at most, but for what a step classified too much. Steps are therefore short
// behind a restart, and then double, so that no more is thrown away than has been of use.

// minStep is how much is classified at once behind a restart.
const minStep = 4 * blockSize

// SkipBad steps over the bad record that Next, NextBlock or Records stopped at, so that they can go
// on. The record's first line is lost, and nothing else: reading restarts behind the first line
// break at or after Error.Offset, outside quotes. The lines behind it become records, even if they
// were part of a quoted field before. The bad record counts as one.
//
// SkipBad returns false, and does nothing, at the end of the stream, after an error of the reader
// and after ErrComma.
func (s *Scanner) SkipBad() bool {
	if s.err == nil || s.err != s.stop {
		return false
	}
	s.err = nil
	s.number++
	s.restart(0)
	return true
}

// Reject is SkipBad for a record that is right as CSV, but bad for the caller: it has a wrong number
// of fields, for example. The record is the one that Next found or any of the last Block; offset is
// how many bytes of the stream precede it.
//
// If the record has several lines, Reject returns true. The next call of Next or NextBlock then goes
// on behind its first line, and finds the records behind it in the Block again. If the record has
// one line, all behind it is as it should be: Reject returns false, and does nothing.
//
// Reject panics if no such record begins at offset.
func (s *Scanner) Reject(offset int64) bool {
	number, start, next := s.recordAt(offset)
	if bytes.IndexByte(s.data[start:next], lineFeed) == next-1-start {
		return false
	}
	s.number = number
	s.restart(start)
	return true
}

// recordAt returns the number of the record at offset, and where it and the next one begin in data.
func (s *Scanner) recordAt(offset int64) (number int64, start, next int) {
	if s.width > 0 { // Next found it
		if offset == s.Offset() {
			return s.Record(), int(s.ends[s.first] + 1), int(s.ends[s.first+s.width] + 1)
		}
	} else {
		b := &s.block
		number, start, fields := b.Record, 0, 0
		for _, end := range b.Ends {
			fields++
			if b.Data[end] != lineFeed {
				continue
			}
			if fields > 1 || !blank(b.Data[start:end]) {
				if b.Offset+int64(start) == offset {
					shift := int(b.Offset - s.base)
					return number, shift + start, shift + int(end) + 1
				}
				number++
			}
			start, fields = int(end)+1, 0
		}
	}
	panic("csvfast: Reject: no such record begins here")
}

// restart forgets what is known of the bytes from data[at] on, and lets the batch begin behind the
// first line break there. If that has not been read yet, s.skip says so.
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
