package csvfast

import (
	"bytes"
	"io"
)

// classify finds the ends of more fields, in at most s.step bytes. It stops at a bad record and sets
// s.stop, or at a byte order mark that is to be passed over and sets s.mark. It returns false if
// nothing was unknown.
func (s *Scanner) classify() bool {
	stop := s.n
	if stop > s.scanned && s.data[stop-1] == carriageReturn {
		stop-- // Whether it may follow a closing quote depends on the next byte.
	}
	stop = min(stop, s.scanned+s.step)
	if stop == s.scanned {
		if s.n > 0 && s.readErr == io.EOF {
			s.refuseOpen()
		}
		return false
	}
	s.step = min(2*s.step, stepSize)
	known := s.found
	at, err := s.find(stop)
	for i := s.found; i > known; i-- {
		if end := s.ends[i]; s.data[end] == lineFeed {
			s.whole, s.recordStart = i, int(end)+1
			break
		}
	}
	if s.scanned <= s.maxRecord() || !s.refuseLong(err) {
		if err != nil {
			s.refuse(at, err)
		}
	}
	return true
}

// find runs the kernel up to a byte of data. If a quote is wrong it returns where and why.
func (s *Scanner) find(stop int) (at int, err error) {
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
		return s.findBad(stop)
	}
	for s.found > 0 && int(s.ends[s.found]) >= stop { // those that filled the block
		s.found--
		s.lines--
	}
	s.scanned = stop
	return 0, nil
}

// reserve makes room for the ends of n more bytes, and for the 64 more that a kernel may write.
func (s *Scanner) reserve(n int) {
	if n += 1 + s.found + blockSize; n > len(s.ends) {
		ends := make([]uint32, max(n, 2*len(s.ends)))
		copy(ends, s.ends[:s.found+1])
		s.ends = ends
	}
}

// findBad goes byte by byte through the block that a kernel refused, and sets s.scanned to the byte
// that may not be where it is. This is the grammar of the kernels in a form to read first.
func (s *Scanner) findBad(stop int) (at int, err error) {
	prev := s.buf[s.front+s.scanned-1]
	quoted := s.quoted != 0
	closed := !quoted && prev == quote // the byte before closed a quoted field
	for ; s.scanned < stop; s.scanned++ {
		i := s.scanned
		c := s.data[i]
		switch {
		case c == quote && quoted:
			quoted, closed = false, true
		case c == quote:
			if !closed && prev != s.comma && prev != lineFeed {
				if s.mark = s.isMark(i); s.mark {
					return 0, nil
				}
				return i, ErrBareQuote
			}
			quoted, closed = true, false
		case quoted:
		case c == s.comma || c == lineFeed:
			s.found++
			s.ends[s.found] = uint32(i)
			if c == lineFeed {
				s.lines++
			}
			closed = false
		case closed:
			if c != carriageReturn || s.data[i+1] != lineFeed {
				return i - 1, ErrQuote
			}
			closed = false
		}
		prev = c
	}
	panic("csvfast: a kernel refused a block that is right")
}

// isMark tells whether a byte order mark is all that the unfinished record has before data[i].
func (s *Scanner) isMark(i int) bool {
	start := int(s.ends[s.found] + 1) // of the unfinished field
	return (s.found == 0 || s.data[start-1] == lineFeed) && bytes.Equal(s.data[start:i], byteOrderMark)
}

// refuse makes the record behind the batch a bad one. at is the byte at fault.
func (s *Scanner) refuse(at int, err error) {
	s.mark = false
	s.stop = &Error{Offset: s.base + int64(s.recordStart), At: s.base + int64(at), Err: err}
}

// refuseOpen refuses the last record of the stream. Its last line has an end, or was given one, so
// a quote has not been closed: the one that opened the last field.
func (s *Scanner) refuseOpen() {
	length := s.n
	if s.supplied {
		length--
	}
	if length > s.maxRecord() {
		s.refuse(0, ErrRecordTooLong)
		return
	}
	s.refuse(int(s.ends[s.found]+1), ErrQuote)
}

// refuseLong refuses the first record that is too long. It returns false if there is none. bad is
// what is wrong with the quotes of the unfinished record at its last byte that has been classified.
func (s *Scanner) refuseLong(bad error) bool {
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
			s.whole, s.recordStart = first, start
			s.refuse(start, ErrRecordTooLong)
			return true
		}
		start, first = next, i
	}
	if bad == nil {
		limit++ // the last byte may be the '\r' of a line end
	}
	// A byte order mark counts only if no quote follows.
	if unfinished := s.data[start:s.scanned]; len(unfinished) <= limit || bytes.Equal(unfinished, byteOrderMark) {
		return false
	}
	s.refuse(start, ErrRecordTooLong)
	return true
}
