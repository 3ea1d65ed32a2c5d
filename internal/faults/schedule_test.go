package faults

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"reduction/runtime/lambdatest"
)

// everyFault is what goes wrong in some schedule or other.
var everyFault = []lambdatest.FaultKind{
	lambdatest.Drop, lambdatest.Throttle, lambdatest.ServerError, lambdatest.ExpiredToken, lambdatest.Answer,
	lambdatest.Cut, lambdatest.Reset, lambdatest.Stall, lambdatest.WrongLength, lambdatest.TruncatedChunk,
	lambdatest.Corrupt, lambdatest.WrongChecksum, lambdatest.WrongETag, lambdatest.HandBack,
}

// sizes are numbers of groups: none, one, and around what one batch and two can hold; the
// experiment has 400.
var sizes = []int{0, 1, 24, 25, 26, 51, 400}

// stall is how long a connection may be silent in a schedule. A machine that is slower than
// that makes faults of its own, which do not hurt: whatever is asserted holds under them.
const stall = 20 * time.Millisecond

// schedule is all that a seed decides.
type schedule struct {
	seed   uint64
	groups int
	large  bool // an object that is read over several connections
	gzip   bool

	tls       bool
	closeIdle bool // the server closes connections that idle for a millisecond
	warm      bool // connections are opened beforehand, as in Lambda's INIT
	container bool // credentials come from an endpoint, and can be had anew
	memoryMB  int
	verify    bool // VERIFY=full
	demand    bool // the event names the ETag
	manifest  bool
	records   bool
	skip      bool // BAD_ROWS=skip, and there is none but what damage makes

	kinds  []lambdatest.FaultKind
	share  float64 // of the requests that one of kinds happens to
	runs   int     // under faults, until one succeeds
	dies   int     // the function is killed at this BatchWriteItem of all runs; 0: at none
	before bool    // it dies before the request is carried out
	change int     // the object is replaced before this GetObject; 0: it is not
	again  bool    // the event is delivered once more after a success
}

func newSchedule(seed uint64) *schedule {
	r := rand.New(rand.NewPCG(seed, 0))
	oneIn := func(n int) bool { return r.IntN(n) == 0 }
	s := &schedule{
		seed:      seed,
		groups:    sizes[r.IntN(len(sizes))],
		gzip:      oneIn(6),
		tls:       oneIn(6),
		closeIdle: oneIn(8),
		warm:      oneIn(3),
		container: oneIn(3),
		memoryMB:  []int{0, 128, 512, 1769}[r.IntN(4)],
		verify:    oneIn(3),
		demand:    oneIn(2),
		manifest:  oneIn(2),
		records:   oneIn(4),
		skip:      oneIn(3),
		share:     []float64{0.02, 0.1, 0.3, 0.6}[r.IntN(4)],
		runs:      1 + r.IntN(3),
		again:     oneIn(4),
	}
	for _, i := range r.Perm(len(everyFault))[:1+r.IntN(4)] {
		s.kinds = append(s.kinds, everyFault[i])
	}
	switch {
	case oneIn(4):
		s.dies, s.before = 1+r.IntN(2+s.groups/25), oneIn(2)
	case oneIn(8):
		s.change = 1 + r.IntN(3)
		s.runs = 1 // what two objects leave under one key is neither's
	}
	if oneIn(50) {
		s.large, s.gzip, s.memoryMB = true, false, []int{512, 1769}[r.IntN(2)]
		s.groups = 400
		// What comes over several connections has no checksum to hold it against, unless
		// one of the whole is demanded.
		s.verify = s.verify || slices.Contains(s.kinds, lambdatest.Corrupt)
	}
	return s
}

func (s *schedule) key() string {
	if s.gzip {
		return "records.csv.gz"
	}
	return "records.csv"
}

// partitionKey is an event's: runs of the same share it.
func (s *schedule) partitionKey() string { return fmt.Sprintf("request-%d", s.seed) }

// largeSize is over the size from which package aws reads ahead, 16 MiB.
const largeSize = 17 << 20

// largeObjects are made once: they differ in their rows' values only.
var largeObjects = sync.OnceValue(func() (v [2]struct {
	rows []row
	data []byte
}) {
	for i := range v {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		v[i].rows = makeRows(r, 400)
		v[i].data = encode(r, v[i].rows, largeSize)
	}
	return v
})

// versions returns the object, and what will take its place: other rows of the same groups.
func (s *schedule) versions() []version {
	v := make([]version, 1+min(s.change, 1))
	for i := range v {
		r := rand.New(rand.NewPCG(s.seed, uint64(1+i)))
		var rows []row
		if s.large {
			rows, v[i].data = largeObjects()[i].rows, largeObjects()[i].data
		} else {
			rows = makeRows(r, s.groups)
			v[i].data = encode(r, rows, r.IntN(100<<10))
		}
		v[i].rows = int64(len(rows))
		if len(rows) > 0 {
			v[i].least, v[i].greatest = extremes(rows)
		}
		v[i].ref = reduce(rows, s.partitionKey(), s.records)
		if s.gzip {
			v[i].data = compress(v[i].data)
		}
	}
	return v
}

func compress(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}
