//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// What a function sees of files is the launcher's to arrange, in mounts that nobody else has
// and that end with the process. It takes root.

const (
	tmpDir    = "/tmp"
	tmpLimits = "size=512m,mode=1777" // Lambda quotas: /tmp has 512 MB unless more is asked for

	openPath = 0x200000 // O_PATH of open(2)
)

// arrange gives this thread mounts of its own: no control groups and a place in them that
// looks like the root, since Go and Rust size their pools by a quota that they find there, and
// Lambda shows none; the function's folder read-only; a /tmp that is empty but for what the
// function needs of the old one; and where it is to have them, the system's roots.
func (l *launch) arrange(dir string) error {
	if dir == tmpDir {
		return fmt.Errorf("the function is to have a folder of its own, which %s is not", dir)
	}
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
	bundle := os.Getenv(bundleVariable)
	kept, err := hold(dir, bundle)
	if err != nil {
		return err
	}
	if l.SystemRoots {
		if err := layRoots(bundle); err != nil {
			return err
		}
		os.Unsetenv(bundleVariable)
	}
	return newTmp(kept)
}

// cgroupFolder holds the mounts of version 1, a file system of its own with a folder for each.
const cgroupFolder = "/sys/fs/cgroup"

// cgroupMounts returns where control groups are mounted, the last mounted first.
func cgroupMounts(mountinfo string) []string {
	var points []string
	for line := range strings.Lines(mountinfo) {
		before, after, _ := strings.Cut(line, " - ")
		if mount := strings.Fields(before); len(mount) >= 5 && (strings.HasPrefix(after, "cgroup") || mount[4] == cgroupFolder) {
			points = append(points, mount[4])
		}
	}
	slices.Reverse(points)
	return points
}

// held is a file or folder below the old /tmp that is to be seen in the new one.
type held struct {
	path   string
	fd     int
	folder bool
}

// hold opens those of the paths that are below /tmp: nothing is about to cover the others.
func hold(paths ...string) ([]held, error) {
	var all []held
	for _, path := range paths {
		if !strings.HasPrefix(path, tmpDir+"/") {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		fd, err := syscall.Open(path, openPath|syscall.O_CLOEXEC, 0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, held{path, fd, info.IsDir()})
	}
	return all, nil
}

// newTmp puts an empty /tmp over the old one, and what is held into it.
func newTmp(kept []held) error {
	if err := mountTmp(tmpLimits); err != nil {
		return err
	}
	for _, k := range kept {
		point, made := k.path, error(nil)
		if k.folder {
			made = os.MkdirAll(point, 0o755)
		} else if made = os.MkdirAll(filepath.Dir(point), 0o755); made == nil {
			made = os.WriteFile(point, nil, 0o600)
		}
		if made != nil {
			return made
		}
		if err := syscall.Mount("/proc/self/fd/"+strconv.Itoa(k.fd), point, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount %s: %w", point, err)
		}
	}
	return nil
}

func mountTmp(options string) error {
	if err := syscall.Mount("tmpfs", tmpDir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, options); err != nil {
		return fmt.Errorf("mount %s: %w", tmpDir, err)
	}
	return nil
}
