package aggregate

import (
	"errors"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// Names of the lengths at which something changes, and of the shapes that need care.
var testNames = []string{
	"", "a", "b", "1234567", "12345678", "123456789", "COPD", "Heart Disease", "Ünïcödé",
	strings.Repeat("y", 15), strings.Repeat("y", 16), strings.Repeat("y", 17), strings.Repeat("y", 23), strings.Repeat("y", 24), strings.Repeat("y", 25),
	strings.Repeat("z", 31), strings.Repeat("z", 32), strings.Repeat("z", 33), strings.Repeat("z", 55), strings.Repeat("z", 56),
	strings.Repeat("z", 57), strings.Repeat("z", 64), strings.Repeat("long ", 99), "\x00", "\x00\x00", "a\x00",
	`"a"`, `"x,y"`, `"q""q"`, "\"nl\nnl\"", "\"cr\r\nlf\"", `""`, `""""`, "\"" + strings.Repeat("z", 33) + "\"", "\"" + strings.Repeat("long ", 99) + "\"",
	"lone\rreturn", "\r", "return at the end\r",
}

var testNumbers = []string{
	"0", "5", "60", "9999", "10000", "999999", "1000000", "007", "0000000000000000000000000001", "000001000000",
	"-0", "-3", "+4", "12.5", "5.", ".5", "-.5", "0.000000001", "-0.999999999", `"42"`, `"-1.5"`, `"123456"`, `"0"`, `"9999"`, `"10000"`, `"007"`,
	"1e3", "1E3", "1e+3", "10e-1", "4.5000000000", "0E-18", "0e99", "4.499999999999999556", "3.3333333333333335", "1e-21", "0.000000000000000000001",
	"999999.999999999999999999999", "1.0e6", "0.001e9", "1000000.000", "5e0", "1000000000000e-6",
}

var badFields = []string{
	"", " ", "\t ", "+", "-", ".", "-.", " 5", "5 ", "NaN", "1.2.3", "0x10", "1_0", "--1", "5\r5", "5\r", "\"5\"\r", `"`, `""`, `"""`, `"5`, `5"`, `"5"6`, `"4""2"`, `""42""`, "1000001", "12345678", "123456789",
	"18446744073709551616", "99999999999999999999999999999999", "1000000.000000000000000000001", "1e7", "1.1e6", "1e999999999", "1,234.5", "1.234,5", "4,5",
	"0.0000000000000000000001", "1e-22", "99999999999999999999x", "0.00000000001x", "٣", "1234567/", "1234567:", "\xff5", "e3", "1e", "1e+", "1e1.5", "1e1e1", ".e1", "5e ",
}

func TestLayouts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		l := Layout{Fields: 4 + r.IntN(5)}
		at := r.Perm(l.Fields)
		l.Hospital, l.Diagnosis, l.Treatment, l.RecoveryTime = at[0], at[1], at[2], at[3]
		check(t, randomRows(r, l), l)
	}
}

// One table that reads files of several layouts has the groups of a table for each, merged.
func TestSetLayout(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		var bads []bad
		one, merged := new(Table), new(Table)
		for i := range 1 + r.IntN(4) {
			l := Layout{Fields: 4 + r.IntN(5)}
			at := r.Perm(l.Fields)
			l.Hospital, l.Diagnosis, l.Treatment, l.RecoveryTime = at[0], at[1], at[2], at[3]
			if i == 0 {
				one, merged = forgiving(l, &bads), forgiving(l, &bads)
			}
			one.SetLayout(l)
			data := randomRows(r, l)
			own := forgiving(l, &bads)
			for _, table := range []*Table{one, own} {
				addAll(t, table, data, wholeRecords(data), 2, 0)
			}
			if err := merged.Merge(own); err != nil {
				t.Fatal(err)
			}
		}
		got, want := map[key]string{}, map[key]string{}
		for table, groups := range map[*Table]map[key]string{one: got, merged: want} {
			for _, g := range table.Groups() {
				groups[key{g.Hospital, g.Diagnosis}] = strconv.FormatInt(g.Count, 10) + " " + string(g.AppendMean(nil)) + " " + g.Treatment
			}
		}
		if !maps.Equal(got, want) || one.Rows() != merged.Rows() {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	}
}

// randomRows makes rows of which a few are bad.
func randomRows(r *rand.Rand, l Layout) []byte {
	var b []byte
	distinct := 1 + r.IntN(len(testNames))
	for range r.IntN(400) {
		if r.IntN(30) == 0 {
			b = append(b, []string{"\n", "\r\n"}[r.IntN(2)]...)
		}
		fields := l.Fields
		if r.IntN(100) == 0 {
			fields = 1 + r.IntN(9)
		}
		for i := range fields {
			if i > 0 {
				b = append(b, ',')
			}
			switch {
			case r.IntN(300) == 0:
				b = append(b, badFields[r.IntN(len(badFields)-12)]...)
			case i == l.RecoveryTime && r.IntN(10) > 0:
				b = strconv.AppendInt(b, int64(r.IntN(100)), 10)
			case i == l.RecoveryTime:
				b = append(b, testNumbers[r.IntN(len(testNumbers))]...)
			default:
				b = append(b, testNames[r.IntN(distinct)]...)
			}
		}
		b = append(b, []string{"\n", "\r\n"}[r.IntN(2)]...)
	}
	return b
}

