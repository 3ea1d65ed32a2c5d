package csvfast

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// scanBytes is a kernel that judges byte by byte. The others are compared with it.
func scanBytes(src []byte, comma byte, ends []uint32, base uint32, inside uint64) result {
	prev := src[0]
	src = src[1:]
	done := result{inside: inside} // up to the end of a block
	quoted := inside != 0
	closed := prev == '"' && !quoted
	for ; len(src) > blockSize; src = src[blockSize:] {
		done.quotes = done.quotes || quoted || closed || bytes.IndexByte(src[:blockSize], '"') >= 0
		r := done
		for i, c := range src[:blockSize] {
			switch {
			case c == '"' && quoted:
				quoted, closed = false, true
			case c == '"' && (closed || prev == comma || prev == '\n'):
				quoted, closed = true, false
			case c == '"',
				!quoted && closed && c != comma && c != '\n' && !(c == '\r' && src[i+1] == '\n'):
				return done
			case !quoted:
				if c == comma || c == '\n' {
					ends[r.n] = base + uint32(i)
					r.n++
				}
				if c == '\n' {
					r.lines++
				}
				closed = false
			}
			prev = c
		}
		base += blockSize
		r.blocks++
		r.inside = mask(quoted)
		done = r
	}
	return done
}

func mask(b bool) uint64 {
	if b {
		return ^uint64(0)
	}
	return 0
}

// sameAsBytes compares a kernel with scanBytes, position by position.
func sameAsBytes(t *testing.T, scan kernel, src []byte, comma byte, base uint32, inside uint64) {
	t.Helper()
	room := len(src) + blockSize
	wantEnds, gotEnds := make([]uint32, room), make([]uint32, room)
	want := scanBytes(src, comma, wantEnds, base, inside)
	got := scan(src, comma, gotEnds, base, inside)
	if got != want || !slices.Equal(gotEnds[:got.n], wantEnds[:want.n]) {
		t.Fatalf("%q, separator %q, inside %x:\n got %+v, %d\nwant %+v, %d", src, comma, inside, got, gotEnds[:got.n], want, wantEnds[:want.n])
	}
}

// commas are separators: the usual ones; neighbours of '"' and '\n'; and bytes that differ from
// these or from ',' in the top bit only.
var commas = []byte{',', ';', '\t', '|', ' ', 0, '!', '\v', 0x80, 0x8a, 0xa2, 0xac, 0xff}

// withComma replaces every ',' by another separator.
func withComma(csv []byte, comma byte) []byte {
	return bytes.ReplaceAll(csv, []byte{','}, []byte{comma})
}

// alphabets are what random files are made of: text; punctuation; bytes that a wrong comparison
// would confuse; and text with few quotes.
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

// fields makes n bytes or more of records that are right.
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

// TestKernels runs through lengths and alignments, beginning inside quotes and outside.
func TestKernels(t *testing.T) {
	onEach(t, func(t *testing.T, scan kernel) {
		r := rand.New(rand.NewPCG(1, 1))
		for n := 2; n <= 200; n++ {
			for align := range blockSize {
				src := fields(r, align+n+1)[align : align+n]
				if n%3 == 0 {
					src = randomBytes(r, align+n)[align:]
				}
				comma := commas[r.IntN(len(commas))]
				for _, inside := range []uint64{0, ^uint64(0)} {
					sameAsBytes(t, scan, withComma(src, comma), comma, uint32(r.IntN(1<<20)), inside)
				}
			}
		}
	})
}

// TestEveryByteEverywhere puts each byte at each position of a block, alone and after separators,
// line feeds and quotes.
func TestEveryByteEverywhere(t *testing.T) {
	onEach(t, func(t *testing.T, scan kernel) {
		src := make([]byte, 1+2*blockSize+1)
		for _, comma := range []byte{',', ';', 0xac} {
			for c := range 256 {
				for at := range 1 + blockSize {
					for _, with := range []string{"", ",", "\n", `"`, `,"`, "\"\r"} {
						for i := range src {
							src[i] = 'x'
						}
						n := copy(src[at:], withComma([]byte(with), comma))
						src[at+n] = byte(c)
						copy(src[at+n+1:], []byte{'\n', comma})
						sameAsBytes(t, scan, src, comma, 0, 0)
					}
				}
			}
		}
	})
}
