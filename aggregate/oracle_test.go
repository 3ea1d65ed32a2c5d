package aggregate

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// plain is the layout of the experiment's files.
var plain = Layout{Fields: 4, Hospital: 0, Diagnosis: 1, Treatment: 2, RecoveryTime: 3}

// endsOf finds the ends of fields, one byte at a time.
func endsOf(data []byte) (ends []uint32) {
	quoted := false
	for i, c := range data {
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '\n'):
			ends = append(ends, uint32(i))
		}
	}
	return ends
}

var errDecode = errors.New("bad quotes")

// unquote is a Decode that removes the quotes around a field, and one of each doubled quote inside.
func unquote(dst, raw []byte) ([]byte, error) {
	if len(raw) == 0 || raw[0] != '"' {
		if bytes.IndexByte(raw, '"') >= 0 {
			return dst, errDecode
		}
		return append(dst, raw...), nil
	}
	s := string(raw)
	if len(s) < 2 || s[len(s)-1] != '"' || strings.Contains(strings.ReplaceAll(s[1:len(s)-1], `""`, ""), `"`) {
		return dst, errDecode
	}
	return append(dst, strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)...), nil
}

func unquoteColumn(_ int, dst, raw []byte) ([]byte, error) { return unquote(dst, raw) }

// result is a group in a form that the oracle and the table share.
type result struct {
	count          int64
	sum, mean      string
	treatment      string
	record, offset int64
}

type key struct{ hospital, diagnosis string }

// bad is a row that was left out.
type bad struct {
	record, offset int64
	column         int
	err            error
}

// naive is the oracle: maps and big.Rat.
func naive(data []byte, ends []uint32, l Layout, record, offset int64) (map[key]result, []bad) {
	type tally struct {
		result
		sum        *big.Rat
		treatments map[string]int64
	}
	groups := map[key]*tally{}
	var bads []bad
	for start := 0; ; record++ {
		var fields [][]byte
		at, whole := start, false
		for len(ends) > 0 && !whole {
			end := int(ends[0])
			ends, whole = ends[1:], data[end] == '\n'
			fields = append(fields, data[at:end])
			at = end + 1
		}
		if !whole {
			break
		}
		place := offset + int64(start)
		start = at
		fields[len(fields)-1] = bytes.TrimSuffix(fields[len(fields)-1], []byte("\r"))
		if len(fields) == 1 && len(fields[0]) == 0 {
			record--
			continue
		}
		if !slices.ContainsFunc(fields, func(f []byte) bool { return len(f) > 0 && string(f) != `""` }) {
			continue
		}
		row, column, err := decodeRow(fields, l)
		if err != nil {
			bads = append(bads, bad{record, place, column, err})
			continue
		}
		g := groups[key{row.hospital, row.diagnosis}]
		if g == nil {
			g = &tally{result{record: record, offset: place}, new(big.Rat), map[string]int64{}}
			groups[key{row.hospital, row.diagnosis}] = g
		}
		g.count++
		g.sum.Add(g.sum, row.number)
		g.treatments[row.treatment]++
	}
	out := map[key]result{}
	for k, g := range groups {
		mode, most := "", int64(0)
		for name, n := range g.treatments {
			if name == "" {
				continue
			}
			if n > most || n == most && name < mode {
				mode, most = name, n
			}
		}
		f, _ := new(big.Rat).Quo(g.sum, big.NewRat(g.count, 1)).Float64()
		g.result.treatment, g.result.sum, g.result.mean = mode, g.sum.FloatString(21), strconv.FormatFloat(f, 'f', -1, 64)
		out[k] = g.result
	}
	return out, bads
}

type row struct {
	hospital, diagnosis, treatment string
	number                         *big.Rat
}

func decodeRow(fields [][]byte, l Layout) (r row, column int, err error) {
	if len(fields) != l.Fields {
		return r, -1, ErrFieldCount
	}
	if r.number, err = naiveNumber(string(fields[l.RecoveryTime]), '.'); err != nil {
		return r, l.RecoveryTime, err
	}
	if r.number.Sign() < 0 {
		return r, l.RecoveryTime, ErrRange
	}
	for _, name := range []struct {
		to     *string
		column int
	}{{&r.hospital, l.Hospital}, {&r.diagnosis, l.Diagnosis}, {&r.treatment, l.Treatment}} {
		decoded, err := unquote(nil, fields[name.column])
		if err != nil {
			return r, name.column, err
		}
		*name.to = string(decoded)
	}
	return r, -1, nil
}

