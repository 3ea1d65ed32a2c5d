//go:build linux && (amd64 || arm64)

package sandbox

import (
	"syscall"
	"time"
	"unsafe"
)

// The clocks of clock_gettime(2).
const (
	clockMonotonic = 1
	clockOwnCPU    = 2 // CLOCK_PROCESS_CPUTIME_ID: the CPU time of the calling process
)

// processClock returns the clock of another process's CPU time, as clock_getcpuclockid(3) does.
func processClock(pid int) uintptr { return ^uintptr(pid)<<3 | 2 }

// readClock returns the time that a clock tells.
func readClock(clock uintptr) (time.Duration, error) {
	var ts syscall.Timespec
	// The kernel writes one Timespec, which is what ts is.
	_, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&ts)), 0)
	if errno != 0 {
		return 0, errno
	}
	return time.Duration(ts.Nano()), nil
}

// Monotonic is a clock that never steps and that all processes of the machine share: the
// launcher reads it in one process, and lab in another.
func Monotonic() time.Duration {
	now, _ := readClock(clockMonotonic) // every kernel has this clock
	return now
}

// cpuMask is the kernel's cpu_set_t: a bit for each of 1024 CPUs.
type cpuMask [16]uint64

// affinity returns the CPUs that a thread may run on; 0 is the calling thread.
func affinity(tid int) ([]int, error) {
	var mask cpuMask
	// The kernel writes no more than the size that it is given.
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_GETAFFINITY, uintptr(tid), unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask)))
	if errno != 0 {
		return nil, errno
	}
	var cpus []int
	for cpu := range len(mask) * 64 {
		if mask[cpu/64]>>(cpu%64)&1 == 1 {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}

// setAffinity binds a thread to CPUs; 0 is the calling thread.
func setAffinity(tid int, cpus []int) error {
	var mask cpuMask
	for _, cpu := range cpus {
		mask[cpu/64] |= 1 << (cpu % 64)
	}
	// The kernel reads no more than the size that it is given.
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, uintptr(tid), unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask)))
	if errno != 0 {
		return errno
	}
	return nil
}
