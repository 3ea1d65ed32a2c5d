package csvfast

import "slices"

// Until returns the records of b that begin in the first n bytes of its Data, with the blank lines
// among them, and how many records that is. n is positive.
func (b Block) Until(n int64) (Block, int64) {
	if n < int64(len(b.Data)) {
		i, _ := slices.BinarySearch(b.Ends, uint32(n-1))
		for b.Data[b.Ends[i]] != lineFeed {
			i++
		}
		b.Data, b.Ends = b.Data[:b.Ends[i]+1], b.Ends[:i+1]
	}
	return b, int64(b.countRecords())
}

// InputOffset returns how many bytes of the stream precede the line that follows the record that
// Next found. A line end that the stream lacks counts.
func (s *Scanner) InputOffset() int64 { return s.base + int64(s.ends[s.first+s.width]) + 1 }
