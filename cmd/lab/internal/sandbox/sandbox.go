// Package sandbox runs a function's process under what Lambda would give it: a share of CPU
// time, a memory limit, CPUs that nobody else uses, a file system that shows what Lambda shows,
// and a freezer between invocations. It also drops files from the page cache.
//
// All of that takes Linux and control groups; some of it takes root. Where it is not possible, a
// process runs like any other, and Host.Notes says so. docs/method.md has the whole list of
// what is emulated and what is not.
//
// A Host lends the machine's CPUs and control groups, a Sandbox holds the processes of one
// function at one memory size, one after another.
package sandbox

import "time"

const (
	// memoryOfOneCPU is the memory size, in MB, that has one vCPU; other sizes have their share
	// of it. Lambda Developer Guide, "Configure Lambda function memory".
	memoryOfOneCPU = 1769

	// fewestCPUs is how many CPUs Lambda shows a function of any size, whatever its share.
	fewestCPUs = 2

	// LambdaPeriod is how long Lambda lets a throttled function wait for its next share of CPU
	// time, as measured from inside.
	LambdaPeriod = 20 * time.Millisecond

	// The bounds of quotas and periods are Linux's. Documentation/scheduler/sched-bwc.rst.
	LeastQuota     = time.Millisecond
	ShortestPeriod = time.Millisecond
	LongestPeriod  = time.Second
)

// CABundle is the environment variable that names the file with the emulator's certificate
// authority.
const CABundle = "AWS_CA_BUNDLE"

// VCPUs returns the share of CPU time that Lambda gives a memory size once INIT is over.
func VCPUs(memoryMB int) float64 { return float64(memoryMB) / memoryOfOneCPU }

// Quota returns the CPU time that a memory size has in every period.
func Quota(memoryMB int, period time.Duration) time.Duration {
	return (period * time.Duration(memoryMB) / memoryOfOneCPU).Truncate(time.Microsecond)
}

// Options hold for all sandboxes of a Host.
type Options struct {
	Period    time.Duration // of the CPU quota
	Unlimited bool          // no quota, no memory limit, no CPUs of its own, nothing hidden
	Shared    bool          // the function and the servers use the same CPUs

	// SystemRoots puts the emulator's certificate authority among the system's roots, instead
	// of the file that AWS_CA_BUNDLE names. It takes root.
	SystemRoots bool
}

// An ExecRecord is what the launcher wrote down when it became the function by exec: the time,
// and what the kernel had counted by then, since the launcher is the same process.
type ExecRecord struct {
	PID   int           `json:"pid"`
	Clock time.Duration `json:"clock"` // as Monotonic tells it
	Counters

	// The launcher's CPU time, and what it was when the launcher had entered the control groups.
	CPU        time.Duration `json:"cpu"`
	EnteredCPU time.Duration `json:"enteredCpu"`
}

// Counters are what the kernel counts of a process.
type Counters struct {
	Minor int64 `json:"minorFaults"` // page faults that found the page in memory
	Major int64 `json:"majorFaults"` // page faults that had to wait for storage
	Read  int64 `json:"readBytes"`   // bytes that were read from storage
}

func (c Counters) since(earlier Counters) Counters {
	return Counters{c.Minor - earlier.Minor, c.Major - earlier.Major, c.Read - earlier.Read}
}

// launched is set by Launch.
var launched bool

// mustBeLaunched panics where Launch was not called: the program would run itself again in the
// place of each function.
func mustBeLaunched() {
	if !launched {
		panic("sandbox: main, or TestMain, must call Launch first")
	}
}

// A RootsError says why Options.SystemRoots is not possible here.
type RootsError struct{ reason string }

func (e *RootsError) Error() string {
	return "the emulator's authority cannot be one of the system's roots: " + e.reason
}
