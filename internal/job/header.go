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

// normal returns the names as names are compared.
func (c Columns) normal() Columns {
	for i := range c {
		c[i] = normal(c[i])
	}
	return c
}

// normal returns a column's name as names are compared: without regard to case, to space around
// it, and to which of space, no-break space, underscore and hyphen stands between its words.
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

// indexOf returns which of the names, which are normal, this is, or -1. It allocates nothing.
func indexOf(normals *Columns, name []byte) int {
	for i := range normals {
		if isNormal(normals[i], name) {
			return i
		}
	}
	return -1
}

// isNormal says whether want == normal(name).
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

// isGap says whether a character stands between the words of a column's name.
func isGap(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '_', '-', '\u00a0', '\ufeff':
		return true
	}
	return false
}

// separators are what may stand between fields.
var separators = [...]byte{',', ';', '\t', '|'}

// fileHeader is what the first lines of a file say.
type fileHeader struct {
	comma   byte
	skipped int // records before the header: an Excel file's "sep=;"
	layout  aggregate.Layout
}

// readHeader finds the separator and the columns in the first bytes of a file, which hold its
// first records whole, or all of it.
//
// The header decides: each separator is tried, and the one with which it has all four names is
// the file's. Nothing is guessed from the rows.
func (r *Reducer) readHeader(start []byte) (*fileHeader, error) {
	h := &fileHeader{}
	candidates := separators[:]
	if comma, ok := excelSeparator(start); ok {
		h.skipped = 1
		candidates = []byte{comma}
	}
	var found []byte
	var failed *HeaderError
	for _, comma := range candidates {
		fields, ok := r.record(start, comma, h.skipped)
		if !ok {
			continue
		}
		layout, err := r.match(fields)
		if err != nil {
			if failed == nil || len(err.Missing) < len(failed.Missing) || len(err.Missing) == len(failed.Missing) && err.Found > failed.Found {
				failed = err
			}
			continue
		}
		layout.Comma = comma
		h.comma, h.layout = comma, layout
		found = append(found, comma)
	}
	switch {
	case len(found) > 1:
		return nil, &HeaderError{Separators: found, Err: ErrSeparator}
	case len(found) == 1:
		r.setWidth(h, start)
		return h, nil
	case failed == nil:
		failed = &HeaderError{Missing: r.columns[:], Err: ErrHeader}
	}
	r.explain(failed, start)
	return nil, failed
}

// excelSeparator reads a first line such as "sep=;", by which Excel tells its separator.
func excelSeparator(start []byte) (byte, bool) {
	start = bytes.TrimPrefix(start, []byte(byteOrderMark))
	line, _, _ := bytes.Cut(start, []byte("\n"))
	line = bytes.Trim(line, "\"\r")
	if len(line) != 5 || !strings.EqualFold(string(line[:4]), "sep=") || bytes.IndexByte(separators[:], line[4]) < 0 {
		return 0, false
	}
	return line[4], true
}

// record returns the fields of the first record behind some others.
func (r *Reducer) record(start []byte, comma byte, skip int) ([][]byte, bool) {
	s := r.scan(start, comma)
	for range skip {
		if !s.Next() {
			return nil, false
		}
	}
	if !s.Next() {
		return nil, false
	}
	return fieldsOf(s), true
}

// scan makes the Scanner, with its buffers, one of the first records of a file.
func (r *Reducer) scan(start []byte, comma byte) *csvfast.Scanner {
	r.scanner.Reset(&littles{start})
	r.scanner.Comma = comma
	return &r.scanner
}

// littles is a reader that yields little at a time: to read a record, the Scanner reads no more
// than it needs.
type littles struct{ left []byte }

func (l *littles) Read(p []byte) (int, error) {
	if len(l.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 1<<10)], l.left)
	l.left = l.left[n:]
	return n, nil
}

// fieldsOf returns the fields of the record that s is at.
func fieldsOf(s *csvfast.Scanner) [][]byte {
	fields := make([][]byte, s.NumFields())
	for i := range fields {
		fields[i] = bytes.Clone(s.Field(i))
	}
	return fields
}

// match finds the columns by their names.
func (r *Reducer) match(fields [][]byte) (aggregate.Layout, *HeaderError) {
	l, found := r.find(fields)
	if found == [4]int{1, 1, 1, 1} {
		return l, nil
	}
	e := &HeaderError{Found: len(fields), Err: ErrHeader}
	for i, n := range found {
		switch {
		case n == 0:
			e.Missing = append(e.Missing, r.columns[i])
		case n > 1:
			e.Twice = append(e.Twice, r.columns[i])
		}
	}
	return l, e
}

// find returns where the columns are, and how many there are of each name.
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

// setWidth finds out how many fields a record has, of which some at the end have to be empty. A
// spreadsheet that was wider once leaves empty fields behind the last column: in the header, in
// every row, or in both. Where the first rows agree on another number than the header's, it is
// theirs, and every other row has to have it.
func (r *Reducer) setWidth(h *fileHeader, start []byte) {
	l := &h.layout
	last := 1 + max(l.Hospital, l.Diagnosis, l.Treatment, l.RecoveryTime)
	if len(start) == startSize { // the last row may be cut off
		start = start[:bytes.LastIndexByte(start, '\n')+1]
	}
	s := r.scan(start, h.comma)
	fields := 0
	for n := 0; n < h.skipped+firstRows && s.Next(); n++ {
		filled := s.NumFields()
		for filled > 0 && len(s.Field(filled-1)) == 0 {
			filled--
		}
		if n <= h.skipped || filled == 0 { // up to the header, or no row
			continue
		}
		if s.NumFields() == fields && filled <= l.Fields {
			continue
		}
		if _, err := r.match(fieldsOf(s)); err == nil {
			continue // the header again
		}
		if fields > 0 || s.NumFields() < last || filled > l.Fields {
			return
		}
		fields = s.NumFields()
	}
	if fields > 0 {
		l.Fields, l.Empty = fields, max(0, fields-l.Fields)
	}
}

// firstRows is how many rows have to agree on how many fields they have.
const firstRows = 20

// repeated says whether a record that is no row is the header again, as where files were joined:
// it holds all four names. In other positions, or with another separator, it means that everything
// behind it would be read wrongly.
func (r *Reducer) repeated(fields [][]byte) (again, moved bool) {
	if len(fields) == 1 {
		for _, comma := range separators {
			if _, found := r.find(split(fields[0], comma)); found == [4]int{1, 1, 1, 1} {
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
	l, found := r.find(fields)
	if found != [4]int{1, 1, 1, 1} {
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

// explain says what a file without a proper header looks like, and what to do.
func (r *Reducer) explain(e *HeaderError, start []byte) {
	if len(e.Twice) > 0 && len(e.Missing) == 0 {
		return
	}
	rest := start
	for n := 1; n < 20 && len(rest) > 0; n++ {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		for _, comma := range separators {
			fields, ok := r.record(line, comma, 0)
			if !ok {
				continue
			}
			if _, err := r.match(fields); err == nil {
				e.Hint = "remove what stands before the header, which is line " + strconv.Itoa(n)
				return
			}
		}
	}
	for _, comma := range separators {
		fields, ok := r.record(start, comma, 0)
		if !ok || len(fields) < 4 {
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

// near says whether a name of the header is so close to an expected one that a message may show
// it: at most two letters differ. More would show cells: "City Hospital" is no column's name.
func near(name, want string) bool {
	return len(name) <= len(want)+2 && spelling.Within(2, name, want)
}
