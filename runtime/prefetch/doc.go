// Package prefetch asks the kernel for all of a program at the program's first instruction.
//
// A program is mapped, not loaded: each page is read when something on it is first needed,
// with what the kernel thinks will be needed next (128 KB by default), and the program waits.
// Where the page cache is empty, as it may be in a new execution environment, those waits are
// most of a Go program's start: 40 to 70 for one that says hello, one after the other. Asked
// for together, all are read at the same time.
//
// To have that, import the package for what it does, and make it the program's entry:
//
//	import _ "reduction/runtime/prefetch"
//
//	CGO_ENABLED=0 GOOS=linux go build -ldflags='-s -w -E=reduction/runtime/prefetch.entry' .
//
// Without the flag nothing of it is in the program. With it, in a few dozen system calls
// before the Go runtime begins, pages are asked for, and not waited for: madvise(2) with
// MADV_WILLNEED, whose answer is not looked at. A kernel that refuses costs nothing else. Where
// the pages are in memory already, the start takes 20 to 100 µs longer. They are read once in
// any case: what is charged to the memory limit as page cache can be taken away again.
//
// Linux on amd64 and arm64, linked by Go's own linker, whose flag -E it is (go doc cmd/link);
// elsewhere, and with the tag purego, there is no such entry and the flag has to be left away.
// What it brought here, on storage of several kinds, is in docs/cold-start.md.
package prefetch
