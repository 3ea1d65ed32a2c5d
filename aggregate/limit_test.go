package aggregate

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
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

// A counter goes on counting after its 32 bits are full, in a group's own line and in a block.
func TestCounterOverflow(t *testing.T) {
	for _, treatments := range []int64{2, 30, 300} {
		table := NewTable(plain)
		table.enlarge()
		for i := range treatments {
			add(t, table, "H,D,t"+strconv.FormatInt(i, 10)+",1\n")
		}
		last := "t" + strconv.FormatInt(treatments-1, 10)
		id, _ := table.treatments.ID([]byte(last))
		line := table.groups.at(0)
		c := &line.counts[1]
		if treatments > inlineCounts {
			c = table.counters.find(line.counts[inlineCounts-1], 0, id)
		}
		c.n = isBlock - 2
		for i := range int64(5) {
			if g := table.Group(0); g.Count != treatments-1+isBlock-2+i || g.Treatment != last {
				t.Fatalf("%d treatments: %+v", treatments, g)
			}
			add(t, table, "H,D,"+last+",1\n")
		}
	}
}

// Counters move from a line to larger and larger blocks, and freed blocks are used again. Every
// count stays right, and the memory asked for is the memory in use.
func TestCounters(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	table := NewTable(plain)
	var held int64
	table.Memory = func(bytes int64) error { held += bytes; return nil }
	if err := table.enlarge(); err != nil {
		t.Fatal(err)
	}
	const groups = 300
	want := map[uint64]uint64{}
	for range 400_000 {
		g := uint32(random.IntN(groups))
		if table.groups.n < groups {
			g = uint32(table.groups.n)
			if _, err := table.addGroup(group{hospital: g}); err != nil {
				t.Fatal(err)
			}
		}
		// The first group has so many treatments that its block is larger than a chunk.
		treatment := uint32(random.IntN(1 + 20_000/int(g*g+1)))
		n := uint64(1 + random.IntN(3))
		if err := table.count(table.groups.at(g), g, treatment, n); err != nil {
			t.Fatal(err)
		}
		want[carryKey(g, treatment)] += n
		if g == 0 || random.IntN(3) == 0 {
			treatment = uint32(random.IntN(20_000))
			if err := table.count(table.groups.at(0), 0, treatment, 1); err != nil {
				t.Fatal(err)
			}
			want[carryKey(0, treatment)]++
		}
	}
	got := map[uint64]uint64{}
	for g := range uint32(groups) {
		for treatment, n := range table.countersOf(g) {
			got[carryKey(g, treatment)] += n
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d counters, want %d", len(got), len(want))
	}
	if len(table.counters.large) == 0 || len(table.counters.chunks) < 2 {
		t.Errorf("%d large blocks, %d chunks: not all kinds of blocks were tried", len(table.counters.large), len(table.counters.chunks))
	}
	table.Reset(plain)
	if kept := table.size(); held != kept {
		t.Errorf("%d bytes asked for and not given back, %d kept", held, kept)
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

var errNoMemory = errors.New("no memory")

// memoryOf returns a Table.Memory that refuses more bytes than limit.
func memoryOf(limit int64) func(bytes int64) error {
	held := int64(0)
	return func(bytes int64) error {
		if held+bytes > limit {
			return errNoMemory
		}
		held += bytes
		return nil
	}
}

// If no memory is left, the row that needs some is refused, whatever it needs the memory for.
func TestLimits(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, tt := range []struct {
		name   string
		begin  func(*Table) error
		row    func(i int) string
		column int
		err    error
	}{
		{"groups", nil, func(i int) string { return "H," + strconv.Itoa(i/2) + "," + strconv.Itoa(i%2) + ",1\n" }, -1, ErrTooManyGroups},
		{"groups, large", (*Table).enlarge, func(i int) string { return "H" + strconv.Itoa(i/90) + "," + strconv.Itoa(i%90) + ",T,1\n" }, -1, ErrTooManyGroups},
		{"fractions", nil, func(i int) string { return "H" + strconv.Itoa(i/90) + "," + strconv.Itoa(i%90) + ",T,1.5\n" }, -1, ErrTooManyGroups},
		{"hospitals", nil, func(i int) string { return long + strconv.Itoa(1000+i) + ",D,T,1\n" }, 0, ErrTooManyNames},
		{"treatments", nil, func(i int) string { return "H,D," + strconv.Itoa(1000+i) + ",1\n" }, 2, ErrTooManyNames},
		{"counters", (*Table).enlarge, func(i int) string { return "H,D" + strconv.Itoa(i%100) + ",T" + strconv.Itoa(i/100) + ",1\n" }, -1, ErrTooManyCounters},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var csv strings.Builder
			for i := range 20_000 {
				csv.WriteString(tt.row(i))
			}
			data := []byte(csv.String())
			seen := false
			for limit := int64(200_000); limit < 2_000_000; limit += 100_000 {
				table := NewTable(plain)
				table.Memory = memoryOf(limit)
				if tt.begin != nil {
					tt.begin(table)
				}
				table.Bad = func(e *RowError) error { t.Errorf("Bad was asked about %v", e); return nil }
				used, err := table.AddBlock(Block{data, endsOf(data), 1, 0})
				if err == nil {
					break
				}
				e, ok := errors.AsType[*RowError](err)
				if !errors.Is(err, errNoMemory) || !ok || e.Record != table.Rows()+1 || used != 4*int(table.Rows()) {
					t.Errorf("%d bytes: used %d, rows %d, %v", limit, used, table.Rows(), err)
				}
				if strings.Contains(err.Error(), "xxx") {
					t.Errorf("%v carries a cell", err)
				}
				seen = seen || errors.Is(err, tt.err) && e.Column == tt.column
			}
			if !seen {
				t.Errorf("no limit led to %v", tt.err)
			}
		})
	}
}

// A merge that meets a limit says so.
func TestMergeLimits(t *testing.T) {
	o := NewTable(plain)
	add(t, o, "H,D,T,1\nH,E,T,1\n")
	seen := map[error]bool{}
	for limit := int64(0); limit < 1<<20; limit += 1000 {
		table := NewTable(plain)
		table.Memory = memoryOf(limit)
		err := table.Merge(o)
		for _, kind := range []error{ErrTooManyGroups, ErrTooManyNames} {
			seen[kind] = seen[kind] || errors.Is(err, kind)
		}
		if err != nil && !errors.Is(err, errNoMemory) {
			t.Errorf("%d bytes: %v", limit, err)
		}
	}
	if len(seen) != 2 || !seen[ErrTooManyGroups] || !seen[ErrTooManyNames] {
		t.Errorf("%v", seen)
	}
}

// Rows without a new name or group cost no allocation.
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
