package aws

import "sync"

const (
	// connRate is what one connection to S3 brings, bytes a second, and cpuRate what one
	// vCPU takes in over TLS and parses. The first is folklore (80-90 MB/s), the second
	// measured: 1.8 s of CPU a GB.
	connRate = 90e6
	cpuRate  = 550e6

	// vCPU is the memory size that comes with one. Lambda Developer Guide, Configure Lambda
	// function memory.
	vCPU = 1769

	maxConns  = 6
	maxAhead  = 32 << 20 // bytes of buffers
	someAhead = 8 << 20  // where memory is short
	shortMB   = 512

	// minAhead is the size from which an object is read over several connections. A GET
	// costs as much as 24 ms of a function of 1 GB; three more of them save a 16 MB object
	// 80 ms or so, and a smaller one less than they cost.
	minAhead = 16 << 20

	// lead is what the first connection brings while the others are being opened: three
	// round trips.
	lead = 4 << 20
)

// plan is how an object is read: over one connection that its reader reads from, and some
// helpers that fetch what comes next into a buffer each.
type plan struct {
	helpers int
	buffer  int64
}

// planFor chooses as many connections as a function's share of a CPU can keep busy:
//
//	memory MB     connections   buffers
//	to 289        1             none
//	to 512        2             1 of 8 MiB
//	to 868        3             2 of 16 MiB
//	to 1157       4             3 of 10.7 MiB
//	to 1447       5             4 of 8 MiB
//	more          6             5 of 6.4 MiB
func planFor(memoryMB int) plan {
	if memoryMB <= 0 {
		memoryMB = vCPU
	}
	share := float64(memoryMB) / vCPU * cpuRate
	conns := 1
	for conns < maxConns && float64(conns)*connRate < share {
		conns++
	}
	if conns == 1 {
		return plan{}
	}
	ahead := int64(maxAhead)
	if memoryMB <= shortMB {
		ahead = someAhead
	}
	return plan{helpers: conns - 1, buffer: ahead / int64(conns-1)}
}

// split lays out an object: where the reader's own part ends, and how long the helpers'
// are. One that is small enough is cut so that each connection makes one request and all
// end at about the same time; of a larger one the reader takes no more than what keeps it
// busy until the helpers have theirs.
func (p plan) split(size int64) (own, part int64) {
	n := int64(p.helpers)
	part = (size - lead + n) / (n + 1)
	if part > p.buffer {
		return p.buffer + lead, p.buffer
	}
	return size - n*part, part
}

// buffers are a client's, lent to the objects being read. They are made when they are
// first needed, and kept.
type buffers struct {
	plan plan

	mu   sync.Mutex
	made int
	free [][]byte
}

// take returns a buffer, or nil when all are in use: then the object does with fewer
// helpers, or none.
func (b *buffers) take() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.free); n > 0 {
		buf := b.free[n-1]
		b.free = b.free[:n-1]
		return buf
	}
	if b.made == b.plan.helpers {
		return nil
	}
	b.made++
	return make([]byte, b.plan.buffer)
}

func (b *buffers) put(buf []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, buf[:cap(buf)])
}
