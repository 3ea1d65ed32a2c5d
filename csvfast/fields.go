package csvfast

import "bytes"

// How Next finds fields. Next returns the records of the batch (see buffer.go) one by one. Field j
// of the batch is
//
//	text[bounds[j]+1 : bounds[j+stride]]
//
// In a batch without quotes and without "\r\n", nothing is computed for a field until Field is
// called: text is data, bounds are the ends that the kernel found, and stride is 1. For one record:
//
//	text     31\nCity Hospital,Asthma,Surgery,7\nMetro
//	bounds     0             1      2       3 4
//
// In any other batch the bounds are copied and moved. Of n fields, bounds[j] is the byte before
// field j and bounds[n+j] the byte after it, without the quotes around the field and without the
// '\r' of a line end. stride is n.
//
//	text     31\n"City Hospital",Asthma,"",7\r\nMetro
//	starts        0             1       2 3
//	stops                      0      1  2 3
//
// If a field of the batch has doubled quotes, text is a copy of the batch without them.
//
// In most batches all records have the same number of fields. Then Next only counts.

// findNext is Next if the next record is not known to have as many fields as the one before it.
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

// evenWidth returns how many fields each record of the batch has. It returns 0 if they differ or if
// there may be blank lines. It looks at one byte of each record.
func (s *Scanner) evenWidth() int {
	ends, data := s.ends[1:s.whole+1], s.data
	width := 1
	for data[ends[width-1]] != lineFeed {
		width++
	}
	if width == 1 || width*s.lines != len(ends) {
		return 0
	}
	// There are as many line ends as records of this width. If each of these records ends with a
	// line end, no line end is elsewhere.
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
	if room := 3*n + 1; room > len(s.trimmed) {
		s.trimmed = make([]uint32, max(room, 2*len(s.trimmed)))
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

// cutReturns cuts off the '\r' of line ends. If stops is nil, it only reports whether there is one.
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
		if data[before+1] == quote { // if the field is empty, this is its end
			quoted++
			starts[i]++
			stops[i]--
		}
	}
	return quoted
}

// undouble makes text a copy of the batch in which no quote is doubled. quoted is how many fields
// are in quotes.
func (s *Scanner) undouble(starts, stops []uint32, quoted int) {
	s.copied = append(s.copied[:0], s.data[:s.recordStart]...)
	s.text = s.copied
	text, ends := s.text, s.ends[:len(starts)+1]
	// Collect the fields in quotes. If most fields are, leave out those of which counting shows,
	// for some fields at once, that they have no other quotes.
	some := len(starts)
	if quoted > len(starts)/2 {
		some = 8
	}
	fields := s.trimmed[2*len(starts):][:len(starts)+1]
	n := 0
	for first := 0; first < len(starts); first += some {
		behind := min(first+some, len(starts))
		before := n
		for i, start := range starts[first:behind] {
			i += first
			fields[n] = uint32(i)
			n += int(start - ends[i]) // 1 if the field is in quotes; a branch would be mispredicted
		}
		if some == 8 && bytes.Count(s.data[ends[first]+1:ends[behind]], oneQuote) == 2*(n-before) {
			n = before
		}
	}
	for _, i := range fields[:n] {
		start := starts[i] + 1
		stops[i] = start + uint32(undouble(text[start:stops[i]]))
	}
}
