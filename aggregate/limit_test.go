package aggregate

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
)

// add adds rows of CSV and fails the test on an error.
func add(t *testing.T, table *Table, csv string) {
	t.Helper()
	if _, err := table.AddBlock(Block{[]byte(csv), endsOf([]byte(csv)), 1, 0}); err != nil {
		t.Fatal(err)
	}
}

// double returns a table with every row of o twice.
func double(t *testing.T, o *Table, large bool) (*Table, error) {
	t.Helper()
	table := NewTable(o.layout)
	if large {
		table.enlarge()
	}
	if err := table.Merge(o); err != nil {
		return nil, err
	}
	return table, table.Merge(o)
}

// sumOf is the sum of the table's first group.
func sumOf(t *testing.T, table *Table) *big.Int {
	t.Helper()
	n, ok := table.Groups()[0].sum.Number()
	if !ok {
		t.Fatal("the sum does not fit")
	}
	return n.big()
}

// Counts pass 2^32, and sums 2^63 and 2^64, without a wrap; a sum passes 2^127 with an error, and
// not before there are 10^11 rows.
func TestOverflow(t *testing.T) {
	for _, large := range []bool{false, true} {
		for _, number := range []string{"1000000", "999999.999999999999999999999", "-1000000"} {
			t.Run(fmt.Sprint(large, number), func(t *testing.T) {
				table := NewTable(plain)
				table.Range = &Range{whole(MaxNumber).neg(), whole(MaxNumber)}
				add(t, table, "H,D,a,"+number+"\nH,D,b,"+number+"\nH,D,b,"+number+"\n")
				sum := sumOf(t, table)
				limit := new(big.Int).Lsh(big.NewInt(1), 127)
				for n := 1; ; n++ {
					next, err := double(t, table, large)
					sum.Lsh(sum, 1)
					if fits := sum.CmpAbs(limit) < 0; err != nil {
						if !errors.Is(err, ErrOverflow) || fits || int64(3)<<n < 1e11 {
							t.Errorf("after %d doublings: %v", n, err)
						}
						return
					} else if !fits {
						t.Fatalf("after %d doublings, no error", n)
					}
					table = next
					g := table.Groups()[0]
					if got := sumOf(t, table); g.Count != 3<<n || g.Treatment != "b" || table.Rows() != 3<<n || got.Cmp(sum) != 0 {
						t.Fatalf("after %d doublings: count %d, rows %d, sum %s, want %s", n, g.Count, table.Rows(), got, sum)
					}
				}
			})
		}
	}
}

// A counter of a group's own line moves to pairs before it wraps, and goes on there.
func TestCounterOverflow(t *testing.T) {
	table := NewTable(plain)
	table.enlarge()
	add(t, table, "H,D,a,1\nH,D,b,1\nH,D,b,1\n")
	table.groups.at(0).counts[0].n = inPairs - 2
	for i := range int64(5) {
		if g := table.Groups()[0]; g.Count != inPairs+i || g.Treatment != "a" {
			t.Fatalf("%+v", g)
		}
		add(t, table, "H,D,a,1\n")
	}
}

// The sum of whole numbers is folded before it can wrap.
func TestFold(t *testing.T) {
	for _, large := range []bool{false, true} {
		table := NewTable(plain)
		if large {
			table.enlarge()
		}
		add(t, table, "H,D,a,0\n")
		const room = 1e17
		*table.wholeSum(0) = room
		table.whole = maxUnfolded
		add(t, table, "H,D,a,999999\nH,E,a,2\n")
		add(t, table, "H,D,a,999999\n")
		want := big.NewInt(room + 2*999_999)
		if got := sumOf(t, table); got.Cmp(want.Mul(want, units)) != 0 || *table.wholeSum(0) >= room {
			t.Errorf("sum %s, want %s; not folded: %v", got, want, *table.wholeSum(0))
		}
	}
}

