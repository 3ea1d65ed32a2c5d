package csvfast

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// scanBytes is a kernel that goes byte by byte, and so what the others are held against.
func scanBytes(src []byte, ends []uint32, base uint32, inside uint64) (blocks, n, lines int, _ uint64) {
	prev := src[0]
	src = src[1:]
	quoted := inside != 0
	closed := prev == '"' && !quoted
	for ; len(src) > blockSize; src = src[blockSize:] {
		doneN, doneLines, doneQuoted := n, lines, quoted
		for i, c := range src[:blockSize] {
			switch {
			case c == '"' && quoted:
				quoted, closed = false, true
			case c == '"' && (closed || prev == ',' || prev == '\n'):
				quoted, closed = true, false
			case c == '"',
				!quoted && closed && c != ',' && c != '\n' && !(c == '\r' && src[i+1] == '\n'):
				return blocks, doneN, doneLines, mask(doneQuoted)
			case !quoted:
				if c == ',' || c == '\n' {
					ends[n] = base + uint32(i)
					n++
				}
				if c == '\n' {
					lines++
				}
				closed = false
			}
			prev = c
		}
		base += blockSize
		blocks++
	}
	return blocks, n, lines, mask(quoted)
}

func mask(b bool) uint64 {
	if b {
		return ^uint64(0)
	}
	return 0
}

// sameAsBytes holds a kernel against scanBytes, position for position.
func sameAsBytes(t *testing.T, scan scanFunc, src []byte, base uint32, inside uint64) {
	t.Helper()
	room := len(src) + blockSize
	want, got := make([]uint32, room), make([]uint32, room)
	wantBlocks, wantN, wantLines, wantInside := scanBytes(src, want, base, inside)
	blocks, n, lines, after := scan(src, got, base, inside)
	if blocks != wantBlocks || n != wantN || lines != wantLines || after != wantInside || !slices.Equal(got[:n], want[:n]) {
		t.Fatalf("%q, inside %x:\n got %d blocks, %d lines, inside %x, %d\nwant %d blocks, %d lines, inside %x, %d", src, inside,
			blocks, lines, after, got[:n], wantBlocks, wantLines, wantInside, want[:wantN])
	}
}

// alphabets that random sources draw from: text, much punctuation, the bytes next to what
// is looked for and those that differ from it in the top bit, and quotes that are mostly
// right.
var alphabets = []string{
	"abcdefghijklmnopqrstuvwxyz    ,,\n",
	"a,\n\"\r",
	"a,,,\n\n\r-+*#!\v\t\"\xac\x8a\xa2\xad\xff\x00",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n\"",
}

func randomBytes(r *rand.Rand, n int) []byte {
	alphabet := alphabets[r.IntN(len(alphabets))]
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return b
}

// fields makes n bytes or more of right records.
func fields(r *rand.Rand, n int) []byte {
	pieces := []string{"a", "bc", "long text in a field", `"quoted"`, `"a,b"`, `"a""b"`, `""`, "\"two\nlines\"", "\"\r\n\"", "\xe5\x8c\xbb"}
	ends := []string{",", ",", ",", "\n", "\r\n"}
	var b []byte
	for len(b) < n {
		b = append(b, pieces[r.IntN(len(pieces))]...)
		b = append(b, ends[r.IntN(len(ends))]...)
	}
	return b
}

// TestKernels sweeps lengths, at every alignment, from inside quotes and from outside.
func TestKernels(t *testing.T) {
	onEach(t, func(t *testing.T, scan scanFunc) {
		r := rand.New(rand.NewPCG(1, 1))
		for n := 2; n <= 200; n++ {
			for align := range blockSize {
				src := fields(r, align+n+1)[align : align+n]
				if n%3 == 0 {
					src = randomBytes(r, align+n)[align:]
				}
				for _, inside := range []uint64{0, ^uint64(0)} {
					sameAsBytes(t, scan, src, uint32(r.IntN(1<<20)), inside)
				}
			}
		}
	})
}

// TestEveryByteEverywhere puts each byte, alone and behind and in front of what is looked
// for, at each position of a block.
func TestEveryByteEverywhere(t *testing.T) {
	onEach(t, func(t *testing.T, scan scanFunc) {
		src := make([]byte, 1+2*blockSize+1)
		for c := range 256 {
			for at := range 1 + blockSize {
				for _, with := range []string{"", ",", "\n", `"`, `,"`, "\"\r"} {
					for i := range src {
						src[i] = 'x'
					}
					n := copy(src[at:], with)
					src[at+n] = byte(c)
					copy(src[at+n+1:], "\n,")
					sameAsBytes(t, scan, src, 0, 0)
				}
			}
		}
	})
}
