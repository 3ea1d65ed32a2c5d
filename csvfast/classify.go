package csvfast

import (
	"bytes"
	"io"
)

// classify finds the ends of more fields, for a step's worth of bytes. It stops at a bad record, and
// describes that in s.stop. It answers false if nothing was unknown.
func (s *Scanner) classify() bool {
	stop := s.n
	if stop > s.scanned && s.data[stop-1] == carriageReturn {
		stop-- // Whether it may follow a closing quote depends on the next byte.
	}
	stop = min(stop, s.scanned+stepSize)
	known := s.found
	more := s.scanned < stop
	if more {
		s.find(stop)
	}
	for i := s.found; i > known; i-- {
		if end := s.ends[i]; s.data[end] == lineFeed {
			s.whole, s.recordStart = i, int(end)+1
			break
		}
	}
	if s.scanned > s.maxRecord() {
		s.checkLengths()
	}
	if !more && s.n > 0 && s.readErr == io.EOF {
		// The last line has an end, or was given one. So this is inside quotes.
		s.stop = &Error{At: s.base, Err: ErrQuote}
	}
	if s.stop != nil {
		s.stop.Offset = s.base + int64(s.recordStart)
	}
	return more
}

// find runs the kernel up to a byte of data.
func (s *Scanner) find(stop int) {
	blocks := (stop - s.scanned + blockSize - 1) / blockSize
	s.reserve(blocks * blockSize)
	if stop > s.n-blockSize {
		// Line ends fill the last block. They may also follow a closing quote.
		behind := s.data[s.n:][: blockSize+1 : blockSize+1]
		for i := range behind {
			behind[i] = lineFeed
		}
	}
	src := s.buf[s.front+s.scanned-1:][:1+blocks*blockSize+1]
	r := s.scan(src, s.comma, s.ends[s.found+1:], uint32(s.scanned), s.quoted)
	s.found += r.n
	s.lines += r.lines
	s.quoted = r.inside
	s.quotes, s.lastQuotes = s.quotes || r.quotes, r.quotes
	if r.blocks < blocks {
		s.scanned += r.blocks * blockSize
		s.findBad(stop)
		return
	}
	for s.found > 0 && int(s.ends[s.found]) >= stop { // the supplied ones
		s.found--
		s.lines--
	}
	s.scanned = stop
}

// reserve makes room for the ends of n more bytes, and for the 64 more that a kernel may write.
func (s *Scanner) reserve(n int) {
	if n += 1 + s.found + blockSize; n > len(s.ends) {
		ends := make([]uint32, max(n, 2*len(s.ends)))
		copy(ends, s.ends[:s.found+1])
		s.ends = ends
	}
}

// findBad goes byte by byte through the block that a kernel refused, up to the byte that
// must not stand where it stands. A reader who doubts a kernel may start here: it is the
// same grammar.
func (s *Scanner) findBad(stop int) {
	prev := s.buf[s.front+s.scanned-1]
	quoted := s.quoted != 0
	closed := !quoted && prev == '"' // the byte before closed a quoted field
	for i := s.scanned; i < stop; i++ {
		c := s.data[i]
		switch {
		case c == '"' && quoted:
			quoted, closed = false, true
		case c == '"':
			if !closed && prev != s.comma && prev != '\n' {
				s.refuse(i, i, ErrBareQuote)
				return
			}
			quoted, closed = true, false
		case quoted:
		case c == s.comma || c == '\n':
			s.found++
			s.ends[s.found] = uint32(i)
			if c == '\n' {
				s.lines++
			}
			closed = false
		case closed:
			if c != '\r' || s.data[i+1] != '\n' {
				s.refuse(i, i-1, ErrQuote)
				return
			}
			closed = false
		}
		prev = c
	}
	panic("csvfast: a kernel refused a block that is right")
}

// refuse ends scanning at byte i of data, for a bad quote at byte at.
func (s *Scanner) refuse(i, at int, err error) {
	s.scanned = i
	s.stop = &Error{At: s.base + int64(at), Err: err}
	s.local = true
}

// checkLengths looks for the first record over the limit.
func (s *Scanner) checkLengths() {
	limit, start, first := s.maxRecord(), 0, 0
	for i := 1; i <= s.whole; i++ {
		end := int(s.ends[i])
		if s.data[end] != lineFeed {
			continue
		}
		next := end + 1
		if end > start && s.data[end-1] == carriageReturn {
			end--
		}
		if end-start > limit {
			s.tooLong(first, start)
			return
		}
		start, first = next, i
	}
	// Of an unfinished record with a bad quote, what came first counts.
	if s.scanned-start > limit {
		s.tooLong(first, start)
	}
}

func (s *Scanner) tooLong(whole, start int) {
	s.whole, s.recordStart = whole, start
	s.stop = &Error{At: s.base + int64(start), Err: ErrRecordTooLong}
	s.local = false
}

// SkipBad steps over a record whose quotes are bad, after Next or NextBlock have answered
// false, so that they can go on: scanning resumes behind the first line break at or behind
// the byte at fault. It answers false, and does nothing, where there is no such record or
// nothing can be found behind it: after other errors, at the end of the stream, or if a
// quote is open there.
func (s *Scanner) SkipBad() bool {
	if s.err == nil || !s.local {
		return false
	}
	s.err, s.stop, s.local, s.skip = nil, nil, false, true
	s.number++
	return true
}

// skipLine discards the rest of a bad record.
func (s *Scanner) skipLine() {
	i := bytes.IndexByte(s.data[s.scanned:s.n], '\n')
	s.scanned += i + 1
	if i < 0 {
		s.scanned = s.n
	}
	s.skip = i < 0
	s.recordStart = s.scanned
	s.found, s.whole = 0, 0
	s.quoted, s.quotes, s.lastQuotes = 0, false, false
}