// Every length of every field, in every column.
func TestLengths(t *testing.T) {
	var b strings.Builder
	for n := range 200 {
		name := strings.Repeat("x", n)
		b.WriteString(name + ",D,T,1\nH," + name + ",T,2\nH,D," + name + ",3\n" + name + "," + name + "," + name + ",4\n")
		b.WriteString(name[:n/2] + "y" + name[n/2:] + ",D,T,1\n")
	}
	check(t, []byte(b.String()), plain)
}

// More names and groups than the small tally holds, and than an index begins with.
func TestManyGroups(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []struct{ rows, hospitals, diagnoses, treatments int }{
		{6_000, 3000, 3000, 300}, {6_000, 1, 3000, 5000}, {6_000, 3000, 1, 1}, {6_000, 2, 2, 9000}, {3_000, 300, 300, 20},
	} {
		var b []byte
		for range n.rows {
			b = strconv.AppendInt(append(b, "hospital "...), int64(r.IntN(n.hospitals)), 10)
			b = strconv.AppendInt(append(b, ",the diagnosis of all those numbered "...), int64(r.IntN(n.diagnoses)), 10)
			b = strconv.AppendInt(append(b, ','), int64(r.IntN(n.treatments)), 10)
			b = strconv.AppendInt(append(b, ','), int64(r.IntN(100)), 10)
			b = append(b, '\n')
		}
		check(t, b, plain)
	}
}

func TestBadRow(t *testing.T) {
	for _, tt := range []struct {
		row    string
		column int
		err    error
	}{
		{"H,D,T\n", -1, ErrFieldCount},
		{"H,D,T,5,6\n", -1, ErrFieldCount},
		{"H\n", -1, ErrFieldCount},
		{"H,\n", -1, ErrFieldCount},
		{"H,D,T,\n", 3, ErrNoValue},
		{"H,D,T,x\n", 3, ErrNumber},
		{"H,D,T,-1\n", 3, ErrRange},
		{"H,D,T,99999999999999999999\n", 3, ErrNumberRange},
		{"H,D,T,0.1234567890123456789012\n", 3, ErrFraction},
		{"a\"b\",D,T,5\n", 0, errDecode},
		{"H,\"D\"x,T,5\n", 1, errDecode},
		{"H,D," + strings.Repeat("x", 40) + "\"\",5\n", 2, errDecode},
	} {
		good := "a hospital,a diagnosis,a treatment,31\n"
		for before := range 5 {
			table := NewTable(plain)
			table.Decode = unquoteColumn
			data := []byte(strings.Repeat(good, before) + tt.row + good + good)
			ends := endsOf(data)
			used, err := table.AddBlock(Block{data, ends, 10, 1000})
			e, ok := errors.AsType[*RowError](err)
			if !ok || used != 4*before || table.Rows() != int64(before) {
				t.Errorf("%q: used %d, rows %d, %v", data, used, table.Rows(), err)
				continue
			}
			if want := (RowError{int64(10 + before), 1000 + int64(before*len(good)), tt.column, tt.err}); *e != want || !errors.Is(err, tt.err) {
				t.Errorf("%q: %+v, want %+v", data, *e, want)
			}
		}
	}
}

// A record without its line end is left alone.
func TestUnfinishedRecord(t *testing.T) {
	table := NewTable(plain)
	data := []byte("a hospital,D,T,5\nH,D,T,5")
	if used, err := table.AddBlock(Block{data, endsOf(data), 1, 0}); used != 4 || err != nil || table.Rows() != 1 {
		t.Errorf("used %d, %v", used, err)
	}
}

func TestAdd(t *testing.T) {
	table := NewTable(plain)
	table.Decode = unquoteColumn
	for _, f := range []string{"H,D,T2,1", `"H",D,T1,2.5`, "H,D,T1,x", "H,E,T2,3"} {
		f := strings.Split(f, ",")
		err := table.Add([]byte(f[0]), []byte(f[1]), []byte(f[2]), []byte(f[3]))
		e, ok := errors.AsType[*RowError](err)
		if (f[3] == "x") != errors.Is(err, ErrNumber) || err != nil && (!ok || e.Record != 3 || e.Column != 3) {
			t.Errorf("%q: %v", f, err)
		}
	}
	got := table.Groups()
	if len(got) != 2 || got[0].Count != 2 || got[0].Treatment != "T1" || string(got[0].AppendMean(nil)) != "1.75" || got[1].Record != 3 {
		t.Errorf("%+v", got)
	}
}

// A table takes any separator, although a scanner takes no '\r'.
func TestReturnAsSeparator(t *testing.T) {
	l := plain
	l.Comma = '\r'
	data := []byte("H\rD\rT\r1\nH\rD\rT\r\n")
	ends := []uint32{1, 3, 5, 7, 9, 11, 13, 14}
	table := NewTable(l)
	_, err := table.AddBlock(Block{append(data, make([]byte, Pad)...)[:len(data)], ends, 1, 0})
	if !errors.Is(err, ErrNoValue) || table.Rows() != 1 {
		t.Error(table.Rows(), err)
	}
}

func TestLayoutOutsideTheRecord(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	NewTable(Layout{Fields: 3, RecoveryTime: 3})
}
