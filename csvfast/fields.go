package csvfast

import "bytes"

// How Next finds fields. The batch (see buffer.go) is the whole records that Next returns one after
// the other. Its field j is
//
//	text[bounds[j]+1 : bounds[j+stride]]
//
// In a batch without quotes and without "\r\n" nothing is done for a field before it is asked for:
// text is data, bounds are the ends that the kernel found, and stride is 1.
//
//	text     31\nCity Hospital,Asthma,Surgery,7\nMetro
//	bounds     0             1      2       3 4         of one record
//
// In any other batch, bounds are a copy: the bytes before all fields and, stride behind them, the
// ends of all fields. They leave out quotes around a field and the '\r' before a line end.
//
//	text     31\n"City Hospital",Asthma,"",7\r\nMetro
//	starts        0             1       2 3
//	stops                      0      1  2 3
//
// If a field of the batch has doubled quotes, text is a copy in which they are not doubled.
//
// In most batches all records have equally many fields. Then Next only counts.

// findNext is Next where the next record is not known to have as many fields as the last one.
func (s *Scanner) findNext() bool {
	for {
		s.first += s.width
		s.width = 0
		if s.first == s.whole {
			s.block = Block{}
			if !s.advance() {
				return false
			}
			width := s.evenWidth()
			s.findBounds(width)
			if width > 0 {
				s.width = width
				s.left = s.whole/width - 1
				s.number += int64(s.left) + 1
				return true
			}
		}
		ends := s.ends[s.first : s.whole+1]
		n := 1
		for s.data[ends[n]] != lineFeed {
			n++
		}
		s.width = n
		if n > 1 || !blank(s.data[ends[0]+1:ends[1]]) {
			s.number++
			return true
		}
	}
}

// evenWidth returns how many fields each record of the batch has. It returns 0 if some have more
// than others or if there may be blank lines. It looks at one byte a record.
func (s *Scanner) evenWidth() int {
	ends, data := s.ends[1:s.whole+1], s.data
	width := 1
	for data[ends[width-1]] != lineFeed {
		width++
	}
	if width == 1 || width*s.lines != len(ends) {
		return 0
	}
	// If each of as many records as there are lines ends with a line end, no line end is left that
	// could be anywhere else.
	for i := width - 1; i < len(ends); i += width {
		if data[ends[i]] != lineFeed {
			return 0
		}
	}
	return width
}

// findBounds sets text, bounds and stride for the batch. width is evenWidth.
func (s *Scanner) findBounds(width int) {
	s.text, s.bounds, s.stride = s.data, s.ends, 1
	if !s.quotes && !s.cutReturns(nil, width) {
		return
	}
	n := s.whole
	if 2*n > len(s.trimmed) {
		s.trimmed = make([]uint32, max(2*n, 2*len(s.trimmed)))
	}
	s.bounds, s.stride = s.trimmed, n
	starts, stops := s.trimmed[:n], s.trimmed[n:2*n]
	copy(starts, s.ends)
	copy(stops, s.ends[1:])
	s.cutReturns(stops, width)
	if !s.quotes {
		return
	}
	quoted := s.cutQuotes(starts, stops)
	if bytes.Count(s.data[:s.recordStart], oneQuote) > 2*quoted {
		s.undouble(starts, stops, quoted)
	}
}

// cutReturns cuts off the '\r' before line ends. If stops is nil it only tells whether there is one.
func (s *Scanner) cutReturns(stops []uint32, width int) bool {
	ends, before := s.ends[1:s.whole+1], s.buf[s.front-1:]
	step := max(width, 1)
	for i := step - 1; i < len(ends); i += step {
		end := ends[i]
		if before[end] == carriageReturn && s.data[end] == lineFeed {
			if stops == nil {
				return true
			}
			stops[i]--
		}
	}
	return false
}

// cutQuotes cuts off the quotes around fields, and returns how many fields have some.
func (s *Scanner) cutQuotes(starts, stops []uint32) (quoted int) {
	data := s.data
	stops = stops[:len(starts)]
	for i, before := range starts {
		if data[before+1] == quote { // of an empty field, this is its end
			quoted++
			starts[i]++
			stops[i]--
		}
	}
	return quoted
}

// undouble makes text a copy of the batch, and of each two quotes inside a field one.
func (s *Scanner) undouble(starts, stops []uint32, quoted int) {
	s.copied = append(s.copied[:0], s.data[:s.recordStart]...)
	text, ends := s.copied, s.ends
	s.text = text
	stops = stops[:len(starts)]
	some := len(starts)
	if quoted > len(starts)/2 {
		some = 8 // fields for which counting their quotes is faster than looking at each
	}
	for first := 0; first < len(starts); first += some {
		behind := min(first+some, len(starts))
		if some == 8 {
			quotes := bytes.Count(s.data[ends[first]+1:ends[behind]], oneQuote)
			for i, before := range starts[first:behind] {
				quotes -= 2 * int(before-ends[first+i])
			}
			if quotes == 0 {
				continue
			}
		}
		for i, before := range starts[first:behind] {
			if i += first; before != ends[i] { // it is in quotes
				stops[i] = before + 1 + uint32(undouble(text[before+1:stops[i]]))
			}
		}
	}
}

// fields returns all fields of the record that Next found.
func (s *Scanner) fields() [][]byte {
	if s.width > cap(s.values) {
		s.values = make([][]byte, 2*s.width)
	}
	values, text := s.values[:s.width], s.text
	starts := s.bounds[s.first:][:len(values)]
	stops := s.bounds[s.first+s.stride:][:len(values)]
	for i := range values {
		start, stop := starts[i]+1, stops[i]
		values[i] = text[start:stop:stop]
	}
	return values
}
