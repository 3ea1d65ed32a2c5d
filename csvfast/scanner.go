package csvfast

import (
	"io"
	"iter"
)

// DefaultMaxRecord is the limit on a record's length if Scanner.MaxRecord is not set.
const DefaultMaxRecord = 1 << 20

// A Scanner splits a stream into records and fields. Every []byte that it returns is part of its
// buffers and is valid until the next call of Next or NextBlock.
type Scanner struct {
	// Comma is the byte between fields: any but '"', '\r' and '\n'. With one of these, the first
	// call of Next or NextBlock answers false, and Err is an ErrComma. 0 means ','. Set it before
	// scanning.
	Comma byte
	// MaxRecord is the greatest length of a record in bytes, without its line end. It bounds the
	// memory that an opening quote takes that is never closed. 0 means DefaultMaxRecord, and a
	// gigabyte is the most. Set it before scanning.
	MaxRecord int

	// The record that Next found: see fields.go.
	text    []byte // what bounds are positions in
	bounds  []uint32
	stride  int
	first   int   // the record's first field, counted in the batch
	width   int   // how many fields it has; 0 if there is no such record
	left    int   // how many of the records behind it have as many fields
	number  int64 // of the last of these
	trimmed []uint32
	copied  []byte
	values  [][]byte

	// The buffer and the batch: see buffer.go.
	r           io.Reader
	scan        kernel
	comma       byte // the separator, once scanning has begun
	buf         []byte
	front       int      // index in buf of data[0]
	data        []byte   // the first record that has not been returned, and all behind it
	n           int      // bytes of data that have been read
	scanned     int      // of these, bytes that have been classified
	quoted      uint64   // all ones if the classified bytes end inside quotes, or else 0
	ends        []uint32 // where fields end in data; ends[0] is the byte before data
	found       int      // fields whose ends have been found
	whole       int      // of these, fields of the batch
	recordStart int      // index in data of the first byte behind the batch
	lines       int      // line ends among found
	step        int      // how many bytes may be classified at once
	supplied    bool     // the last byte is a line end that the stream lacked
	base        int64    // offset in the stream of data[0]

	quotes     bool // whether the batch may hold quotes
	lastQuotes bool // whether what was classified last may

	readErr error  // nothing can be read any more
	stop    *Error // the record behind the batch is bad
	mark    bool   // the record behind the batch begins with a byte order mark that is none of it
	skip    bool   // data begins inside the first line of a bad record
	err     *Error // what ended scanning: stop, or an error that is not about a record
	block   Block
}

// NewScanner returns a Scanner that reads from r.
func NewScanner(r io.Reader) *Scanner {
	s := new(Scanner)
	s.Reset(r)
	return s
}

// Reset makes the Scanner, which may be a zero one, read from r as a new one does. It keeps Comma,
// MaxRecord and its buffers; what it has returned is no longer valid.
func (s *Scanner) Reset(r io.Reader) {
	if s.scan == nil {
		s.scan = fastest()
	}
	if s.ends == nil {
		s.ends = make([]uint32, 1)
	}
	s.ends[0] = 1<<32 - 1
	*s = Scanner{
		Comma: s.Comma, MaxRecord: s.MaxRecord, r: r, scan: s.scan, step: stepSize,
		ends: s.ends, buf: s.buf, trimmed: s.trimmed, copied: s.copied, values: s.values,
	}
	if s.buf != nil {
		s.front, s.data = Pad, s.buf[Pad:len(s.buf)-slack]
		s.buf[Pad-1] = lineFeed // so that the first record begins like any other
	}
}

// Next goes on to the next record. Blank lines are passed over. It answers false at the end of the
// stream and at a bad record: see Err.
func (s *Scanner) Next() bool {
	if s.left == 0 {
		return s.findNext()
	}
	s.left--
	s.first += s.width
	return true
}

// NumFields returns the number of fields of the record that Next found.
func (s *Scanner) NumFields() int { return s.width }

// Field returns the value of field i, counted from 0, of the record that Next found, without its
// quotes. It is valid until the next call of Next or NextBlock.
func (s *Scanner) Field(i int) []byte {
	if uint(i) >= uint(s.width) {
		panic("csvfast: field number out of range")
	}
	i += s.first
	start, stop := s.bounds[i]+1, s.bounds[i+s.stride]
	return s.text[start:stop:stop]
}

// Record returns the number of the record that Next found, counted from 1. Blank lines are not
// counted, bad records that SkipBad stepped over are. After NextBlock it is the number of the
// block's last record.
func (s *Scanner) Record() int64 { return s.number - int64(s.left) }

// Offset returns how many bytes of the stream precede the record that Next found.
func (s *Scanner) Offset() int64 { return s.base + int64(s.ends[s.first]+1) }

// Err returns the error that ended scanning, always an *Error, or nil at the end of the stream.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// Records returns an iterator over the records that Next would find. An error, the one that Err
// returns, is the last that it yields. The slices are valid until the next step.
func (s *Scanner) Records() iter.Seq2[[][]byte, error] {
	return func(yield func([][]byte, error) bool) {
		for s.Next() {
			if !yield(s.fields(), nil) {
				return
			}
		}
		if s.err != nil {
			yield(nil, s.err)
		}
	}
}