var decimal = regexp.MustCompile(`^([+-]?)(?:([0-9]+)(?:M([0-9]*))?|M([0-9]+))(?:[eE]([+-]?[0-9]+))?$`)

// naiveNumber reads the grammar with a regular expression, and the value with math/big.
func naiveNumber(s string, mark byte) (*big.Rat, error) {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if strings.Trim(s, " \t") == "" {
		return nil, ErrNoValue
	}
	if strings.Contains(s, "M") {
		return nil, ErrNumber
	}
	m := decimal.FindStringSubmatch(strings.Replace(s, string(mark), "M", 1))
	if m == nil {
		return nil, ErrNumber
	}
	fraction := m[3] + m[4]
	digits := strings.TrimLeft(m[2]+fraction, "0")
	if digits == "" {
		return new(big.Rat), nil
	}
	exponent := new(big.Int)
	if m[5] != "" {
		exponent.SetString(m[5], 10)
	}
	exponent.Sub(exponent, big.NewInt(int64(len(fraction))))
	short := strings.TrimRight(digits, "0")
	exponent.Add(exponent, big.NewInt(int64(len(digits)-len(short))))
	// short * 10^exponent
	if !exponent.IsInt64() || exponent.Int64() > 7 || exponent.Int64() < -int64(len(short))-30 {
		if exponent.Sign() > 0 {
			return nil, ErrNumberRange
		}
		return nil, ErrFraction
	}
	v, _ := new(big.Rat).SetString(short + "e" + exponent.String())
	if v.Cmp(big.NewRat(MaxNumber, 1)) > 0 {
		return nil, ErrNumberRange
	}
	if exponent.Int64() < -21 {
		return nil, ErrFraction
	}
	if m[1] == "-" {
		v.Neg(v)
	}
	return v, nil
}

// resultOf returns the result of a table in the form of the oracle's.
func resultOf(t *testing.T, table *Table) map[key]result {
	t.Helper()
	out := map[key]result{}
	var rows int64
	groups := table.Groups()
	if len(groups) != table.Len() {
		t.Errorf("%d groups, Len %d", len(groups), table.Len())
	}
	for i, g := range groups {
		if i > 0 && groups[i-1].Offset > g.Offset {
			t.Errorf("group %d begins at %d, the one before it at %d", i, g.Offset, groups[i-1].Offset)
		}
		n, ok := g.sum.Number()
		if !ok {
			t.Errorf("group %d: the sum does not fit", i)
		}
		sum := new(big.Rat).SetFrac(n.big(), units).FloatString(21)
		out[key{g.Hospital, g.Diagnosis}] = result{g.Count, sum, string(g.AppendMean(nil)), g.Treatment, g.Record, g.Offset}
		rows += g.Count
	}
	if rows != table.Rows() || len(out) != len(groups) {
		t.Errorf("%d rows in %d groups of %d names, Rows %d", rows, len(groups), len(out), table.Rows())
	}
	return out
}

// forgiving returns a table that notes bad rows and goes on.
func forgiving(l Layout, bads *[]bad) *Table {
	table := NewTable(l)
	table.Decode = unquoteColumn
	table.Bad = func(e *RowError) error {
		*bads = append(*bads, bad{e.Record, e.Offset, e.Column, e.Err})
		return nil
	}
	return table
}

// ways are the ways for data to get into a table.
var ways = []struct {
	name string
	add  func(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64)
}{
	{"no slack", func(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64) {
		addAll(t, table, slices.Clip(data), ends, record, offset)
	}},
	{"slack", func(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64) {
		junk := bytes.Repeat([]byte("7"), Pad)
		padded := append(append(slices.Clone(junk), data...), junk...)
		addAll(t, table, padded[Pad:Pad+len(data)], ends, record, offset)
	}},
	{"generic", func(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64) {
		for _, d := range []*Dict{&table.hospitals, &table.diagnoses, &table.treatments} {
			d.index.init(false)
		}
		addAll(t, table, data, ends, record, offset)
	}},
	{"enlarged", func(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64) {
		table.enlarge()
		addAll(t, table, data, ends, record, offset)
	}},
	{"reset", func(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64) {
		bad := table.Bad
		table.Bad = func(*RowError) error { return nil }
		if len(data)%2 == 0 {
			table.enlarge()
		}
		addAll(t, table, data, ends, record, offset)
		table.Groups()
		table.Reset(table.layout)
		table.Bad = bad
		addAll(t, table, data, ends, record, offset)
	}},
	{"folding", func(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64) {
		for _, p := range split(data, ends) {
			table.whole = math.MaxInt64 / 2 // no room for one more
			addAll(t, table, p.data, p.ends, record+p.records, offset+p.offset)
		}
	}},
	{"merged", func(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64) {
		var parts []*Table
		for i, p := range split(data, ends) {
			part := NewTable(table.layout)
			part.Decode, part.Bad = table.Decode, table.Bad
			if i%3 == 0 {
				part.enlarge()
			}
			addAll(t, part, p.data, p.ends, 1, 0)
			part.Shift(0, record+p.records-1, offset+p.offset)
			parts = append(parts, part)
		}
		rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for _, part := range parts {
			if err := table.Merge(part); err != nil {
				t.Fatal(err)
			}
		}
	}},
	{"parts", func(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64) {
		decode := table.Decode
		table.Decode = nil // parts have names, not fields
		for i, p := range split(data, ends) {
			one := NewTable(table.layout)
			one.Decode, one.Bad = decode, table.Bad
			if i%3 == 0 {
				one.enlarge()
			}
			addAll(t, one, p.data, p.ends, record+p.records, offset+p.offset)
			addParts(t, table, one)
		}
	}},
}

