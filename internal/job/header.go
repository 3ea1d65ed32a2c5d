package job

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"reduction/aggregate"
	"reduction/csvfast"
	"reduction/internal/spelling"
)

// Columns are the names of the four columns, in the order of the experiment: hospital,
// diagnosis, treatment, recovery time.
type Columns [4]string

var defaultColumns = Columns{"Hospital", "Diagnosis", "Treatment", "Recovery Time"}

// Names returns the names that the header must have.
func (c Columns) Names() Columns {
	for i := range c {
		if c[i] == "" {
			c[i] = defaultColumns[i]
		}
	}
	return c
}

// normal returns the names in the form in which names are compared.
func (c Columns) normal() Columns {
	for i := range c {
		c[i] = normal(c[i])
	}
	return c
}

// normal returns a column's name in the form in which names are compared. Case and space around a
// name do not matter. Nor does it matter which of space, no-break space, underscore and hyphen is
// between its words.
func normal(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range name {
		if isGap(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// indexOf returns the index of a name among normal names, or -1. It allocates nothing.
func indexOf(normals *Columns, name []byte) int {
	for i := range normals {
		if isNormal(normals[i], name) {
			return i
		}
	}
	return -1
}

// isNormal reports whether want == normal(name).
func isNormal(want string, name []byte) bool {
	gap, begun := false, false
	for len(name) > 0 {
		r, size := utf8.DecodeRune(name)
		name = name[size:]
		if isGap(r) {
			gap = begun
			continue
		}
		if gap {
			if want == "" || want[0] != ' ' {
				return false
			}
			want = want[1:]
		}
		gap, begun = false, true
		w, size := utf8.DecodeRuneInString(want)
		if size == 0 || unicode.ToLower(r) != w {
			return false
		}
		want = want[size:]
	}
	return want == ""
}

// isGap reports whether a character separates the words of a column's name.
func isGap(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '_', '-', '\u00a0', '\ufeff':
		return true
	}
	return false
}

// separators are the bytes that may separate fields.
var separators = [...]byte{',', ';', '\t', '|'}

// readHeader finds the separator and the columns. start is the first startSize bytes of a file, or
// all of it. skipped is how many records come before the header: an Excel file's "sep=;".
//
// readHeader tries each separator. The file's is the one with which the header has all four names.
// The rows do not matter.
func (r *Reducer) readHeader(start []byte) (l aggregate.Layout, skipped int, err error) {
	candidates := separators[:]
	if comma, ok := excelSeparator(start); ok {
		skipped = 1
		candidates = []byte{comma}
	}
	var found []byte
	for _, comma := range candidates {
		fields, err := r.record(start, comma, skipped)
		if err != nil {
			return l, 0, err
		}
		if layout, columns := r.find(fields); columns == once {
			l, l.Comma = layout, comma
			found = append(found, comma)
		}
	}
	switch len(found) {
	case 0:
		return l, 0, r.headerError(start, candidates, skipped)
	case 1:
		err = r.setWidth(&l, skipped, start)
		return l, skipped, err
	}
	return l, 0, &HeaderError{Separators: found, Err: ErrSeparator}
}

// headerError says what is wrong with a header that has not all four columns with any separator:
// with the one that leaves the fewest columns missing.
func (r *Reducer) headerError(start, candidates []byte, skipped int) error {
	var best *HeaderError
	for _, comma := range candidates {
		fields, err := r.record(start, comma, skipped)
		if err != nil {
			return err
		}
		if fields == nil {
			continue
		}
		e := &HeaderError{Found: len(fields), Err: ErrHeader}
		_, columns := r.find(fields)
		for i, n := range columns {
			switch {
			case n == 0:
				e.Missing = append(e.Missing, r.columns[i])
			case n > 1:
				e.Twice = append(e.Twice, r.columns[i])
			}
		}
		if best == nil || len(e.Missing) < len(best.Missing) || len(e.Missing) == len(best.Missing) && e.Found > best.Found {
			best = e
		}
	}
	if best == nil { // with each separator it is a bad record, or there is none behind "sep=;"
		best = &HeaderError{Missing: r.columns[:], Err: ErrHeader}
		if r.scanner.Err() != nil {
			best.Hint = "a quote in it is out of place: no space may stand before or behind a field in quotes"
		}
	}
	r.explain(best, start)
	return best
}

// excelSeparator reads a first line such as "sep=;", in which Excel names its separator.
func excelSeparator(start []byte) (byte, bool) {
	start = bytes.TrimPrefix(start, []byte(byteOrderMark))
	line, _, _ := bytes.Cut(start, []byte("\n"))
	line = bytes.Trim(line, "\"\r")
	if len(line) != 5 || !strings.EqualFold(string(line[:4]), "sep=") || bytes.IndexByte(separators[:], line[4]) < 0 {
		return 0, false
	}
	return line[4], true
}

// record skips some records and returns the fields of the next one, or nil if there is none or one
// of them is bad. The fields are valid until the next call of record. An error is about reading: the
// Scanner has got no memory.
func (r *Reducer) record(start []byte, comma byte, skip int) ([][]byte, error) {
	s := r.scan(start, comma)
	for range skip + 1 {
		if !s.Next() {
			return nil, r.notRead(s)
		}
	}
	return fieldsOf(s), nil
}

// notRead returns the error that ended s, unless that is a bad record.
func (r *Reducer) notRead(s *csvfast.Scanner) error {
	if err, ok := r.place(s.Err()).(*readError); ok {
		return err
	}
	return nil
}

// scan resets the Scanner, which keeps its buffers, to read the first bytes of a file.
func (r *Reducer) scan(start []byte, comma byte) *csvfast.Scanner {
	r.scanner.Reset(&littles{start})
	r.scanner.Comma = comma
	return &r.scanner
}

// littles is a reader that returns at most 1 KB at a time, so that the Scanner scans little more
// than the first record.
type littles struct{ left []byte }

func (l *littles) Read(p []byte) (int, error) {
	if len(l.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 1<<10)], l.left)
	l.left = l.left[n:]
	return n, nil
}

