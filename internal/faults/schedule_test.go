package faults

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"reduction/internal/job"
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

// stall is how long a connection may be silent in a schedule whose faults stall. A machine that is
// slower than that makes faults of its own, which do not hurt: whatever is asserted holds under
// them. In other schedules nothing may seem to stall.
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
	byObject  bool // PK=object
	latest    job.Latest
	flat      bool // the table has no sort key
	records   bool
	skip      bool // BAD_ROWS=skip, and there is none but what damage makes

	kinds  []lambdatest.FaultKind
	share  float64 // of the requests that one of kinds happens to
	runs   int     // under faults, until one succeeds
	twice  bool    // the first two of them at once
	dies   int     // a function is killed at this write of all runs; 0: at none
	before bool    // it dies before the request is carried out
	again  bool    // the event is delivered once more after a success

	change   int // the object is replaced before this request of all runs for it; 0: it is not
	groups2  int // of the object in its place
	overlaps int // how many of these are among the first object's groups
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
	case oneIn(2):
		s.change = 1 + r.IntN(2+s.runs)
		s.kinds = slices.DeleteFunc(s.kinds, func(k lambdatest.FaultKind) bool {
			return k == lambdatest.WrongETag // which makes one of two versions, and no promise holds
		})
	}
	s.groups2 = sizes[r.IntN(len(sizes))]
	s.overlaps = min(s.groups, s.groups2) * r.IntN(4) / 3
	s.overlaps = min(s.overlaps, s.groups, s.groups2)
	s.byObject = oneIn(2)
	s.twice = oneIn(4)
	s.flat = oneIn(12)
	if oneIn(3) {
		s.latest = []job.Latest{job.LatestOfObject, job.LatestOfPrefix}[r.IntN(2)]
		s.manifest, s.byObject = true, true
	}
	if oneIn(50) {
		s.large, s.gzip, s.memoryMB = true, false, []int{512, 1769}[r.IntN(2)]
		s.groups, s.groups2, s.overlaps = 400, 400, 400
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

// requestKey is the partition key of PK=request: deliveries of an event by Lambda's own retries
// share it.
func (s *schedule) requestKey() string { return fmt.Sprintf("request-%d", s.seed) }

// pointerKey is the sort key of the pointer that LATEST keeps.
func (s *schedule) pointerKey() string {
	if s.latest == job.LatestOfPrefix {
		return "#object#" + bucket + "#"
	}
	return "#object#" + bucket + "#" + s.key()
}

// patience is how long a connection may be silent.
func (s *schedule) patience() time.Duration {
	if slices.Contains(s.kinds, lambdatest.Stall) {
		return stall
	}
	return patience
}

// largeSize is over the size from which package s3 reads ahead, 16 MiB.
const largeSize = 17 << 20

// largeObjects are made once: they differ in their rows' values only.
var largeObjects = sync.OnceValue(func() (v [2]struct {
	rows []row
	data []byte
}) {
	for i := range v {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		v[i].rows = makeRows(r, 0, 400)
		v[i].data = encode(r, v[i].rows, largeSize)
	}
	return v
})

// versions returns the object, and what will take its place: rows of other groups, but for some.
func (s *schedule) versions() []version {
	v := make([]version, 1+min(s.change, 1))
	for i := range v {
		r := rand.New(rand.NewPCG(s.seed, uint64(1+i)))
		var rows []row
		if s.large {
			rows, v[i].data = largeObjects()[i].rows, largeObjects()[i].data
		} else {
			first, groups := 0, s.groups
			if i > 0 {
				first, groups = s.groups-s.overlaps, s.groups2
			}
			rows = makeRows(r, first, groups)
			v[i].data = encode(r, rows, r.IntN(100<<10))
		}
		v[i].rows = int64(len(rows))
		if len(rows) > 0 {
			v[i].least, v[i].greatest = extremes(rows)
		}
		v[i].ref = reduce(rows, s.records)
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
