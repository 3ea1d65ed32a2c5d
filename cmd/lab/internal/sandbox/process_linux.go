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

// statOf returns the fields of a process's stat file from field 3 on: field 2, in parentheses, may
// hold anything. See proc_pid_stat(5).
func statOf(pid int) ([]string, error) {
	name := fmt.Sprintf("/proc/%d/stat", pid)
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 11 {
		return nil, fmt.Errorf("%s: %d fields", name, len(fields))
	}
	return fields, nil
}

// The places of minflt and cminflt in what statOf returns; majflt and cmajflt follow.
const minorFaults, childMinorFaults = 7, 8

// countersOf reads a process's counters, including those of children that it waited for. See
// proc_pid_io(5).
func countersOf(pid int) (*Counters, error) {
	fields, err := statOf(pid)
	if err != nil {
		return nil, err
	}
	var n [4]int64
	for i := range n {
		if n[i], err = strconv.ParseInt(fields[minorFaults+i], 10, 64); err != nil {
			return nil, err
		}
	}
	io, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
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
