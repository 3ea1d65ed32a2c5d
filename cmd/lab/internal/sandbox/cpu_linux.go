//go:build linux && (amd64 || arm64)

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// CPUTime returns how much CPU time the sandbox's processes have used up to now: all that the
// control group has had, or, without a group, the present process alone. The kernel counts a
// thread's time when the thread stops running, so the time is exact while all of them wait.
func (b *Sandbox) CPUTime() (time.Duration, error) {
	if b.accounted() {
		return b.group.cpuTime()
	}
	r, err := b.ExecRecord()
	if err != nil {
		return 0, err
	}
	return processTime(r.PID)
}

// CPU returns the CPU time, and what else the kernel counts of it.
func (b *Sandbox) CPU() (CPU, error) {
	if !b.accounted() {
		r, err := b.ExecRecord()
		if err != nil {
			return CPU{}, err
		}
		return ProcessCPU(r.PID)
	}
	used, err := b.group.cpuTime()
	if err != nil {
		return CPU{}, err
	}
	threads, err := b.group.threads()
	if err != nil {
		return CPU{}, err
	}
	return cpuOf(used, threads)
}

// CPUTimeAtExec returns what CPUTime would have been when the present process became the
// function, whose record is r.
func (b *Sandbox) CPUTimeAtExec(r *ExecRecord) time.Duration {
	if b.accounted() {
		return b.used + r.CPU - r.EnteredCPU
	}
	return r.CPU
}

// accounted reports whether a control group counts the CPU time.
func (b *Sandbox) accounted() bool { return b.group != nil && b.group.account != "" }

// errChildren says why the CPU time of a process is not known.
var errChildren = errors.New("the function starts other programs, and only a control group counts theirs")

// ProcessCPU returns what one process has used. It fails for a process that has or had children,
// whose time is not in the process's.
func ProcessCPU(pid int) (CPU, error) {
	used, err := processTime(pid)
	if err != nil {
		return CPU{}, err
	}
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return CPU{}, err
	}
	threads := make([]string, len(entries))
	for i, e := range entries {
		threads[i] = e.Name()
	}
	return cpuOf(used, threads)
}

// processTime returns the CPU time that one process has used.
func processTime(pid int) (time.Duration, error) {
	fields, err := statOf(pid)
	if err != nil {
		return 0, err
	}
	if fields[childMinorFaults] != "0" { // a child that was waited for has left its page faults
		return 0, errChildren
	}
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, name := range lists {
		if children, _ := os.ReadFile(name); len(children) > 0 {
			return 0, errChildren
		}
	}
	return readClock(processClock(pid))
}

// cpuOf returns the CPU of processes that have used so much time, and whose threads these are. See
// proc_pid_status(5), and Documentation/scheduler/sched-stats.rst for schedstat.
func cpuOf(used time.Duration, threads []string) (CPU, error) {
	c := CPU{Time: used, ended: used}
	for _, thread := range threads {
		text, err := os.ReadFile("/proc/" + thread + "/schedstat")
		if err != nil {
			return CPU{}, err
		}
		first, _, _ := strings.Cut(string(text), " ") // nanoseconds on a CPU
		n, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return CPU{}, err
		}
		c.ended -= time.Duration(n)
		status, err := os.ReadFile("/proc/" + thread + "/status")
		if err != nil {
			return CPU{}, err
		}
		for line := range strings.Lines(string(status)) {
			name, value, _ := strings.Cut(line, ":")
			if name != "voluntary_ctxt_switches" && name != "nonvoluntary_ctxt_switches" {
				continue
			}
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil {
				return CPU{}, err
			}
			c.Switches += n
		}
	}
	return c, nil
}
