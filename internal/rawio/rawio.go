// Package rawio reads and writes sockets without telling Go's scheduler.
//
// Package net tells the scheduler about each read and write, in case it blocks. In an idle
// process, this wakes the runtime's monitor thread (sysmon), which then looks at the process every
// 20 µs until all is idle again. A function that waits for one answer after the other is idle
// between any two of them: of the CPU time of an invocation that stores 400 items, a third went to
// the monitor and to waking it. See docs/cpu.md.
//
// The sockets of package net do not block: if there is nothing to read, the system call returns at
// once, and the goroutine waits in the poller, as it does without this package. So the scheduler
// need not be told.
//
// Quiet reports whether such a socket has nothing to read.
package rawio
