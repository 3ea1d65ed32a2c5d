package csvfast

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// A model does what the whole package does, as plainly as possible: it reads a file in memory,
// record by record and byte by byte. It writes what it finds like the corpus does. A record that
// the caller rejects is written as ?number:offset¶.
type model struct {
	csv    []byte
	comma  byte
	limit  int
	reject func(fields []string) bool
}

func (m model) read() string {
	var b strings.Builder
	marks := bytes.IndexByte(byteOrderMark, m.comma) < 0
	if marks && bytes.HasPrefix(m.csv, byteOrderMark) {
		m.csv = append([]byte("\n\n\n"), m.csv[len(byteOrderMark):]...) // blank lines
	}
	number := 0
	for at := 0; at < len(m.csv); {
		if marks && bytes.HasPrefix(m.csv[at:], []byte("\ufeff\"")) {
			at += len(byteOrderMark)
		}
		fields, next, fault, err := m.record(at)
		if fields == nil && err == nil { // a blank line
			at = next
			continue
		}
		number++
		switch {
		case err != nil:
			b.WriteString(tell(&Error{Record: int64(number), Offset: int64(at), At: int64(fault), Err: err}))
		case m.reject(fields):
			fmt.Fprintf(&b, "?%d:%d¶", number, at)
		default:
			b.WriteString(strings.Join(fields, "|") + "¶")
			at = next
			continue
		}
		at = m.line(at) // one line is lost, and nothing else
	}
	return b.String()
}

// record reads the record at start. It returns the fields and where the next record begins, or what
// is wrong and where. A blank line has no fields.
func (m model) record(start int) (fields []string, next, fault int, err error) {
	has := func(i int, s string) bool { return bytes.HasPrefix(m.csv[min(i, len(m.csv)):], []byte(s)) }
	isEnd := func(i int) bool { // of a line; a '\r' belongs to it
		return i == len(m.csv) || has(i, "\n") || has(i, "\r\n") || has(i, "\r") && i+1 == len(m.csv)
	}
	tooLong := func(i int) bool { return i-start > m.limit }
	bad := func(i, fault int, err error) ([]string, int, int, error) {
		if tooLong(i) {
			return nil, 0, start, ErrRecordTooLong
		}
		return nil, 0, fault, err
	}
	if isEnd(start) {
		return nil, m.line(start), 0, nil
	}
	i := start
	for {
		var value []byte
		if opening := i; has(i, `"`) {
			for i++; !has(i, `"`) || has(i, `""`); i++ {
				if i == len(m.csv) {
					return bad(i, opening, ErrQuote)
				}
				if has(i, `""`) {
					i++
				}
				value = append(value, m.csv[i])
			}
			i++
			if !isEnd(i) && m.csv[i] != m.comma {
				return bad(i, i-1, ErrQuote)
			}
		} else {
			for ; !isEnd(i) && m.csv[i] != m.comma; i++ {
				if has(i, `"`) {
					return bad(i, i, ErrBareQuote)
				}
				value = append(value, m.csv[i])
			}
		}
		fields = append(fields, string(value))
		if isEnd(i) {
			break
		}
		i++
	}
	if tooLong(i) {
		return nil, 0, start, ErrRecordTooLong
	}
	return fields, m.line(i), 0, nil
}

// line returns where the line after csv[i] begins.
func (m model) line(i int) int {
	if n := bytes.IndexByte(m.csv[i:], '\n'); n >= 0 {
		return i + n + 1
	}
	return len(m.csv)
}

// readAll reads to the end of the stream, skips bad records, and writes what it finds like the
// model.
func readAll(s *Scanner, next func(*Scanner, func([]string) bool, *strings.Builder) bool, reject func([]string) bool) string {
	var b strings.Builder
	for {
		for next(s, reject, &b) {
		}
		err := s.Err()
		if err == nil {
			return b.String()
		}
		b.WriteString(tell(err))
		if !s.SkipBad() {
			return b.String() + "end"
		}
	}
}

// ways are the ways to read a file.
var ways = map[string]func(*Scanner, func([]string) bool, *strings.Builder) bool{
	"Next":      withNext,
	"NextBlock": withNextBlock,
	"by turns": func(s *Scanner, reject func([]string) bool, b *strings.Builder) bool {
		if s.Record()%3 == 0 {
			return withNextBlock(s, reject, b)
		}
		return withNext(s, reject, b)
	},
}

func withNext(s *Scanner, reject func([]string) bool, b *strings.Builder) bool {
	if !s.Next() {
		return false
	}
	var fields []string
	for i := range s.NumFields() {
		fields = append(fields, string(s.Field(i)))
	}
	if reject(fields) {
		fmt.Fprintf(b, "?%d:%d¶", s.Record(), s.Offset())
		s.Reject(s.Offset())
		return true
	}
	b.WriteString(strings.Join(fields, "|") + "¶")
	return true
}

func withNextBlock(s *Scanner, reject func([]string) bool, b *strings.Builder) bool {
	before := s.Record()
	if !s.NextBlock() {
		return false
	}
	k := s.Block()
	if cap(k.Data) < len(k.Data)+Pad || int(k.Ends[len(k.Ends)-1]) != len(k.Data)-1 || k.Data[len(k.Data)-1] != '\n' {
		panic("a block without its end")
	}
	if k.Record != before+1 {
		panic("a block with a wrong number")
	}
	number, start, field := k.Record, 0, 0
	var fields []string
	for _, end := range k.Ends {
		raw := k.Data[field:end]
		field = int(end) + 1
		last := k.Data[end] == '\n'
		if last {
			raw = bytes.TrimSuffix(raw, []byte("\r"))
		}
		value, err := AppendUnquoted(nil, raw)
		if err != nil {
			panic("a block with a bad field")
		}
		fields = append(fields, string(value))
		if !last {
			continue
		}
		if len(fields) == 1 && len(raw) == 0 {
			start, fields = field, nil
			continue
		}
		if reject(fields) {
			offset := k.Offset + int64(start)
			fmt.Fprintf(b, "?%d:%d¶", number, offset)
			if s.Reject(offset) {
				return true
			}
		} else {
			b.WriteString(strings.Join(fields, "|") + "¶")
		}
		number++
		start, fields = field, nil
	}
	if s.Record() != number-1 {
		panic("records miscounted")
	}
	return true
}

// unless rejects records that do not have width fields. 0 rejects none.
func unless(width int) func([]string) bool {
	return func(fields []string) bool { return width > 0 && len(fields) != width }
}

// sameAsModel compares a kernel with the model, in all ways to read a file, from a reader that
// returns all at once and from another one.
func sameAsModel(t *testing.T, scan kernel, csv []byte, comma byte, limit, width int, rand *rand.Rand) {
	t.Helper()
	m := model{csv, comma, limit, unless(width)}
	if limit <= 0 {
		m.limit = DefaultMaxRecord
	}
	want := m.read()
	for way, next := range ways {
		other := readers[rand.IntN(len(readers))]
		for _, of := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, other.of} {
			s := NewScanner(of(bytes.NewReader(csv)))
			s.Comma, s.MaxRecord, s.scan = comma, limit, scan
			if got := readAll(s, next, unless(width)); got != want {
				t.Fatalf("%s, at once or %s, limit %d, %d fields wanted, separator %q: %.2000q\n got %.2000q\nwant %.2000q",
					way, other.name, limit, width, comma, csv, got, want)
			}
		}
	}
}
