package aggregate

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"
)

func TestSizes(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want uintptr
	}{
		{"group", unsafe.Sizeof(group{}), groupSize}, {"Number", unsafe.Sizeof(Number{}), numberSize}, {"string", unsafe.Sizeof(""), nameSize},
		{"slot", unsafe.Sizeof(slot{}), slotSize}, {"counter", unsafe.Sizeof(counter{}), counterSize},
		{"slot of large", unsafe.Sizeof(large{}.slots[0]), largeSlotSize},
		{"cell", unsafe.Sizeof(small{}.cells[0]), cellSize}, {"word", unsafe.Sizeof(small{}.rows[0]), wordSize},
	} {
		if got := tt.got; got != tt.want {
			t.Errorf("a %s has %d bytes, not %d", tt.name, got, tt.want)
		}
	}
}

// size returns the memory that the table uses, computed from its parts.
func (t *Table) size() int64 {
	n := int64(len(t.groups.chunks))*chunk*groupSize + int64(len(t.exact.chunks))*chunk*numberSize + t.small.size() + t.counters.size()
	if t.large != nil {
		n += t.large.size()
	}
	for _, d := range []*Dict{&t.hospitals, &t.diagnoses, &t.treatments} {
		n += d.held
	}
	return n
}

// The table asks for as much memory as the heap grows by, whatever makes it grow.
func TestMemoryIsHeap(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, tt := range []struct {
		name string
		rows int
		row  func(i int) string
	}{
		{"groups", 200_000, func(i int) string { return strconv.Itoa(i%500) + "," + strconv.Itoa(i/500) + ",T,1\n" }},
		{"fractions", 200_000, func(i int) string { return strconv.Itoa(i%500) + "," + strconv.Itoa(i/500) + ",T,1.5\n" }},
		{"small", 50_000, func(i int) string { return strconv.Itoa(i%100) + "," + strconv.Itoa(i/100%100) + ",T,1\n" }},
		{"names", 100_000, func(i int) string { return strconv.Itoa(i) + ",D,T,1\n" }},
		{"long names", 30_000, func(i int) string { return long + strconv.Itoa(i) + ",D,T,1\n" }},
		{"quoted names", 60_000, func(i int) string { return `"` + strconv.Itoa(i) + `",D,T,1` + "\n" }},
		{"very long names", 100, func(i int) string { return strings.Repeat(long, 400+i) + ",D,T,1\n" }},
		{"twelve treatments", 600_000, func(i int) string {
			return "H" + strconv.Itoa(i%250) + "," + strconv.Itoa(i/250%200) + "," + strconv.Itoa(i/50_000) + ",1\n"
		}},
		{"many treatments", 300_000, func(i int) string { return "H," + strconv.Itoa(i%6) + "," + strconv.Itoa(i/6) + ",1\n" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var held, most int64
			table := NewTable(plain)
			table.Decode = unquoteColumn
			table.Memory = func(bytes int64) error {
				held += bytes
				most = max(most, held)
				return nil
			}
			var data []byte
			before := heap()
			for i := range tt.rows {
				data = append(data, tt.row(i)...)
				if len(data) > 1<<18 || i == tt.rows-1 {
					if _, err := table.AddBlock(Block{data, endsOf(data), 1, 0}); err != nil {
						t.Fatal(err)
					}
					data = data[:0]
				}
			}
			data = nil
			grown := heap() - before
			runtime.KeepAlive(table)
			if size := table.size(); size != held {
				t.Errorf("%d bytes asked for, %d in use", held, size)
			}
			// The account may be too large: it counts the most that names and maps take.
			const other = 64 << 10 // the table itself, and what the test has
			if grown > held+other || held > grown*3/2+other {
				t.Errorf("the heap has grown by %d bytes, %d were asked for", grown, held)
			}
			if table.Reset(plain); held != table.size() || held > 1<<20 {
				t.Errorf("after Reset: %d bytes asked for, %d in use", held, table.size())
			}
			if most > 2*max(grown, 1<<20) {
				t.Errorf("%d bytes asked for at the highest, the heap has grown by %d", most, grown)
			}
		})
	}
}

// heap returns the bytes of all objects that are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
