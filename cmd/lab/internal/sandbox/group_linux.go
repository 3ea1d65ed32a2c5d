//go:build linux && (amd64 || arm64)

package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A group is the control group of one sandbox.
type group struct {
	version              int
	cpu, memory, freezer string // directories
	account              string // the directory that counts CPU time; "" where there is none
}

// newGroup makes a group.
func (h *hierarchies) newGroup(name string) (*group, error) {
	g := &group{version: h.version, cpu: filepath.Join(h.cpu, name), memory: filepath.Join(h.memory, name), freezer: filepath.Join(h.freezer, name)}
	if h.account != "" {
		g.account = filepath.Join(h.account, name)
	}
	for _, dir := range g.dirs() {
		if err := os.Mkdir(dir, 0o755); err != nil {
			g.remove()
			return nil, err
		}
	}
	return g, nil
}

// try makes a group and removes it, which is the only way to learn whether that is allowed.
func (h *hierarchies) try() error {
	g, err := h.newGroup(fmt.Sprintf("lab-%d-try", os.Getpid()))
	if err != nil {
		return err
	}
	return g.remove()
}

// dirs returns the group's directories, each once. The one that counts CPU time is the last.
func (g *group) dirs() []string {
	var out []string
	for _, dir := range []string{g.cpu, g.memory, g.freezer} {
		if dir != g.account && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	if g.account != "" {
		out = append(out, g.account)
	}
	return out
}

// limitMemory limits the group's memory, which includes the files that it has in the page cache.
// There is no swap, as on Lambda.
func (g *group) limitMemory(bytes int64) error {
	n := strconv.FormatInt(bytes, 10)
	if g.version == 2 {
		// A machine without swap has no memory.swap.max.
		writeControl(filepath.Join(g.memory, "memory.swap.max"), "0")
		writeControl(filepath.Join(g.memory, "memory.oom.group"), "1")
		return writeControl(filepath.Join(g.memory, "memory.max"), n)
	}
	if err := writeControl(filepath.Join(g.memory, "memory.limit_in_bytes"), n); err != nil {
		return err
	}
	// Memory and swap together have the same limit: no swap.
	writeControl(filepath.Join(g.memory, "memory.memsw.limit_in_bytes"), n)
	return nil
}

// limitCPU gives the group so much CPU time in each period. A quota of 0 is no limit.
func (g *group) limitCPU(quota, period time.Duration) error {
	microseconds := func(d time.Duration) string { return strconv.FormatInt(d.Microseconds(), 10) }
	if g.version == 2 {
		most := "max"
		if quota > 0 {
			most = microseconds(quota)
		}
		return writeControl(filepath.Join(g.cpu, "cpu.max"), most+" "+microseconds(period))
	}
	most := "-1"
	if quota > 0 {
		most = microseconds(quota)
	}
	if err := writeControl(filepath.Join(g.cpu, "cpu.cfs_period_us"), microseconds(period)); err != nil {
		return err
	}
	return writeControl(filepath.Join(g.cpu, "cpu.cfs_quota_us"), most)
}

const (
	settleTime = 10 * time.Second // that the kernel gets to freeze a group, or to remove it
	settleStep = time.Millisecond
)

// freeze stops every process of the group, or lets them go on.
func (g *group) freeze(frozen bool) error {
	file, value, state, want := "freezer.state", "THAWED", "freezer.state", "THAWED"
	if frozen {
		value, want = "FROZEN", "FROZEN"
	}
	if g.version == 2 {
		file, value, state, want = "cgroup.freeze", "0", "cgroup.events", "frozen 0"
		if frozen {
			value, want = "1", "frozen 1"
		}
	}
	if err := writeControl(filepath.Join(g.freezer, file), value); err != nil {
		return err
	}
	return settled(func() error {
		text, err := os.ReadFile(filepath.Join(g.freezer, state))
		if err == nil && !strings.Contains(string(text), want) {
			err = fmt.Errorf("%s: %q, want %q", state, text, want)
		}
		return err
	})
}

// settled repeats what fails until it succeeds, for settleTime.
func settled(do func() error) error {
	for start := time.Now(); ; time.Sleep(settleStep) {
		if err := do(); err == nil || time.Since(start) > settleTime {
			return err
		}
	}
}

// kills returns how many processes of the group the kernel has killed for memory.
func (g *group) kills() int {
	file := "memory.oom_control"
	if g.version == 2 {
		file = "memory.events"
	}
	n, _ := counter(filepath.Join(g.memory, file), "oom_kill")
	return int(n)
}

// cpuTime returns the CPU time of all processes that the group has had.
func (g *group) cpuTime() (time.Duration, error) {
	if g.version == 2 {
		n, err := counter(filepath.Join(g.account, "cpu.stat"), "usage_usec")
		return time.Duration(n) * time.Microsecond, err
	}
	text, err := os.ReadFile(filepath.Join(g.account, "cpuacct.usage")) // nanoseconds
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return time.Duration(n), err
}

// threads returns the IDs of the group's threads.
func (g *group) threads() ([]string, error) {
	name := "tasks"
	if g.version == 2 {
		name = "cgroup.threads"
	}
	text, err := os.ReadFile(filepath.Join(g.account, name))
	return strings.Fields(string(text)), err
}

// counter returns the number behind a name in a file of the kernel.
func counter(file, name string) (int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseInt(strings.TrimSpace(n), 10, 64)
		}
	}
	return 0, fmt.Errorf("%s: no %s", file, name)
}

// remove removes the group once its last process has ended.
func (g *group) remove() error {
	var errs []error
	for _, dir := range g.dirs() {
		errs = append(errs, settled(func() error {
			if err := os.Remove(dir); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		}))
	}
	return errors.Join(errs...)
}
