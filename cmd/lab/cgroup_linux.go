//go:build linux && (amd64 || arm64)

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Control groups come in two versions. In version 2 one directory holds a group's CPU,
// memory and freezer; in version 1 each of them is a hierarchy of its own. A machine may have
// both, with each controller in one of the two. Groups are made below the lab's own, so
// that whatever holds the lab holds its functions too.

// hierarchies are the directories that groups are made in.
type hierarchies struct {
	version              int    // 1 or 2
	cpu, memory, freezer string // in version 2 all the same
	left                 func() // puts back what making groups here took
}

// A mount of a hierarchy and the lab's own group in it.
type hierarchy struct {
	mount string // the mount point
	own   string // the directory of the lab's own group
}

// findHierarchies reads /proc/self/mountinfo and /proc/self/cgroup. The unified hierarchy's
// key is "", the others' are the controllers' names. See cgroups(7) and proc(5).
func findHierarchies(mountinfo, cgroup string) map[string]hierarchy {
	paths := map[string]string{}
	for line := range strings.Lines(cgroup) { // 4:cpu,cpuacct:/path
		part := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(part) == 3 {
			for name := range strings.SplitSeq(part[1], ",") {
				paths[name] = part[2]
			}
		}
	}
	found := map[string]hierarchy{}
	for line := range strings.Lines(mountinfo) { // 31 23 0:28 root point options [more] - type source options
		before, after, _ := strings.Cut(line, " - ")
		mount, kind := strings.Fields(before), strings.Fields(after)
		if len(mount) < 5 || len(kind) < 3 {
			continue
		}
		var names []string
		switch kind[0] {
		case "cgroup2":
			names = []string{""}
		case "cgroup":
			names = strings.Split(kind[2], ",")
		}
		for _, name := range names {
			path, in := paths[name]
			if _, seen := found[name]; !in || seen {
				continue
			}
			below, err := filepath.Rel(mount[3], path)
			if err != nil || strings.HasPrefix(below, "..") {
				below = "." // the mount shows a part of the hierarchy that the lab is not in
			}
			found[name] = hierarchy{mount[4], filepath.Join(mount[4], below)}
		}
	}
	return found
}

// openHierarchies returns where groups can be made on this machine.
func openHierarchies() (*hierarchies, error) {
	mountinfo, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	cgroup, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	found := findHierarchies(string(mountinfo), string(cgroup))
	if unified, ok := found[""]; ok && has(filepath.Join(unified.own, "cgroup.controllers"), "cpu", "memory") {
		parent, left, err := delegate(unified, "cpu", "memory")
		if err != nil {
			return nil, fmt.Errorf("control groups, version 2: %w", err)
		}
		return &hierarchies{2, parent, parent, parent, left}, nil
	}
	for _, name := range []string{"cpu", "memory", "freezer"} {
		if found[name] == (hierarchy{}) {
			return nil, fmt.Errorf("control groups: no %s controller", name)
		}
	}
	return &hierarchies{1, found["cpu"].own, found["memory"].own, found["freezer"].own, func() {}}, nil
}

// delegate returns a group of version 2 whose children have the controllers: the lab's own,
// or the root of what is mounted. A group other than the root gives its children none while
// it holds processes itself (cgroups(7), "no internal processes"), so the lab, where it is
// alone, steps down into a child. Left undoes that.
func delegate(h hierarchy, controllers ...string) (parent string, left func(), err error) {
	left = func() {}
	if err = enable(h.own, controllers); err == nil {
		return h.own, left, nil
	}
	if errors.Is(err, syscall.EBUSY) {
		leaf := filepath.Join(h.own, fmt.Sprintf("lab-%d", os.Getpid()))
		left = func() {
			for _, name := range controllers {
				put(filepath.Join(h.own, "cgroup.subtree_control"), "-"+name)
			}
			put(filepath.Join(h.own, "cgroup.procs"), "0")
			os.Remove(leaf)
		}
		if err = os.Mkdir(leaf, 0o755); err == nil {
			if err = put(filepath.Join(leaf, "cgroup.procs"), "0"); err == nil {
				err = enable(h.own, controllers)
			}
			if err == nil {
				return h.own, left, nil
			}
			left()
		}
		left = func() {}
	}
	if h.mount != h.own && enable(h.mount, controllers) == nil {
		return h.mount, left, nil
	}
	return "", left, err
}

// enable gives a group's children the controllers.
func enable(dir string, controllers []string) error {
	control := filepath.Join(dir, "cgroup.subtree_control")
	if has(control, controllers...) {
		return nil
	}
	return put(control, "+"+strings.Join(controllers, " +"))
}

// has says whether all words are in a file.
func has(file string, words ...string) bool {
	text, err := os.ReadFile(file)
	in := strings.Fields(string(text))
	return err == nil && !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(in, w) })
}

// put writes a control file.
func put(file, value string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteString(value); err != nil {
		return fmt.Errorf("%q: %w", value, err)
	}
	return nil
}

// A group is one sandbox's control group.
type group struct {
	version              int
	cpu, memory, freezer string
}

// group makes one.
func (h *hierarchies) group(name string) (*group, error) {
	g := &group{h.version, filepath.Join(h.cpu, name), filepath.Join(h.memory, name), filepath.Join(h.freezer, name)}
	for _, dir := range g.dirs() {
		if err := os.Mkdir(dir, 0o755); err != nil {
			g.remove()
			return nil, err
		}
	}
	return g, nil
}

// dirs returns the group's directories, each once.
func (g *group) dirs() []string {
	return slices.Compact([]string{g.cpu, g.memory, g.freezer})
}

// limitMemory holds the group, what it has cached of files included, to so many bytes. Swap
// does not count: Lambda has none.
func (g *group) limitMemory(bytes int64) error {
	n := strconv.FormatInt(bytes, 10)
	if g.version == 2 {
		put(filepath.Join(g.memory, "memory.swap.max"), "0") // there is none without swap
		put(filepath.Join(g.memory, "memory.oom.group"), "1")
		return put(filepath.Join(g.memory, "memory.max"), n)
	}
	if err := put(filepath.Join(g.memory, "memory.limit_in_bytes"), n); err != nil {
		return err
	}
	put(filepath.Join(g.memory, "memory.memsw.limit_in_bytes"), n) // memory and swap together; the same
	return nil
}

// limitCPU gives the group so much CPU time a period. A quota of 0 is none.
func (g *group) limitCPU(quota, period time.Duration) error {
	microseconds := func(d time.Duration) string { return strconv.FormatInt(d.Microseconds(), 10) }
	if g.version == 2 {
		most := "max"
		if quota > 0 {
			most = microseconds(quota)
		}
		return put(filepath.Join(g.cpu, "cpu.max"), most+" "+microseconds(period))
	}
	most := "-1"
	if quota > 0 {
		most = microseconds(quota)
	}
	if err := put(filepath.Join(g.cpu, "cpu.cfs_period_us"), microseconds(period)); err != nil {
		return err
	}
	return put(filepath.Join(g.cpu, "cpu.cfs_quota_us"), most)
}

const (
	settleTime = time.Second // what the kernel gets to freeze a group, or to let it go
	settleStep = time.Millisecond
)

// freeze stops every process of the group where it is, or lets them go on.
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
	if err := put(filepath.Join(g.freezer, file), value); err != nil {
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

// settled repeats what fails until it doesn't, for a while.
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
	text, _ := os.ReadFile(filepath.Join(g.memory, file))
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(line, "oom_kill "); ok {
			kills, _ := strconv.Atoi(strings.TrimSpace(n))
			return kills
		}
	}
	return 0
}

// remove removes the group, once its last process is gone.
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
