//go:build linux && (amd64 || arm64) && !purego

package prefetch

// entry is for the linker: it stands before the Go runtime's entry, and has no stack, no
// goroutine and no caller.
//
// It goes through the program from its text to the end of its data, 128 KB a time: of one
// request the kernel honours no more than the device's read-ahead or largest transfer,
// whichever is more (force_page_cache_ra in mm/readahead.c), and of what it does not honour
// it says nothing. 128 KB is Linux's default for the first. The last piece may go beyond the
// data, where there is nothing to be read.
func entry()
