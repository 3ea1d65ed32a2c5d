package csvfast

import (
	"bytes"
	"io"
)

// classify finds where fields end in the next s.step bytes or fewer. It stops at a bad record and
// sets s.stop, or at a byte order mark that is to be passed over and sets s.mark. It returns false
// if there was nothing to classify.
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
	if !s.reserve((stop - s.scanned + blockSize - 1) / blockSize * blockSize) {
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

// find runs the kernel up to data[stop]. If a quote is wrong, it returns where and why.
func (s *Scanner) find(stop int) (at int, err error) {
	blocks := (stop - s.scanned + blockSize - 1) / blockSize
	if stop > s.n-blockSize {
		// Fill the last block with line ends. They are right after anything.
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
	for s.found > 0 && int(s.ends[s.found]) >= stop { // the ones that filled the block
		s.found--
		s.lines--
	}
	s.scanned = stop
	return 0, nil
}

// reserve makes room for n more ends, and for the 64 that a kernel may write beyond them. It returns
// false if there is no memory for that.
func (s *Scanner) reserve(n int) bool {
	if n += 1 + s.found + blockSize; n > len(s.ends) {
		n = max(n, 2*len(s.ends))
		if !s.take(n * endSize) {
			return false
		}
		ends := make([]uint32, n)
		copy(ends, s.ends[:s.found+1])
		if len(s.ends) > 1 { // the first one comes from Reset
			s.give(len(s.ends) * endSize)
		}
		s.ends = ends
	}
	return true
}

const endSize = 4 // bytes

// findBad classifies byte by byte the block that a kernel refused. It sets s.scanned to the byte
// that is wrong there. This is the grammar of the kernels in its simplest form.
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

// isMark reports whether the unfinished record has only a byte order mark before data[i].
func (s *Scanner) isMark(i int) bool {
	start := int(s.ends[s.found] + 1) // of the unfinished field
	return (s.found == 0 || s.data[start-1] == lineFeed) && bytes.Equal(s.data[start:i], byteOrderMark)
}

// refuse says that the unfinished record is bad. at is the byte at fault.
func (s *Scanner) refuse(at int, err error) {
	s.mark = false
	s.stop = &Error{Offset: s.base + int64(s.recordStart), At: s.base + int64(at), Err: err}
}

// refuseOpen refuses the last record of the stream, which is unfinished although the stream ends
// with a line end: the quote that opened the last field has not been closed.
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

// refuseLong refuses the first record that is too long. It returns false if there is none. bad says
// what is wrong with the unfinished record at s.scanned, if that is known: a byte at fault beyond
// the limit does not count.
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
