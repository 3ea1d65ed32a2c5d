//go:build linux && (amd64 || arm64)

package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Used returns what the kernel has counted of the process since its exec.
func (r *ExecRecord) Used() (*Counters, error) {
	now, err := countersOf(r.PID)
	if err != nil {
		return nil, err
	}
	used := now.since(r.Counters)
	return &used, nil
}

// Mapped returns the files that the process has mapped: its program, interpreter and
// libraries. See proc_pid_maps(5).
func (r *ExecRecord) Mapped() []string {
	maps, _ := os.ReadFile(fmt.Sprintf("/proc/%d/maps", r.PID))
	seen := map[string]bool{}
	var files []string
	for line := range strings.Lines(string(maps)) {
		if i := strings.IndexByte(line, '/'); i >= 0 {
			if name := strings.TrimSuffix(line[i:], "\n"); !seen[name] {
				seen[name] = true
				files = append(files, name)
			}
		}
	}
	return files
}

// countersOf reads a process's counters, including those of children that it waited for. See
// proc_pid_stat(5) and proc_pid_io(5).
func countersOf(pid int) (*Counters, error) {
	proc := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(proc + "/stat")
	if err != nil {
		return nil, err
	}
	// From field 3 on: field 2, in parentheses, may hold anything.
	field := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(field) < 11 {
		return nil, fmt.Errorf("%s/stat: %d fields", proc, len(field))
	}
	var n [4]int64
	for i := range n { // fields 10 to 13: minflt cminflt majflt cmajflt
		if n[i], err = strconv.ParseInt(string(field[7+i]), 10, 64); err != nil {
			return nil, err
		}
	}
	io, err := os.ReadFile(proc + "/io")
	if err != nil {
		return nil, err
	}
	_, read, _ := strings.Cut(string(io), "\nread_bytes: ")
	read, _, _ = strings.Cut(read, "\n")
	bytesRead, err := strconv.ParseInt(read, 10, 64)
	if err != nil {
		return nil, err
	}
	return &Counters{Minor: n[0] + n[1], Major: n[2] + n[3], Read: bytesRead}, nil
}
