//go:build linux && (amd64 || arm64)

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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
	Hide   bool     // control groups from sight; the function's folder read-only
	Birth  string   // file to write the birth into
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
		if err := hide(filepath.Dir(path)); err != nil {
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

// hide gives this thread mounts of its own, without control groups, and its place in them as
// the root: Go and Rust size their pools by a quota that they find there, and Lambda shows
// none. Code is read-only in Lambda.
func hide(dir string) error {
	if err := syscall.Unshare(syscall.CLONE_NEWNS | syscall.CLONE_NEWCGROUP); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	mounts, err := os.ReadFile("/proc/thread-self/mountinfo")
	if err != nil {
		return err
	}
	for _, point := range cgroupMounts(string(mounts)) {
		if err := syscall.Unmount(point, syscall.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", point, err)
		}
	}
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s: %w", dir, err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("mount %s read-only: %w", dir, err)
	}
	return nil
}

// cgroupMounts returns where control groups are mounted, the last mounted first.
func cgroupMounts(mountinfo string) []string {
	var points []string
	for line := range strings.Lines(mountinfo) {
		before, after, _ := strings.Cut(line, " - ")
		if mount := strings.Fields(before); len(mount) >= 5 && strings.HasPrefix(after, "cgroup") {
			points = append(points, mount[4])
		}
	}
	slices.Reverse(points)
	return points
}
