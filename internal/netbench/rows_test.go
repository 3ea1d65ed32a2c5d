package netbench

import (
	"sync"
	"time"

	"reduction/internal/dataset"
)

// The emulated servers' objects and table, and their network.
const (
	netBucket, netTable = "records", "results"
	millionKey, tenKey  = "1m.csv", "10k.csv"
	dailyKey            = "2k.csv"
	syntheticKey        = "synthetic.csv"

	netRoundTrip       = 25 * time.Millisecond
	netRate      int64 = 90e6 // bytes a second, of one connection

	netMemoryMB = 1769 // of the function: one vCPU
)

// The experiment's files, 45 MB and 450 KB, and a day of the feed that it stands for, generated
// when they are first needed.
var (
	oneMillion  = &file{rows: 1_000_000}
	tenThousand = &file{rows: 10_000}
	twoThousand = &file{rows: 2_000}
)

type file struct {
	rows  int
	once  sync.Once
	bytes []byte
}

func (f *file) data() []byte {
	f.once.Do(func() { f.bytes = dataset.New(int64(f.rows), dataset.DefaultSeed).Bytes() })
	return f.bytes
}

// endless is an object of the experiment's rows, of any size, that is not stored: the header,
// and a block of rows again and again.
type endless struct{ header, block []byte }

func newEndless() *endless {
	data := tenThousand.data()
	n := 0
	for data[n] != '\n' {
		n++
	}
	return &endless{data[:n+1], data[n+1:]}
}

// rows is how many an object of this size has.
func (e *endless) rows(size int64) int64 {
	blocks := (size - int64(len(e.header))) / int64(len(e.block))
	rest := (size - int64(len(e.header))) % int64(len(e.block))
	n := blocks * int64(tenThousand.rows)
	for _, c := range e.block[:rest] {
		if c == '\n' {
			n++
		}
	}
	return n
}

// size is the least from a wish on that ends with a row. The wish is no less than the header.
func (e *endless) size(wish int64) int64 {
	for at := (wish - int64(len(e.header))) % int64(len(e.block)); e.block[at] != '\n'; at++ {
		wish++
	}
	return wish + 1
}

// fill is what lambdatest asks for bytes of the object.
func (e *endless) fill(off int64, p []byte) {
	for len(p) > 0 {
		var n int
		if off < int64(len(e.header)) {
			n = copy(p, e.header[off:])
		} else {
			n = copy(p, e.block[(off-int64(len(e.header)))%int64(len(e.block)):])
		}
		p, off = p[n:], off+int64(n)
	}
}
