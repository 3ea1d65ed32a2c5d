package sandbox

import "time"

// A CPU is what the kernel has counted of the CPU for some processes, up to one moment.
type CPU struct {
	Time     time.Duration // in user and system mode
	Switches int64         // context switches of the threads that run now

	// ended is the part of Time that no thread used which runs now. It grows when a thread ends.
	ended time.Duration
}

// clockStep is by how much two readings of the same CPU time may differ: version 2 of control
// groups counts in microseconds. A thread that starts and ends uses more.
const clockStep = 2 * time.Microsecond

// SwitchesSince returns the context switches since an earlier reading. The kernel forgets the
// switches of a thread that ends, so they are known only if none has ended.
func (c CPU) SwitchesSince(was CPU) (n int64, ok bool) {
	return c.Switches - was.Switches, (c.ended - was.ended).Abs() <= clockStep
}
