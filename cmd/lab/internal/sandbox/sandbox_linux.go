//go:build linux && (amd64 || arm64)

package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A Sandbox holds the processes of one function at one memory size, one after another.
type Sandbox struct {
	host   *Host
	memory int    // MB
	group  *group // nil: not limited
	record string // the file of the exec record
	kills  int    // for memory, before the present process

	used time.Duration // the group's CPU time before the present process
}

// NewSandbox makes a sandbox of so many MB.
func (h *Host) NewSandbox(memoryMB int) (*Sandbox, error) {
	h.last++
	name := fmt.Sprintf("%s-%d", filepath.Base(h.dir), h.last) // which no other process has
	b := &Sandbox{host: h, memory: memoryMB, record: filepath.Join(h.dir, name)}
	if !h.Limited() {
		return b, nil
	}
	var err error
	if b.group, err = h.tree.newGroup(name); err != nil {
		return nil, err
	}
	if err = b.group.limitMemory(int64(memoryMB) << 20); err == nil {
		err = b.Reset()
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Command returns the command that starts a program in the sandbox.
func (b *Sandbox) Command(path string) []string {
	l := launch{Record: b.record}
	if b.group != nil {
		for _, dir := range b.group.dirs() {
			l.Groups = append(l.Groups, filepath.Join(dir, "cgroup.procs"))
		}
		l.CPUs = place(b.host.cpus, b.memory, b.host.options.Shared).function
		l.Hide = b.host.visible == ""
		l.SystemRoots = b.host.options.SystemRoots
	}
	return l.command(b.host.self, path)
}

// Environ returns the variables that would be the launcher's, not the program's, since the
// emulator takes the launcher for the function.
func (b *Sandbox) Environ(path string) []string {
	dir := filepath.Dir(path)
	return []string{"LAMBDA_TASK_ROOT=" + dir, "LAMBDA_RUNTIME_DIR=" + filepath.Dir(dir)}
}

// Reset prepares for the next process, which has all of the CPU until EndInit.
func (b *Sandbox) Reset() error {
	if err := os.Remove(b.record); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if b.group == nil {
		return nil
	}
	b.kills = b.group.kills()
	if b.accounted() {
		var err error
		if b.used, err = b.group.cpuTime(); err != nil {
			return err
		}
	}
	return b.group.limitCPU(0, b.host.options.Period)
}

// EndInit limits the sandbox to its share of CPU time.
func (b *Sandbox) EndInit() error {
	if b.group == nil {
		return nil
	}
	return b.group.limitCPU(Quota(b.memory, b.host.options.Period), b.host.options.Period)
}

// Freeze stops the process, as Lambda does between invocations. Thaw it before it is to end: a
// frozen process cannot even be killed.
func (b *Sandbox) Freeze() error {
	if b.group == nil {
		return nil
	}
	return b.group.freeze(true)
}

// Thaw lets the process go on.
func (b *Sandbox) Thaw() error {
	if b.group == nil {
		return nil
	}
	return b.group.freeze(false)
}

// OutOfMemory reports whether the kernel has killed a process for memory since Reset.
func (b *Sandbox) OutOfMemory() bool { return b.group != nil && b.group.kills() > b.kills }

// Close removes the sandbox. Its processes must have ended.
func (b *Sandbox) Close() error {
	if b.group == nil {
		return nil
	}
	return b.group.remove()
}

// ExecRecord returns the present process's record.
func (b *Sandbox) ExecRecord() (*ExecRecord, error) {
	text, err := os.ReadFile(b.record)
	if err != nil {
		return nil, err
	}
	out := new(ExecRecord)
	return out, json.Unmarshal(text, out)
}
