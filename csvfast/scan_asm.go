//go:build (amd64 || arm64) && !purego

package csvfast

// An assembly is the inner part of a kernel, written in assembly. It reads the blocks at src and
// one byte after them, and writes up to 64 ends for each block. prevTaken, in bit 63, and prevQuote
// describe the byte before src: see context.
type assembly func(src *byte, blocks int, ends *uint32, base uint32, comma byte, inside, prevTaken, prevQuote uint64) result

// checked makes a kernel of an assembly. It checks that all memory is there that may be accessed.
func checked(a assembly) kernel {
	return func(src []byte, comma byte, ends []uint32, base uint32, inside uint64) result {
		blocks := (len(src) - 2) / blockSize
		if blocks <= 0 {
			return result{inside: inside}
		}
		_ = ends[(blocks+1)*blockSize-1]
		prevTaken, prevQuote := context(src[0], comma, inside)
		return a(&src[1], blocks, &ends[0], base, comma, inside, prevTaken<<63, prevQuote)
	}
}
