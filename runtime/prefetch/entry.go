//go:build linux && (amd64 || arm64) && !purego

package prefetch

// entry is the program's entry point if the linker is told so with its flag -E. It ends with a jump
// to the Go runtime's entry point. It uses no stack, and has no goroutine and no caller.
//
// It first requests the program's data, which the runtime uses first and which is last in the
// file, and then everything from the text on. Each request is for 128 KB. Of one request the kernel
// reads no more than the device's read-ahead or largest transfer, whichever is more, and ignores
// the rest without an error (force_page_cache_ra in mm/readahead.c). 128 KB is Linux's default
// read-ahead. The last request may go beyond the end of the program.
func entry()