// addParts adds the parts of a table to another, with their sums as text.
func addParts(t *testing.T, to, from *Table) {
	t.Helper()
	var ids []uint32
	for _, name := range from.Treatments() {
		id, err := to.TreatmentID(name)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	last := int64(-1)
	for p := range from.Parts {
		if p.Offset < last {
			t.Errorf("a part at %d behind one at %d", p.Offset, last)
		}
		last = p.Offset
		for i := range p.Treatments {
			p.Treatments[i].Treatment = ids[p.Treatments[i].Treatment]
		}
		var ok bool
		if p.Sum, ok = ParseSum(p.Sum.Append(nil)); !ok {
			t.Fatalf("a sum that ParseSum does not read")
		}
		if err := to.AddPart(p); err != nil {
			t.Fatal(err)
		}
	}
}

func addAll(t *testing.T, table *Table, data []byte, ends []uint32, record, offset int64) {
	t.Helper()
	if used, err := table.AddBlock(Block{data, ends, record, offset}); err != nil || used != len(ends) {
		t.Fatalf("used %d of %d ends, %v", used, len(ends), err)
	}
}

// part is some of the records of a file, and how many records and bytes come before them.
type part struct {
	data            []byte
	ends            []uint32
	records, offset int64
}

// split cuts data into about a dozen parts of whole records.
func split(data []byte, ends []uint32) (parts []part) {
	var p part
	start, lineStart, records := uint32(0), uint32(0), int64(0)
	for _, end := range ends {
		p.ends = append(p.ends, end-start)
		if data[end] != '\n' {
			continue
		}
		if len(bytes.TrimSuffix(data[lineStart:end], []byte("\r"))) > 0 {
			records++
		}
		lineStart = end + 1
		if len(p.ends) > len(ends)/12 {
			p.data = slices.Clone(data[start:lineStart])
			parts = append(parts, p)
			start, p = lineStart, part{records: records, offset: int64(lineStart)}
		}
	}
	p.data = slices.Clone(data[start:lineStart])
	return append(parts, p)
}

// wholeRecords are the ends of fields, up to the last record that is whole.
func wholeRecords(data []byte) []uint32 {
	ends := endsOf(data)
	for len(ends) > 0 && data[ends[len(ends)-1]] != '\n' {
		ends = ends[:len(ends)-1]
	}
	return ends
}

// check holds every way against the oracle.
func check(t *testing.T, data []byte, l Layout) {
	t.Helper()
	ends := wholeRecords(data)
	const record, offset = 2, 1000
	want, wantBad := naive(data, ends, l, record, offset)
	for _, way := range ways {
		var gotBad []bad
		table := forgiving(l, &gotBad)
		way.add(t, table, data, ends, record, offset)
		got := resultOf(t, table)
		for k, w := range want {
			if got[k] != w {
				t.Fatalf("%s: group %q\ngot  %+v\nwant %+v\nin %.600q", way.name, k, got[k], w, data)
			}
			delete(got, k)
		}
		if len(got) > 0 {
			t.Fatalf("%s: groups too many: %v in %.600q", way.name, got, data)
		}
		if way.name == "merged" { // parts count their records from 1
			continue
		}
		if fmt.Sprint(gotBad) != fmt.Sprint(wantBad) {
			t.Fatalf("%s: bad rows %v, want %v in %.600q", way.name, gotBad, wantBad, data)
		}
	}
}