// fieldsOf returns the fields of the record that s has found. They are valid until s goes on.
func fieldsOf(s *csvfast.Scanner) [][]byte {
	fields := make([][]byte, s.NumFields())
	for i := range fields {
		fields[i] = s.Field(i)
	}
	return fields
}

// once is what find returns of a header: each column is there once.
var once = [4]int{1, 1, 1, 1}

// find returns where the columns are, and how many columns have each name.
func (r *Reducer) find(fields [][]byte) (l aggregate.Layout, found [4]int) {
	l.Fields = len(fields)
	at := [4]*int{&l.Hospital, &l.Diagnosis, &l.Treatment, &l.RecoveryTime}
	for i, field := range fields {
		if column := indexOf(&r.normals, r.decoded(field)); column >= 0 {
			*at[column] = i
			found[column]++
		}
	}
	return l, found
}

// decoded returns a field of the header in UTF-8.
func (r *Reducer) decoded(field []byte) []byte {
	if r.options.Encoding != UTF8 && !ascii(field) {
		return appendDecoded(nil, field, r.options.Encoding)
	}
	return field
}

// setWidth sets how many fields a record has, and how many of them, at the end, must be empty. A
// spreadsheet that was wider in the past leaves empty fields after the last column: in the header,
// in every row, or in both. If the first rows agree on a number of fields other than the header's,
// their number holds for all rows.
func (r *Reducer) setWidth(l *aggregate.Layout, skipped int, start []byte) error {
	last := 1 + max(l.Hospital, l.Diagnosis, l.Treatment, l.RecoveryTime)
	if len(start) == startSize { // the last row may be cut off
		start = start[:bytes.LastIndexByte(start, '\n')+1]
	}
	s := r.scan(start, l.Comma)
	fields := 0
	for n := 0; n < skipped+firstRows && s.Next(); n++ {
		filled := s.NumFields()
		for filled > 0 && len(s.Field(filled-1)) == 0 {
			filled--
		}
		if n <= skipped || filled == 0 { // the header or before it, or an empty row
			continue
		}
		if s.NumFields() == fields && filled <= l.Fields {
			continue
		}
		if _, columns := r.find(fieldsOf(s)); columns == once {
			continue // the header again
		}
		if fields > 0 || s.NumFields() < last || filled > l.Fields {
			return nil
		}
		fields = s.NumFields()
	}
	if fields > 0 {
		l.Fields, l.Empty = fields, max(0, fields-l.Fields)
	}
	return r.notRead(s)
}

