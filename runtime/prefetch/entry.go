//go:build linux && (amd64 || arm64) && !purego

package prefetch

// entry is for the linker: it stands before the Go runtime's entry, and has no stack, no
// goroutine and no caller.
//
// It goes through the program's data, which the runtime touches first and which is last in
// the file, and then from its text on, 128 KB a time: of one request the kernel honours no
// more than the device's read-ahead or largest transfer, whichever is more
// (force_page_cache_ra in mm/readahead.c), and of what it does not honour it says nothing.
// 128 KB is Linux's default for the first. A last piece may go beyond what there is.
func entry()
