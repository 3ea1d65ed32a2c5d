//go:build linux && (amd64 || arm64)

package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// fadvDontNeed is POSIX_FADV_DONTNEED of posix_fadvise(2).
const fadvDontNeed = 4

// DropFiles drops files from the page cache, except for pages that processes have mapped.
func DropFiles(files []string) error {
	for _, name := range files {
		if info, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue // a device, or a file that was removed while it was mapped
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		// Pages that are not written yet would stay. A file system that cannot sync has none.
		f.Sync()
		_, _, errno := syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, fadvDontNeed, 0, 0)
		f.Close()
		if errno != 0 {
			return fmt.Errorf("%s: fadvise: %w", name, errno)
		}
	}
	return nil
}

// DropPageCache empties the page cache of the whole machine. It takes root.
func DropPageCache() error {
	syscall.Sync()
	return writeControl("/proc/sys/vm/drop_caches", "3") // pages, and what is cached of file names
}
