package s3

const (
	// connRate is how many bytes a second one connection to S3 brings, and cpuRate how many one
	// vCPU can process. The first is a common estimate (80-90 MB/s). The second was measured
	// (x86-64, November 2026): of 1.8 s a GB, TLS and the socket take 0.7, the checksum 0.3 and
	// parsing 0.8.
	connRate = 90e6
	cpuRate  = 550e6

	// vCPU is the memory size in MB that comes with one. Lambda Developer Guide, Configure
	// Lambda function memory.
	vCPU = 1769

	// minAhead is the size from which an object is read over several connections. A GET costs as
	// much as 24 ms of a function of 1 GB. For an object of 16 MB, three or four more requests
	// save some 100 ms.
	minAhead = 16 << 20

	// lead is how much the first connection brings while the others are being opened, in three
	// round trips of 15 ms.
	lead = 4 << 20
)

// plan is how an object is read: over one connection that its reader reads from, and some
// helpers that fetch what comes next into a buffer each.
type plan struct {
	helpers int
	buffer  int64
	pays    float64 // helpers go on if all connections are at least so many times as fast as one
	solo    int64   // otherwise the reader reads so many bytes alone
}

// planFor chooses the number of connections by memory size: as many as the function's share of a
// CPU can keep busy, as long as the time they save is worth their requests. The time for an object
// of 45 MB over TLS, with 25 ms a round trip and 90 MB/s a connection, on new connections and on
// kept ones (emulated, x86-64, November 2026):
//
//	connections   buffers       cold, ms   kept, ms   requests
//	1             -             579        527        1         to 289 MB
//	2             1 of 8 MiB    528        475        5         -
//	3             2 of 8 MiB    370        310        5         to 868 MB
//
// Above that, the first invocation of the whole function, later invocations, and the peak of memory
// (1769 MB, medians of 7 and 14):
//
//	connections   buffers       first, ms  later, ms  requests  peak, MB
//	5             4 of 8 MiB    266        285        6         45.7
//	5             4 of 4 MiB    330        358        11        28.8
//	6             5 of 4 MiB    277        304        11        33.1
//	7             6 of 3 MiB    276        302        14        31.0
//	7             6 of 2.5 MiB  288        315        17        28.1      chosen
//	9             8 of 2 MiB    271        276        21        28.9
//
// If all connections together are no faster than one, pace.go stops the helpers. The same object
// over TLS, in ms, in the first invocation of an environment and in later ones, at 90 MB/s a
// connection, with a limit for all connections, without pace.go and with it (medians of 5):
//
//	round trip, limit     without: first  later  requests   with: first  later  requests
//	25 ms, no limit                255    220    16               254    220    16
//	25 ms, 150 MB/s                374    383    16               375    377    16
//	25 ms, 75 MB/s                 638    656    16               642    653    8
//	5 ms, no limit                 163    160    16               159    159    16
//	5 ms, 150 MB/s                 325    321    16               328    325    16
//	5 ms, 75 MB/s                  618    616    16               616    614    12 to 13
//
// The function must stay below 32 MB, whatever the object's size. A request costs as much as 17 ms
// of a function of this size.
//
// A memory size of 0 means that it is not known.
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

// ReadAheadBytes returns the most that the buffers of a Client take at a memory size. All objects
// that are read at the same time share these buffers.
func ReadAheadBytes(memoryMB int) int64 {
	p := planFor(memoryMB)
	return int64(p.helpers) * p.buffer
}

// split returns the lengths of the reader's own part and of the helpers' parts. A small object is
// cut so that each connection makes one request and all end at about the same time. Of a larger one
// the reader's own part only keeps the reader busy until the helpers have their first parts.
func (p plan) split(size int64) (own, part int64) {
	n := int64(p.helpers)
	part = (size - lead + n) / (n + 1)
	if part > p.buffer {
		return p.buffer + lead, p.buffer
	}
	return size - n*part, part
}
