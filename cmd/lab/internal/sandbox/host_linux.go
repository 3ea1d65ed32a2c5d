//go:build linux && (amd64 || arm64)

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A Host makes sandboxes on this machine.
type Host struct {
	options Options
	self    string       // this program, which is the launcher, too
	dir     string       // holds the exec records
	tree    *hierarchies // nil: nothing is limited
	why     string       // why nothing is limited
	visible string       // why nothing is hidden from functions; "" where it is
	cpus    []int        // of this process, before it was bound to some of them
	last    int          // the number of the last sandbox
}

// NewHost prepares for sandboxes of at most so many MB. It binds this process, and with it the
// servers that run in it, to the CPUs that functions do not get.
func NewHost(options Options, largestMB int) (h *Host, err error) {
	mustBeLaunched()
	h = &Host{options: options}
	if h.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if h.cpus, err = affinity(0); err != nil {
		return nil, err
	}
	if h.dir, err = os.MkdirTemp("", "lab-"); err != nil {
		return nil, err
	}
	if err = h.prepare(largestMB); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

// prepare finds out what is possible here. Only what was asked for and is not possible is an
// error; everything else is noted.
func (h *Host) prepare(largestMB int) error {
	if h.why = h.openTree(); h.why != "" {
		if h.options.SystemRoots {
			return &RootsError{"it takes a sandbox: " + h.why}
		}
		return nil
	}
	if err := h.tryHiding(); err != nil {
		if h.options.SystemRoots {
			return &RootsError{err.Error()}
		}
		h.visible = err.Error()
	}
	return bindAll(place(h.cpus, largestMB, h.options.Shared).servers)
}

// openTree sets tree, or says why there are no limits, and what would help.
func (h *Host) openTree() string {
	if h.options.Unlimited {
		return "CPU and memory NOT limited, as asked"
	}
	tree, err := openHierarchies("/")
	if err == nil {
		if err = tree.try(); err != nil {
			tree.leave()
		}
	}
	if err != nil {
		return fmt.Sprintf("CPU and memory NOT limited (no cgroup access: %v): %s", err, remedy(os.Args))
	}
	h.tree = tree
	return ""
}

// remedy says how the user of a command gets access to control groups.
func remedy(command []string) string {
	if path, err := exec.LookPath(command[0]); err == nil { // another user may have another PATH
		command = append([]string{path}, command[1:]...)
	}
	line := shellLine(command)
	switch {
	case os.Geteuid() == 0:
		return "in a container, give it access: docker run --privileged"
	case userManager():
		return "run as root, or: systemd-run --user --scope -p Delegate=yes " + line
	}
	if _, err := exec.LookPath("sudo"); err == nil {
		return "run as root: sudo " + line
	}
	return "run as root: su -c " + shellWord(line)
}

// userManager reports whether the user has a systemd that gives control groups away. systemd.exec(5):
// XDG_RUNTIME_DIR.
func userManager() bool {
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "systemd"))
	return err == nil
}

// shellLine writes a command as a line for a shell.
func shellLine(command []string) string {
	words := make([]string, len(command))
	for i, word := range command {
		words[i] = shellWord(word)
	}
	return strings.Join(words, " ")
}

// plainWord is a word that means itself in a shell.
var plainWord = regexp.MustCompile(`^[-+=.,:/_%@A-Za-z0-9]+$`)

func shellWord(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// tryHiding runs the launcher once up to where it would become the function. Being root is not
// enough to have mounts of one's own: containers may forbid it.
func (h *Host) tryHiding() error {
	if os.Geteuid() != 0 {
		return errors.New("hiding takes root")
	}
	dir := filepath.Join(h.dir, "try")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	l := launch{Record: filepath.Join(h.dir, "try-record"), Hide: true, SystemRoots: h.options.SystemRoots, Try: true}
	args := l.command(h.self, filepath.Join(dir, "function"))
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("hiding is not possible here: %s", firstLine(out, err))
	}
	return nil
}

// bindAll binds all threads of this process to CPUs. New threads inherit that from the one that
// makes them; one that is made while the list is read is found when the list is read again.
func bindAll(cpus []int) error {
	for before := -1; ; {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, t := range threads {
			tid, _ := strconv.Atoi(t.Name())
			setAffinity(tid, cpus) // fails for a thread that has just ended
		}
		if len(threads) == before {
			return nil
		}
		before = len(threads)
	}
}

// Limited reports whether CPU time and memory are limited.
func (h *Host) Limited() bool { return h.tree != nil }

// Notes says what is as on Lambda here and what is not, a line each.
func (h *Host) Notes() []string {
	if !h.Limited() {
		return []string{h.why}
	}
	notes := []string{
		fmt.Sprintf("CPU: all of it in INIT, then memory/%d vCPUs, in periods of %v", memoryOfOneCPU, h.options.Period),
		fmt.Sprintf("memory: limited to the memory size; a process that needs more is killed (control groups, version %d)", h.tree.version),
		place(h.cpus, fewestCPUs*memoryOfOneCPU, h.options.Shared).note(),
	}
	if h.visible == "" {
		notes = append(notes, "control groups hidden from the function, its folder read-only, a /tmp of its own")
	} else {
		notes = append(notes, "control groups visible to the function, its folder writable: "+h.visible)
	}
	if h.options.SystemRoots {
		notes = append(notes, "the servers' authority is one of the system's roots, as Amazon Linux lays them out")
	}
	return notes
}

// Skipped says why a memory size cannot be measured here; "" when it can.
func (h *Host) Skipped(memoryMB int) string {
	if !h.Limited() {
		return ""
	}
	return place(h.cpus, memoryMB, h.options.Shared).skipped(memoryMB)
}

// Close undoes what NewHost did. The sandboxes must be closed.
func (h *Host) Close() error {
	err := os.RemoveAll(h.dir)
	if h.Limited() {
		h.tree.leave()
		err = errors.Join(err, bindAll(h.cpus))
	}
	return err
}
