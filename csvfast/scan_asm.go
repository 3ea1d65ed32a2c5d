//go:build (amd64 || arm64) && !purego

package csvfast

// An assembly is a kernel in assembly. src is the first of one block or more; before,
// in bit 63, and behind tell of the byte before it: see context.
type assembly func(src *byte, blocks int, ends *uint32, base uint32, inside, before, behind uint64) (done, n, lines int, after uint64)

// checked makes a scanFunc of it. An assembly reads the blocks and one byte behind them,
// and writes up to 64 ends for each block; that both are there is checked here.
func checked(a assembly) scanFunc {
	return func(src []byte, ends []uint32, base uint32, inside uint64) (done, n, lines int, after uint64) {
		blocks := (len(src) - 2) / blockSize
		if blocks <= 0 {
			return 0, 0, 0, inside
		}
		_ = ends[(blocks+1)*blockSize-1]
		before, behind := context(src[0], inside)
		return a(&src[1], blocks, &ends[0], base, inside, before<<63, behind)
	}
}
