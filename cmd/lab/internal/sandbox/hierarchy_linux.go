//go:build linux && (amd64 || arm64)

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Control groups have two versions. In version 2 one directory holds a group's CPU, memory and
// freezer; in version 1 each of them is a hierarchy of its own. A machine may have both, with
// each controller in one of the two. Groups are made below the lab's own group, so that
// whatever limits the lab limits its functions, too.
//
// Version 2 alone was tried on one kernel, Linux 6.1 of Debian 12, in a machine that QEMU emulated:
// the tests of this package passed there, in the root group and in a scope.

// hierarchies are the directories that groups are made in.
type hierarchies struct {
	version              int    // 1 or 2
	cpu, memory, freezer string // in version 2 the same directory
	account              string // counts CPU time; in version 1 the directory of cpuacct, "" without it
	leave                func() // undoes what it took to make groups here
}

// A hierarchy is a mount of control groups.
type hierarchy struct {
	mount string // the mount point
	own   string // the directory of the lab's own group
}

// findHierarchies parses /proc/self/mountinfo and /proc/self/cgroup. The key of version 2 is "",
// the keys of version 1 are the names of the controllers. See cgroups(7) and proc(5).
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
	// A line is "31 23 0:28 root point options [more] - type source options".
	for line := range strings.Lines(mountinfo) {
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

// openHierarchies returns where groups can be made on the machine whose files are below root.
func openHierarchies(root string) (*hierarchies, error) {
	mountinfo, err := os.ReadFile(filepath.Join(root, "proc/self/mountinfo"))
	if err != nil {
		return nil, err
	}
	cgroup, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return nil, err
	}
	found := findHierarchies(string(mountinfo), string(cgroup))
	for name, h := range found {
		found[name] = hierarchy{filepath.Join(root, h.mount), filepath.Join(root, h.own)}
	}
	if unified, ok := found[""]; ok && hasWords(filepath.Join(unified.own, "cgroup.controllers"), "cpu", "memory") {
		parent, leave, err := delegate(unified, "cpu", "memory")
		if err != nil {
			return nil, fmt.Errorf("control groups, version 2: %w", err)
		}
		return &hierarchies{2, parent, parent, parent, parent, leave}, nil
	}
	for _, name := range []string{"cpu", "memory", "freezer"} {
		if found[name] == (hierarchy{}) {
			return nil, fmt.Errorf("control groups: no %s controller", name)
		}
	}
	return &hierarchies{1, found["cpu"].own, found["memory"].own, found["freezer"].own, found["cpuacct"].own, func() {}}, nil
}

// delegate returns a group of version 2 whose children have the controllers: the lab's own
// group, or the root of what is mounted. A group other than the root gives its children no
// controllers while it holds processes itself (cgroups(7), "no internal processes"). So the
// lab, where it is alone in its group, moves into a child of it. leave undoes that.
func delegate(h hierarchy, controllers ...string) (parent string, leave func(), err error) {
	nothing := func() {}
	if err = enable(h.own, controllers); err == nil {
		return h.own, nothing, nil
	}
	if errors.Is(err, syscall.EBUSY) {
		leaf := filepath.Join(h.own, fmt.Sprintf("lab-%d", os.Getpid()))
		leave = func() {
			for _, name := range controllers {
				writeControl(filepath.Join(h.own, "cgroup.subtree_control"), "-"+name)
			}
			writeControl(filepath.Join(h.own, "cgroup.procs"), "0")
			os.Remove(leaf)
		}
		if err = os.Mkdir(leaf, 0o755); err == nil {
			if err = writeControl(filepath.Join(leaf, "cgroup.procs"), "0"); err == nil {
				err = enable(h.own, controllers)
			}
			if err == nil {
				return h.own, leave, nil
			}
			leave()
		}
	}
	if h.mount != h.own && enable(h.mount, controllers) == nil {
		return h.mount, nothing, nil
	}
	return "", nothing, err
}

// enable gives a group's children the controllers.
func enable(dir string, controllers []string) error {
	control := filepath.Join(dir, "cgroup.subtree_control")
	if hasWords(control, controllers...) {
		return nil
	}
	return writeControl(control, "+"+strings.Join(controllers, " +"))
}

// hasWords reports whether a file holds all words.
func hasWords(file string, words ...string) bool {
	text, err := os.ReadFile(file)
	in := strings.Fields(string(text))
	return err == nil && !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(in, w) })
}

// writeControl writes a control file of the kernel.
func writeControl(file, value string) error {
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
