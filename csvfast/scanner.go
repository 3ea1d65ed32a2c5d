package csvfast

import (
	"io"
	"iter"
)

// DefaultMaxRecord is the limit on a record's length if Scanner.MaxRecord is not set.
const DefaultMaxRecord = 1 << 20

// A Scanner splits a stream into records and fields. The []byte that it returns are parts of its
// buffers: they are valid until the next call of Next or NextBlock, or the next step of Records.
type Scanner struct {
	// Comma is the byte between fields: any byte but '"', '\r' and '\n'. With one of these, the
	// first call of Next or NextBlock returns false, and Err is ErrComma in an Error. 0 means ','.
	// Set Comma before scanning.
	Comma byte
	// MaxRecord is the greatest length of a record in bytes, without its line end. A longer one is
	// bad. This bounds the memory that a Scanner needs, also if a quote is never closed. 0 means
	// DefaultMaxRecord, and more than 1 GiB means 1 GiB. Set MaxRecord before scanning.
	MaxRecord int
	// Memory, if not nil, is called before the buffers grow, with the bytes that they need, and with a
	// negative number when they no longer need so many. If it returns an error, scanning ends with
	// that error in an Error. What Next needs to remove quotes is not counted. Set Memory before
	// scanning.
	Memory func(bytes int64) error

	// The record that Next found: see fields.go.
	text    []byte   // field j of the batch is text[bounds[j]+1 : bounds[j+stride]]
	bounds  []uint32 // where the batch's fields begin and end
	stride  int      // how far a field's end is from its start, in bounds
	first   int      // the record's first field, counted in the batch
	width   int      // how many fields the record has; 0 if there is no such record
	left    int      // how many of the records after it are known to have as many
	number  int64    // number of the last of these
	trimmed []uint32 // memory for bounds
	copied  []byte   // memory for text
	values  [][]byte // what Records yields

	// The buffer and the batch: see buffer.go.
	r           io.Reader
	scan        kernel
	comma       byte // the separator, once scanning has begun
	buf         []byte
	data        []byte   // part of buf: the batch, and all after it
	front       int      // index of data[0] in buf
	base        int64    // offset of data[0] in the stream
	n           int      // how many bytes of data have been read
	supplied    bool     // the last of these is a line end that the stream lacked
	scanned     int      // how many of these have been classified
	quoted      uint64   // all ones if the next one is inside quotes, or else 0
	step        int      // how many bytes may be classified at once
	ends        []uint32 // where fields end in data; ends[0] is the byte before data
	found       int      // how many fields these are
	whole       int      // how many of these are in the batch
	lines       int      // how many line ends there are among the ends found
	recordStart int      // index in data of the first byte after the batch
	quotes      bool     // the batch may hold quotes
	lastQuotes  bool     // the bytes classified last may hold quotes
	block       Block

	// What comes after the batch, if that is known.
	stop    *Error // a bad record
	mark    bool   // a byte order mark that is to be passed over
	skip    bool   // the rest of a bad record's first line, which has not been read yet
	readErr error  // nothing: the reader has ended
	err     *Error // what ended scanning: stop, or an error that is not about a record
}

// NewScanner returns a Scanner that reads from r.
func NewScanner(r io.Reader) *Scanner {
	s := new(Scanner)
	s.Reset(r)
	return s
}

// Reset makes the Scanner, which may be a zero one, read from r as a new one does. It keeps Comma,
// MaxRecord, Memory and its buffers; what it has returned is no longer valid.
func (s *Scanner) Reset(r io.Reader) {
	if s.scan == nil {
		s.scan = fastest()
	}
	if s.ends == nil {
		s.ends = make([]uint32, 1)
	}
	s.ends[0] = 1<<32 - 1
	*s = Scanner{
		Comma: s.Comma, MaxRecord: s.MaxRecord, Memory: s.Memory, r: r, scan: s.scan, step: stepSize,
		ends: s.ends, buf: s.buf, trimmed: s.trimmed, copied: s.copied, values: s.values,
	}
	if s.buf != nil {
		s.front, s.data = Pad, s.buf[Pad:len(s.buf)-slack]
		s.buf[Pad-1] = lineFeed // so that the first record begins like any other
	}
}

// Next advances to the next record, and passes over blank lines. It returns false at the end of the
// stream and if the record is bad: see Err.
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

// Field returns the value of field i, counted from 0, of the record that Next found: without the
// quotes around it, and with one quote for each doubled one. It is valid until the next call of
// Next or NextBlock.
func (s *Scanner) Field(i int) []byte {
	if uint(i) >= uint(s.width) {
		panic("csvfast: field number out of range")
	}
	i += s.first
	start, stop := s.bounds[i]+1, s.bounds[i+s.stride]
	return s.text[start:stop:stop]
}

// Record returns the number of the record that Next found, counted from 1. Bad records count, blank
// lines do not. After NextBlock it is the number of the block's last record.
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

// Records returns an iterator over the records that Next would find. If scanning ends with an
// error, the iterator yields it last. All slices are valid until the next step.
func (s *Scanner) Records() iter.Seq2[[][]byte, error] {
	return func(yield func([][]byte, error) bool) {
		for s.Next() {
			if s.width > cap(s.values) {
				s.values = make([][]byte, 2*s.width)
			}
			values, text := s.values[:s.width], s.text
			starts := s.bounds[s.first:][:len(values)]
			stops := s.bounds[s.first+s.stride:][:len(values)]
			for i := range values { // values[i] = s.Field(i), with fewer checks
				start, stop := starts[i]+1, stops[i]
				values[i] = text[start:stop:stop]
			}
			if !yield(values, nil) {
				return
			}
		}
		if s.err != nil {
			yield(nil, s.err)
		}
	}
}