// firstRows is how many rows must agree on their number of fields.
const firstRows = 20

// repeated reports whether a record is the header again, which it is if it has all four names. That
// happens if files were joined. moved says that the names are in other positions, or have another
// separator: then the rows that follow would be read wrongly.
func (r *Reducer) repeated(fields [][]byte) (again, moved bool) {
	if len(fields) == 1 {
		for _, comma := range separators {
			if _, columns := r.find(split(fields[0], comma)); columns == once {
				return false, true
			}
		}
		return false, false
	}
	for i, f := range fields {
		if i == 0 {
			f = bytes.TrimPrefix(f, []byte(byteOrderMark))
		}
		if n := len(f) - 1; n > 0 && f[0] == '"' && f[n] == '"' {
			f = f[1:n]
		}
		fields[i] = f
	}
	l, columns := r.find(fields)
	if columns != once {
		return false, false
	}
	moved = l.Hospital != r.layout.Hospital || l.Diagnosis != r.layout.Diagnosis ||
		l.Treatment != r.layout.Treatment || l.RecoveryTime != r.layout.RecoveryTime
	return !moved, moved
}

// split returns the fields of a line, without the quotes around them, if there are enough for a
// header.
func split(line []byte, comma byte) (fields [][]byte) {
	if bytes.Count(line, []byte{comma}) < 3 {
		return nil
	}
	for more := true; more; {
		var field []byte
		field, line, more = bytes.Cut(line, []byte{comma})
		fields = append(fields, bytes.Trim(field, `"`))
	}
	return fields
}

// explain adds to the error of a bad header what the file looks like, and what to do.
func (r *Reducer) explain(e *HeaderError, start []byte) {
	if len(e.Twice) > 0 && len(e.Missing) == 0 {
		return
	}
	rest := start
	for n := 1; n < 20 && len(rest) > 0; n++ {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		for _, comma := range separators {
			fields, _ := r.record(line, comma, 0)
			if _, columns := r.find(fields); columns == once {
				e.Hint = "remove the lines before the header, which is line " + strconv.Itoa(n)
				return
			}
		}
	}
	for _, comma := range separators {
		fields, _ := r.record(start, comma, 0)
		if len(fields) < 4 {
			continue
		}
		numbers := 0
		for _, f := range fields {
			name := string(r.decoded(f))
			for _, missing := range e.Missing {
				if near(normal(name), normal(missing)) {
					e.Near = append(e.Near, name)
				}
			}
			if _, err := aggregate.ParseNumber(f, '.'); err == nil {
				numbers++
			}
		}
		switch {
		case len(e.Near) > 0:
			e.Hint = "name the columns so, or set COLUMNS"
		case numbers > 0 && len(e.Missing) == 4:
			e.Hint = "the file seems to have no header: its first line has to name the columns"
		}
		return
	}
}

// near reports whether a name in the header is so close to an expected one that an error may show
// it: at most two letters differ. With a larger difference, errors would show cells: "City
// Hospital" is not the name of a column.
func near(name, want string) bool {
	return len(name) <= len(want)+2 && spelling.Within(2, name, want)
}