func TestLimits(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, tt := range []struct {
		name   string
		set    func(*Table)
		row    func(i int) string
		rows   int // that fit
		column int
		err    error
	}{
		{"groups", func(t *Table) { t.MaxGroups = 100 }, func(i int) string { return "H," + strconv.Itoa(i) + ",T,1\n" }, 100, -1, ErrTooManyGroups},
		{"groups, large", func(t *Table) { t.MaxGroups = 100; t.enlarge() }, func(i int) string { return strconv.Itoa(i) + ",D,T,1\n" }, 100, -1, ErrTooManyGroups},
		{"hospitals", func(t *Table) { t.MaxNameBytes = 50 * (nameOverhead + 1004) }, func(i int) string { return long + strconv.Itoa(1000+i) + ",D,T,1\n" }, 50, 0, ErrTooManyNames},
		{"treatments", func(t *Table) { t.MaxNameBytes = 50 * (nameOverhead + 4) }, func(i int) string { return "H,D," + strconv.Itoa(1000+i) + ",1\n" }, 50, 2, ErrTooManyNames},
		{"one name", func(t *Table) { t.MaxNameBytes = 1000 }, func(i int) string { return "H," + long + ",T,1\n" }, 0, 1, ErrTooManyNames},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var csv strings.Builder
			for i := range tt.rows + 20 {
				csv.WriteString(tt.row(i))
			}
			data := []byte(csv.String())
			table := NewTable(plain)
			table.Bad = func(e *RowError) error { t.Errorf("Bad was asked about %v", e); return nil }
			tt.set(table)
			used, err := table.AddBlock(Block{data, endsOf(data), 1, 0})
			var e *RowError
			if !errors.Is(err, tt.err) || !errors.As(err, &e) || e.Record != int64(1+tt.rows) || e.Column != tt.column || used != 4*tt.rows || table.Rows() != int64(tt.rows) {
				t.Errorf("used %d, rows %d, %v", used, table.Rows(), err)
			}
			if strings.Contains(err.Error(), "xxx") {
				t.Errorf("%v carries a cell", err)
			}
			if got := len(resultOf(t, table)); got != table.Len() {
				t.Errorf("%d groups", got)
			}
		})
	}
}

func TestTooManyPairs(t *testing.T) {
	var p pairs
	for i := range uint32(100) {
		if err := p.add(1, i, 1, 100); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.add(1, 5, 1, 100); err != nil {
		t.Errorf("a pair that is there: %v", err)
	}
	if err := p.add(1, 100, 1, 100); err != ErrTooManyCounters {
		t.Errorf("one too many: %v", err)
	}
}

// A merge that meets a limit says so.
func TestMergeLimits(t *testing.T) {
	o := NewTable(plain)
	add(t, o, "H,D,T,1\nH,E,T,1\n")
	table := NewTable(plain)
	table.MaxGroups = 1
	if err := table.Merge(o); !errors.Is(err, ErrTooManyGroups) {
		t.Errorf("groups: %v", err)
	}
	table = NewTable(plain)
	table.MaxNameBytes = nameOverhead + 1
	if err := table.Merge(o); !errors.Is(err, ErrTooManyNames) {
		t.Errorf("names: %v", err)
	}
}

// Allocations are for what is new, and for nothing else.
func TestAllocations(t *testing.T) {
	for _, s := range []shape{{"", "\n", ""}, {"\"", "\r\n", ".25"}} {
		for _, n := range []names{few, {numbered(700, "long hospital names to be sure of it "), numbered(700, "d"), numbered(700, "t")}} {
			data := generate(3000, n, s)
			if s.quote != "" {
				data = append(data, "\""+strings.Repeat("long ", 30)+"\",,,1\n"...)
			}
			ends := endsOf(data)
			table := NewTable(plain)
			table.Decode = unquoteColumn
			rows := func() {
				if _, err := table.AddBlock(Block{data, ends, 1, 0}); err != nil {
					t.Fatal(err)
				}
			}
			rows()
			if n := testing.AllocsPerRun(5, rows); n > 0 {
				t.Errorf("AddBlock allocates %v times for rows it has seen", n)
			}
			row := func() {
				if err := table.Add([]byte("General Hospital"), []byte("D"), []byte("T"), []byte("5")); err != nil {
					t.Fatal(err)
				}
			}
			if n := testing.AllocsPerRun(5, row); n > 0 {
				t.Errorf("Add allocates %v times for a row it has seen", n)
			}
		}
	}
}
