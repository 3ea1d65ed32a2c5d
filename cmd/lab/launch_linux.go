//go:build linux && (amd64 || arm64)

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Between a fork and what holds the child there would be a moment in which it runs free.
// So lab starts itself again, as a launcher: that joins the control group, binds itself to
// its CPUs, hides what Lambda hides, and then becomes the function by exec, which keeps all
// of that. The function's clock starts there.

const (
	launchVerb   = "_launch" // lab _launch JSON PROGRAM
	launchFailed = 125       // exit status, as of env(1) and others that become a program
)

// A launch is what the launcher is to do, as its argument's JSON.
type launch struct {
	Groups []string // cgroup.procs files to enter
	CPUs   []int    // to be bound to; none: as it is
	Hide   bool     // what Lambda hides: the function has mounts of its own
	Birth  string   // file to write the birth into

	SystemRoots bool // with Hide: in place of AWS_CA_BUNDLE
}

// launchIfAsked makes this process a launcher when it was started as one, and then does not
// return.
func launchIfAsked() {
	if len(os.Args) != 4 || os.Args[1] != launchVerb {
		return
	}
	var l launch
	err := json.Unmarshal([]byte(os.Args[2]), &l)
	if err == nil {
		err = l.exec(os.Args[3])
	}
	fmt.Fprintf(os.Stderr, "lab: the sandbox: %v\n", err)
	os.Exit(launchFailed)
}

// exec becomes the program. It returns when it can't.
func (l *launch) exec(path string) error {
	runtime.LockOSThread() // what follows is the thread's own; exec keeps the thread that calls it
	for _, procs := range l.Groups {
		if err := put(procs, "0"); err != nil { // 0 is the writer
			return err
		}
	}
	out, err := os.Create(l.Birth)
	if err != nil {
		return err
	}
	if l.Hide {
		if err := l.arrange(filepath.Dir(path)); err != nil {
			return err
		}
	}
	// Entered after it was mounted over: before, this would be the writable folder below.
	if err := syscall.Chdir(filepath.Dir(path)); err != nil {
		return err
	}
	if len(l.CPUs) > 0 {
		if err := setAffinity(0, l.CPUs); err != nil {
			return err
		}
	}
	env := os.Environ()
	b := birth{PID: os.Getpid()}
	if c, err := countersOf(b.PID); err == nil {
		b.counters = *c
	}
	b.Clock = monotonic()
	if err := json.NewEncoder(out).Encode(b); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", path, syscall.Exec(path, []string{path}, env)) // out is closed on exec
}
