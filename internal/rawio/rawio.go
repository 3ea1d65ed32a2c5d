// Package rawio reads and writes sockets without telling Go's scheduler.
//
// A read or write of package net is announced to the scheduler, in case it blocks. In a process
// that was idle that wakes the runtime's monitor thread (sysmon), which then looks at the process
// every 20 µs until all is idle again. A function that waits for one answer after the other is
// idle between any two of them: of the CPU time of an invocation that stores 400 items, a third
// went to the monitor and to waking it. See docs/cpu.md.
//
// The sockets of package net do not block: when there is nothing to read, the call says so, and
// the goroutine waits in the poller, as it does without this package. So nothing need be
// announced.
//
// The same sockets can be asked whether there is something to read, see Quiet.
package rawio
