// Package prefetch asks the kernel to read the whole program when the program starts.
//
// The kernel maps a program without reading it. It reads a page when the program first uses it,
// together with some pages around it (128 KB by default), and the program waits. If the page
// cache is empty, as it may be in a new execution environment, those waits are most of a Go
// program's start: 40 to 70 for one that says hello, one after the other. If all pages are
// requested together, the kernel reads them at the same time.
//
// To use it, import the package, and make its function entry the program's entry point:
//
//	import _ "reduction/runtime/prefetch"
//
//	CGO_ENABLED=0 GOOS=linux go build -ldflags='-s -w -E=reduction/runtime/prefetch.entry' .
//
// Without the flag, the program contains nothing of this package. With the flag, a few dozen
// system calls before the Go runtime starts request the pages and do not wait for them: madvise(2)
// with MADV_WILLNEED. Errors are ignored: if the kernel refuses, the program starts as it would
// without the package. If the pages are in memory already, the start takes 20 to 100 µs longer. No
// page is read twice. The page cache counts towards the memory limit; the kernel can reclaim it.
//
// The package is for Linux on amd64 and arm64, and for Go's own linker, which has the flag -E (go
// doc cmd/link). Elsewhere, and with the tag purego, the entry does not exist: leave out the flag.
// Measurements on several kinds of storage are in docs/cold-start.md.
package prefetch
