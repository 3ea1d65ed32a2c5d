package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A sandbox holds a function's process to what Lambda would give it: files here say what
// that is, sandbox_linux.go how Linux is told. docs/method.md has the whole list, and what
// is not emulated.

const (
	// memoryOfOneCPU is the memory size, in MB, that comes with one vCPU; others get their
	// share of it. Lambda Developer Guide, Configure Lambda function memory.
	memoryOfOneCPU = 1769

	// fewestCPUs is how many CPUs Lambda shows a function of any size, whatever its share.
	fewestCPUs = 2

	// lambdaPeriod is after how long Lambda gives a throttled function its next share of CPU
	// time, as measured from inside.
	lambdaPeriod = 20 * time.Millisecond

	// leastQuota and the periods' bounds are Linux's. Documentation/scheduler/sched-bwc.rst.
	leastQuota     = time.Millisecond
	shortestPeriod = time.Millisecond
	longestPeriod  = time.Second
)

// vCPUs is a memory size's share of CPU time once INIT is over.
func vCPUs(memoryMB int) float64 { return float64(memoryMB) / memoryOfOneCPU }

// quota is the CPU time that a memory size has in every period.
func quota(memoryMB int, period time.Duration) time.Duration {
	return (period * time.Duration(memoryMB) / memoryOfOneCPU).Truncate(time.Microsecond)
}

// isolation is what is chosen for all sandboxes of a run.
type isolation struct {
	period    time.Duration // of the CPU quota
	unlimited bool          // no quota, no memory limit, nothing bound to CPUs or hidden
	shared    bool          // function and servers on the same CPUs

	systemRoots bool // the emulator's authority among the system's, not in AWS_CA_BUNDLE
}

// placement says which CPUs are whose.
type placement struct {
	function, servers []int
}

// place divides the CPUs between a function and the servers that it talks to: they are
// not to take each other's time. With two CPUs that costs the function one of the two that
// Lambda would show it; with one there is nothing to divide.
func place(cpus []int, memoryMB int, shared bool) placement {
	if shared || len(cpus) < 2 {
		return placement{cpus, cpus}
	}
	shown := max(fewestCPUs, (memoryMB+memoryOfOneCPU-1)/memoryOfOneCPU)
	first := max(1, len(cpus)-shown)
	return placement{cpus[first:], cpus[:first]}
}

// emulable says why a memory size cannot be stood for by the function's CPUs; "" when it
// can.
func (p placement) emulable(memoryMB int) string {
	if len(p.function) == 0 || vCPUs(memoryMB) <= float64(len(p.function)) {
		return ""
	}
	return fmt.Sprintf("not emulable: %.2f vCPUs, and there is %d for the function", vCPUs(memoryMB), len(p.function))
}

// note says in a line for people who runs where.
func (p placement) note() string {
	if len(p.function) == len(p.servers) && p.function[0] == p.servers[0] {
		return fmt.Sprintf("function and servers share CPU %s and take each other's time", list(p.function))
	}
	s := fmt.Sprintf("function on CPU %s, servers on CPU %s", list(p.function), list(p.servers))
	if len(p.function) < fewestCPUs {
		s += fmt.Sprintf("; Lambda would show it %d", fewestCPUs)
	}
	return s
}

func list(numbers []int) string {
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ",")
}

// birth is how things stood at a process's exec: its time and what its counters had counted
// before, since the launcher that became the function has a history of its own.
type birth struct {
	PID   int           `json:"pid"`
	Clock time.Duration `json:"clock"` // as monotonic says
	counters
}

// counters are what the kernel counts of a process.
type counters struct {
	Minor int64 `json:"minorFaults"` // pages that were in memory already
	Major int64 `json:"majorFaults"` // pages that had to be read
	Read  int64 `json:"readBytes"`   // bytes that storage was made to read
}

func (c counters) since(b counters) counters {
	return counters{c.Minor - b.Minor, c.Major - b.Major, c.Read - b.Read}
}
