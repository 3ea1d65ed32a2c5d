package aws

const (
	// connRate is what one connection to S3 brings, bytes a second, and cpuRate what one
	// vCPU can do with them. The first is folklore (80-90 MB/s), the second measured
	// (x86-64, November 2026): of 1.8 s a GB, TLS and the socket take 0.7, the checksum 0.3
	// and parsing 0.8.
	connRate = 90e6
	cpuRate  = 550e6

	// vCPU is the memory size in MB that comes with one. Lambda Developer Guide, Configure
	// Lambda function memory.
	vCPU = 1769

	// minAhead is the size from which an object is read over several connections. A GET
	// costs as much as 24 ms of a function of 1 GB, and of an object of 16 MB three or four
	// more save some 100 ms.
	minAhead = 16 << 20

	// lead is what the first connection brings while the others are being opened, in three
	// round trips of 15 ms.
	lead = 4 << 20
)

// plan is how an object is read: over one connection that its reader reads from, and some
// helpers that fetch what comes next into a buffer each.
type plan struct {
	helpers int
	buffer  int64
	pays    float64 // helpers go on where all connections bring so many times as much as one;
	solo    int64   // otherwise the reader is alone for so many bytes
}

// planFor chooses the number of connections by memory size: no more than the function's
// share of a CPU can keep busy, no more than pay. An object of 45 MB takes over TLS, with
// 25 ms a round trip and 90 MB/s a connection, from the first packet on and then with
// connections kept (emulated, x86-64, November 2026):
//
//	connections   buffers       cold, ms   kept, ms   requests
//	1             -             579        527        1         to 289 MB
//	2             1 of 8 MiB    528        475        5         -
//	3             2 of 8 MiB    370        310        5         to 868 MB
//
// Above that the whole function's first invocation and those that follow took (1769 MB, the
// median of 7 and 14), with what it took of memory at its highest:
//
//	connections   buffers       first, ms  later, ms  requests  peak, MB
//	5             4 of 8 MiB    266        285        6         45.7
//	5             4 of 4 MiB    330        358        11        28.8
//	6             5 of 4 MiB    277        304        11        33.1
//	7             6 of 3 MiB    276        302        14        31.0
//	7             6 of 2.5 MiB  288        315        17        28.1      chosen
//	9             8 of 2 MiB    271        276        21        28.9
//
// Where all connections together bring no more than one, pace.go stops them. The same object
// over TLS, in ms, in an environment's first invocation and later ones, at 90 MB/s a
// connection (medians of 5):
//
//	round trip, in all    without: first  later  requests   with: first  later  requests
//	25 ms, no limit                255    220    16               254    220    16
//	25 ms, 150 MB/s                374    383    16               375    377    16
//	25 ms, 75 MB/s                 638    656    16               642    653    8
//	5 ms, no limit                 163    160    16               159    159    16
//	5 ms, 150 MB/s                 325    321    16               328    325    16
//	5 ms, 75 MB/s                  618    616    16               616    614    12 to 13
//
// A function is to stay below 32 MB with an object of any size; a request costs as much as
// 17 ms of a function of this size.
//
// A memory size of 0 is one that is not known.
func planFor(memoryMB int) plan {
	share := float64(memoryMB) / vCPU * cpuRate
	switch {
	case memoryMB > 0 && share <= 1*connRate:
		return plan{}
	case memoryMB > 0 && share <= 3*connRate:
		return plan{2, 8 << 20, pays, soloSpan}
	}
	return plan{6, 5 << 19, pays, soloSpan}
}

// ReadAheadBytes is the most that the buffers of a Client take at a memory size, for all objects
// that are read at the same time together.
func ReadAheadBytes(memoryMB int) int64 {
	p := planFor(memoryMB)
	return int64(p.helpers) * p.buffer
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
