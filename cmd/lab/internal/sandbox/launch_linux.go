//go:build linux && (amd64 || arm64)

package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// A process that is forked and then limited from outside would run free for a moment. So this
// program starts itself again as a launcher. The launcher enters the control groups, binds
// itself to its CPUs, hides what Lambda hides, and then becomes the function by exec, which
// keeps all of that. The function's clock starts there.

const (
	launchVerb   = "_launch" // lab _launch JSON PROGRAM
	launchFailed = 125       // the exit status of env(1) and others that become a program
)

// A launch is what the launcher does. It gets it as JSON in its argument.
type launch struct {
	Groups []string // cgroup.procs files to enter
	CPUs   []int    // to bind to; empty: no change
	Hide   bool     // hide what Lambda hides, in mounts of its own
	Record string   // the file to write the ExecRecord into
	Try    bool     // stop before the exec, successfully

	SystemRoots bool // with Hide: the authority is one of the system's roots, not in AWS_CA_BUNDLE
}

// command returns the command that launches a program; self is this program.
func (l *launch) command(self, path string) []string {
	arg, err := json.Marshal(l)
	if err != nil {
		panic("sandbox: " + err.Error()) // strings, numbers and bools
	}
	return []string{self, launchVerb, string(arg), path}
}

// Launch makes this process the launcher of a sandbox if it was started as one, and then does
// not return. The main function of a program that uses a Host calls it first.
func Launch() {
	launched = true
	if len(os.Args) != 4 || os.Args[1] != launchVerb {
		return
	}
	var l launch
	err := json.Unmarshal([]byte(os.Args[2]), &l)
	if err == nil {
		err = l.exec(os.Args[3])
	}
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintf(os.Stderr, "lab: the sandbox: %v\n", err)
	os.Exit(launchFailed)
}

// exec becomes the program. It returns only an error, or nil where it is to try.
func (l *launch) exec(path string) error {
	runtime.LockOSThread() // the CPUs and mounts are those of this thread, which exec keeps
	for _, procs := range l.Groups {
		if err := writeControl(procs, "0"); err != nil { // 0 is the process that writes
			return err
		}
	}
	entered, err := readClock(clockOwnCPU)
	if err != nil {
		return err
	}
	out, err := os.Create(l.Record)
	if err != nil {
		return err
	}
	if l.Hide {
		if err := l.hide(filepath.Dir(path)); err != nil {
			return err
		}
	}
	if l.Try {
		return nil
	}
	// The folder is entered after it was mounted: before, this would be the writable folder
	// below the mount.
	if err := syscall.Chdir(filepath.Dir(path)); err != nil {
		return err
	}
	if len(l.CPUs) > 0 {
		if err := setAffinity(0, l.CPUs); err != nil {
			return err
		}
	}
	env := os.Environ()
	r := ExecRecord{PID: os.Getpid(), EnteredCPU: entered}
	if c, err := countersOf(r.PID); err == nil {
		r.Counters = *c
	}
	if r.CPU, err = readClock(clockOwnCPU); err != nil {
		return err
	}
	r.Clock = Monotonic()
	if err := json.NewEncoder(out).Encode(r); err != nil {
		return err
	}
	// The record's file is closed by exec.
	return fmt.Errorf("%s: %w", path, syscall.Exec(path, []string{path}, env))
}

// firstLine returns the first line that a command printed, or the error if it printed nothing.
func firstLine(out []byte, err error) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
	if len(line) == 0 {
		return err.Error()
	}
	return string(bytes.TrimPrefix(line, []byte("lab: the sandbox: ")))
}
