package csvfast

import (
	"bytes"
	"io"
	"iter"
)

// DefaultMaxRecord is the limit on a record's length where Scanner.MaxRecord is not set.
const DefaultMaxRecord = 1 << 20

// A Scanner splits a stream into records and fields. Everything it returns as []byte lies
// in its buffer and is valid until the next call of Next or NextBlock.
type Scanner struct {
	// Comma is the byte between fields: any but '"', '\r' and '\n'. With one of these, the first
	// call of Next or NextBlock answers false, and Err is an ErrComma. 0 means ','. Set it before
	// scanning.
	Comma byte
	// MaxRecord is the greatest length of a record in bytes, its line end not counted:
	// what stands between an opening quote that nobody closes and all of the memory. Set
	// it before scanning; 0 means DefaultMaxRecord, and a gigabyte is the most.
	MaxRecord int

	r     io.Reader
	comma byte // the separator, once scanning has begun
	scan  kernel

	// See buffer.go for a picture.
	buf     []byte
	front   int      // where data begins in buf
	data    []byte   // the first record and all behind it
	n       int      // bytes of data that have been read
	scanned int      // of these, bytes that have been classified
	quoted  uint64   // all ones if these end inside quotes, or else 0
	start   int      // of these, bytes that have been returned
	ends    []uint32 // where fields end in data
	found   int      // how many these are
	whole   int      // of these, how many belong to whole records
	next    int      // of these, how many have been returned
	lines   int      // line ends among those that have not
	base    int64    // offset of data in the stream

	readErr error  // no more can be read
	stop    *Error // what comes behind the whole records, if it is known to be bad
	local   bool   // stop is about quotes, and what is behind them can be read
	skip    bool   // the first bytes of data belong to a bad record

	record int64
	offset int64
	fields []span
	values [][]byte
	block  Block
	err    error
}

// span is a field's value in data.
type span struct{ start, end uint32 }

// NewScanner returns a Scanner that reads from r.
func NewScanner(r io.Reader) *Scanner {
	return &Scanner{r: r, scan: fastest()}
}

// Next goes on to the next record that is not a blank line. It answers false at the end of
// the stream and where a record is bad: see Err.
func (s *Scanner) Next() bool {
	for s.next < s.whole || s.advance() {
		if s.cut() {
			s.record++
			return true
		}
	}
	s.fields = s.fields[:0]
	return false
}

// cut takes the next line's fields. It answers false if the line is blank.
func (s *Scanner) cut() bool {
	s.offset = s.base + int64(s.start)
	fields, start, quoted := s.fields[:0], uint32(s.start), 0
	for _, end := range s.ends[s.next:s.whole] {
		f := span{start, end}
		if s.data[start] == '"' { // of an empty field, this is its end
			quoted++
		}
		start = end + 1
		last := s.data[end] == '\n'
		if last && f.start < f.end && s.data[f.end-1] == '\r' {
			f.end--
		}
		fields = append(fields, f)
		if last {
			break
		}
	}
	if quoted > 0 {
		s.unquote(fields, 2*quoted == bytes.Count(s.data[s.start:start], oneQuote))
	}
	s.fields = fields
	s.next += len(fields)
	s.start = int(start)
	s.lines--
	return len(fields) > 1 || quoted > 0 || fields[0].start < fields[0].end
}

// unquote takes the quotes off fields. They are known to be right; plain ones have none
// inside.
func (s *Scanner) unquote(fields []span, plain bool) {
	for i := range fields {
		f := &fields[i]
		if s.data[f.start] != '"' || f.start == f.end {
			continue
		}
		f.start++
		f.end--
		if !plain {
			f.end = f.start + uint32(undouble(s.data[f.start:f.end]))
		}
	}
}

// NumFields is the number of fields of the record that Next found.
func (s *Scanner) NumFields() int { return len(s.fields) }

// Field is the value of field i, counted from 0, of the record that Next found: without
// its quotes. It is valid until the next call of Next or NextBlock.
func (s *Scanner) Field(i int) []byte {
	f := s.fields[i]
	return s.data[f.start:f.end:f.end]
}

// Record is the number of the record that Next found, counted from 1 without blank lines
// but with the bad ones that SkipBad stepped over. After NextBlock it is that of the
// block's last record.
func (s *Scanner) Record() int64 { return s.record }

// Offset is how many bytes precede, in the stream, the record that Next found.
func (s *Scanner) Offset() int64 { return s.offset }

// Err is what ended scanning, always an *Error; nil at the end of the stream.
func (s *Scanner) Err() error { return s.err }

// Records are the records that Next would find. What it yields last may be an error, the
// one that Err returns. The slices are valid until the next step.
func (s *Scanner) Records() iter.Seq2[[][]byte, error] {
	return func(yield func([][]byte, error) bool) {
		for s.Next() {
			s.values = s.values[:0]
			for i := range s.fields {
				s.values = append(s.values, s.Field(i))
			}
			if !yield(s.values, nil) {
				return
			}
		}
		if s.err != nil {
			yield(nil, s.err)
		}
	}
}
