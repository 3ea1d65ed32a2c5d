//go:build linux && (amd64 || arm64)

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// host is what this machine lends to sandboxes, and where.
type host struct {
	isolation
	self string       // lab's own program, the launcher
	dir  string       // holds the births
	tree *hierarchies // nil: nothing is limited
	why  string       // no limits
	cpus []int        // lab's own, before it was bound to some of them
	last int          // number of the last sandbox
}

// newHost prepares for sandboxes of up to so many MB: it binds lab itself, and with it the
// servers that live in it, to their CPUs.
func newHost(iso isolation, largestMB int) (*host, error) {
	h := &host{isolation: iso}
	var err error
	if h.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if h.cpus, err = affinity(0); err != nil {
		return nil, err
	}
	if h.dir, err = os.MkdirTemp("", "lab-"); err != nil {
		return nil, err
	}
	if iso.unlimited {
		h.why = "nothing is limited, as asked"
		return h, h.refuse()
	}
	if h.tree, err = openHierarchies(); err == nil {
		err = h.try()
	}
	if err != nil {
		h.tree, h.why = nil, "not limited here: "+err.Error()
		return h, h.refuse()
	}
	if err := h.refuse(); err != nil {
		return h, err
	}
	return h, bindAll(place(h.cpus, largestMB, iso.shared).servers)
}

// refuse says what was asked for and cannot be had.
func (h *host) refuse() error {
	if h.systemRoots && (!h.limited() || !hides()) {
		return errors.New("--roots system takes a sandbox, and root")
	}
	return nil
}

// try makes a group and removes it: whether that is allowed is known no other way.
func (h *host) try() error {
	g, err := h.tree.group(fmt.Sprintf("lab-%d-try", os.Getpid()))
	if err != nil {
		return err
	}
	return g.remove()
}

// bindAll binds all threads of this process to CPUs. Threads to come inherit it; one that
// comes while the list is read is found when it is read again.
func bindAll(cpus []int) error {
	for before := -1; ; {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, t := range threads {
			tid, _ := strconv.Atoi(t.Name())
			setAffinity(tid, cpus) // fails when it has just ended
		}
		if len(threads) == before {
			return nil
		}
		before = len(threads)
	}
}

func (h *host) limited() bool { return h.tree != nil }

// notes says what is held to Lambda's measures here and what is not.
func (h *host) notes() []string {
	if !h.limited() {
		return []string{h.why}
	}
	notes := []string{
		fmt.Sprintf("CPU: all of it in INIT, then memory/%d vCPUs, in periods of %v", memoryOfOneCPU, h.period),
		fmt.Sprintf("memory: held to the size; out of it, the process is killed (control groups, version %d)", h.tree.version),
		place(h.cpus, fewestCPUs*memoryOfOneCPU, h.shared).note(),
	}
	if hides() {
		notes = append(notes, "control groups hidden from the function, its folder read-only, a /tmp of its own")
	} else {
		notes = append(notes, "control groups visible to the function, its folder writable: hiding takes root")
	}
	if h.systemRoots {
		notes = append(notes, "the servers' authority is one of the system's roots, as Amazon Linux lays them out")
	}
	return notes
}

// hides says whether the launcher may have mounts of its own.
func hides() bool { return os.Geteuid() == 0 }

// emulable says why a size cannot be stood for here; "" when it can.
func (h *host) emulable(memoryMB int) string {
	if !h.limited() {
		return ""
	}
	return place(h.cpus, memoryMB, h.shared).emulable(memoryMB)
}

func (h *host) close() error {
	err := os.RemoveAll(h.dir)
	if h.limited() {
		h.tree.left()
		err = errors.Join(err, bindAll(h.cpus))
	}
	return err
}

// sandbox is where the processes of one function run at one memory size, one after another.
type sandbox struct {
	host   *host
	memory int    // MB
	group  *group // nil: not limited
	file   string // of the births
	kills  int    // for memory, before the process of now
}

func (h *host) sandbox(memoryMB int) (*sandbox, error) {
	h.last++
	name := fmt.Sprintf("lab-%d-%d", os.Getpid(), h.last)
	b := &sandbox{host: h, memory: memoryMB, file: filepath.Join(h.dir, name)}
	if !h.limited() {
		return b, nil
	}
	var err error
	if b.group, err = h.tree.group(name); err != nil {
		return nil, err
	}
	if err = b.group.limitMemory(int64(memoryMB) << 20); err == nil {
		err = b.reset()
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// command returns the command that starts a program in the sandbox.
func (b *sandbox) command(path string) []string {
	l := launch{Birth: b.file}
	if b.group != nil {
		for _, dir := range b.group.dirs() {
			l.Groups = append(l.Groups, filepath.Join(dir, "cgroup.procs"))
		}
		l.CPUs = place(b.host.cpus, b.memory, b.host.shared).function
		l.Hide = hides()
		l.SystemRoots = b.host.systemRoots
	}
	arg, err := json.Marshal(l)
	if err != nil {
		panic("lab: " + err.Error()) // strings, numbers and a bool
	}
	return []string{b.host.self, launchVerb, string(arg), path}
}

// environ returns what the launcher's being in between would change in the program's
// environment.
func (b *sandbox) environ(path string) []string {
	dir := filepath.Dir(path)
	return []string{"LAMBDA_TASK_ROOT=" + dir, "LAMBDA_RUNTIME_DIR=" + filepath.Dir(dir)}
}

// reset prepares for the next process: all of the CPU, as in INIT.
func (b *sandbox) reset() error {
	if err := os.Remove(b.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if b.group == nil {
		return nil
	}
	b.kills = b.group.kills()
	return b.group.limitCPU(0, b.host.period)
}

// endInit holds the sandbox to its share of CPU time from now on.
func (b *sandbox) endInit() error {
	if b.group == nil {
		return nil
	}
	return b.group.limitCPU(quota(b.memory, b.host.period), b.host.period)
}

// freeze stops the process as Lambda does between invocations. A frozen process cannot even
// be killed: thaw it first.
func (b *sandbox) freeze() error {
	if b.group == nil {
		return nil
	}
	return b.group.freeze(true)
}

func (b *sandbox) thaw() error {
	if b.group == nil {
		return nil
	}
	return b.group.freeze(false)
}

// outOfMemory says whether the kernel has killed for memory since reset.
func (b *sandbox) outOfMemory() bool { return b.group != nil && b.group.kills() > b.kills }

// close removes the sandbox, whose processes must have ended.
func (b *sandbox) close() error {
	if b.group == nil {
		return nil
	}
	return b.group.remove()
}

// birth returns how the process of now came into the world.
func (b *sandbox) birth() (*birth, error) {
	text, err := os.ReadFile(b.file)
	if err != nil {
		return nil, err
	}
	out := new(birth)
	return out, json.Unmarshal(text, out)
}

// used returns what the process has made the kernel count since its birth.
func (b *birth) used() (*counters, error) {
	now, err := countersOf(b.PID)
	if err != nil {
		return nil, err
	}
	used := now.since(b.counters)
	return &used, nil
}

// countersOf reads a process's counters, those of children that it waited for included.
// See proc_pid_stat(5) and proc_pid_io(5).
func countersOf(pid int) (*counters, error) {
	proc := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(proc + "/stat")
	if err != nil {
		return nil, err
	}
	field := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // from field 3 on; field 2 may hold anything
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
	return &counters{Minor: n[0] + n[1], Major: n[2] + n[3], Read: bytesRead}, nil
}
