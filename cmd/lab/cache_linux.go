//go:build linux && (amd64 || arm64)

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// fadvDontNeed is POSIX_FADV_DONTNEED of posix_fadvise(2).
const fadvDontNeed = 4

// dropPages takes files out of the page cache, but for pages that others have mapped.
func dropPages(files []string) error {
	for _, name := range files {
		if info, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue // a device, or a file that was removed while it was mapped
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		f.Sync() // pages not written yet would stay; a file system that can't sync has none
		_, _, errno := syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, fadvDontNeed, 0, 0)
		f.Close()
		if errno != 0 {
			return fmt.Errorf("%s: fadvise: %w", name, errno)
		}
	}
	return nil
}

// dropAllPages empties the page cache of the whole machine. It takes root.
func dropAllPages() error {
	syscall.Sync()
	return put("/proc/sys/vm/drop_caches", "3") // pages, and what is known of files' names
}

// mapped returns the files that a process has mapped: its program, interpreter and
// libraries. See proc_pid_maps(5).
func (b *birth) mapped() []string {
	maps, _ := os.ReadFile(fmt.Sprintf("/proc/%d/maps", b.PID))
	seen := map[string]bool{}
	var files []string
	for line := range strings.Lines(string(maps)) {
		if i := strings.IndexByte(line, '/'); i >= 0 {
			if name := strings.TrimSuffix(line[i:], "\n"); !seen[name] {
				seen[name] = true
				files = append(files, name)
			}
		}
	}
	return files
}
