//go:build linux && (amd64 || arm64)

package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// The launcher arranges what a function sees of files, in mounts of its own that end with the
// process. That takes root.

const (
	tmpDir    = "/tmp"
	tmpLimits = "size=512m,mode=1777" // Lambda quotas: /tmp has 512 MB unless more is asked for

	openPath = 0x200000 // O_PATH of open(2)
)

// hide gives this thread mounts of its own:
//   - Control groups are not mounted, and the process seems to be in the root group: Go and Rust
//     size their thread pools by a quota that they find there, and on Lambda they find none.
//   - The function's folder is read-only.
//   - /tmp is empty, except for what the function needs of the old one.
//   - With SystemRoots, the system's roots include the servers' authority.
func (l *launch) hide(dir string) error {
	if dir == tmpDir {
		return fmt.Errorf("the function must be in a folder of its own, not in %s", dir)
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
	bundle := os.Getenv(CABundle)
	kept, err := openBelowTmp(dir, bundle)
	if err != nil {
		return err
	}
	if l.SystemRoots {
		if err := mountRoots(bundle); err != nil {
			return err
		}
		os.Unsetenv(CABundle)
	}
	return replaceTmp(kept)
}

// cgroupFolder holds the mounts of version 1: a file system with a folder for each.
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

// A kept is a file or folder of the old /tmp that the new one shows, too.
type kept struct {
	path   string
	fd     int
	folder bool
}

// openBelowTmp opens those of the paths that are below /tmp. The new /tmp hides no others.
func openBelowTmp(paths ...string) ([]kept, error) {
	var all []kept
	for _, path := range paths {
		if path == "" {
			continue
		}
		path, err := filepath.EvalSymlinks(path)
		if err != nil {
			return nil, err
		}
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
		all = append(all, kept{path, fd, info.IsDir()})
	}
	return all, nil
}

// replaceTmp mounts an empty /tmp over the old one, and in it what is kept.
func replaceTmp(keep []kept) error {
	if err := mountTmp(tmpLimits); err != nil {
		return err
	}
	for _, k := range keep {
		if err := k.makePoint(); err != nil {
			return err
		}
		if err := syscall.Mount("/proc/self/fd/"+strconv.Itoa(k.fd), k.path, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount %s: %w", k.path, err)
		}
	}
	return nil
}

// makePoint makes the folder or the file that is mounted over.
func (k *kept) makePoint() error {
	if k.folder {
		return os.MkdirAll(k.path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(k.path, nil, 0o600)
}

func mountTmp(options string) error {
	if err := syscall.Mount("tmpfs", tmpDir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, options); err != nil {
		return fmt.Errorf("mount %s: %w", tmpDir, err)
	}
	return nil
}
