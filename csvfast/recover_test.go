package csvfast

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// damagedLines makes n lines, some of which have quotes where they may not be.
func damagedLines(r *rand.Rand, n int) []byte {
	pieces := []string{"a", "bc", `"q"`, `"a""b"`, `""`, `"`, `x"`, `"x`, `"a"b`, "\"two\nlines\"", "\"\n", "\n\"", ",", "\r"}
	weights := []int{20, 20, 10, 3, 3, 1, 1, 1, 1, 5, 1, 1, 3, 1}
	var b []byte
	for range n {
		for i := range 1 + r.IntN(6) {
			if i > 0 {
				b = append(b, ',')
			}
			k, w := 0, r.IntN(71)
			for ; w >= weights[k]; k++ {
				w -= weights[k]
			}
			b = append(b, pieces[k]...)
		}
		b = append(b, []string{"\n", "\n", "\r\n"}[r.IntN(3)]...)
	}
	return b
}

// TestRecovery compares every kernel with the model on damaged files.
func TestRecovery(t *testing.T) {
	onEach(t, func(t *testing.T, scan kernel) {
		r := rand.New(rand.NewPCG(3, 3))
		for i := range 300 {
			csv := damagedLines(r, 1+r.IntN(60))
			if i%7 == 0 {
				csv = bytes.ReplaceAll(csv, []byte("\n\""), []byte("\n\ufeff\""))
			}
			if i%3 == 0 {
				csv = randomBytes(r, r.IntN(300))
			}
			limit := []int{0, 0, 1, 2, 3, 10, 50}[r.IntN(7)]
			// Among the separators are those of which a byte order mark is made.
			comma := slices.Concat([]byte(",,,,;"), commas[6:], byteOrderMark)[r.IntN(5+len(commas)-6+3)]
			sameAsModel(t, scan, withComma(csv, comma), comma, limit, r.IntN(5), r)
		}
	})
}

// TestRecoveryAcrossBuffers does so with records that are longer than a step or a buffer.
func TestRecoveryAcrossBuffers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	lines := damagedLines(r, 2000)
	for _, size := range []int{stepSize, bufferSize} {
		long := bytes.Repeat([]byte("some text, and more\n"), size/20+1)
		csv := slices.Concat(lines, []byte{'"'}, long, lines, []byte("\",b\n\""), long, []byte("\"c\n"), lines, []byte{'"'}, long)
		sameAsModel(t, fastest(), csv, ',', 0, 2, r)
		sameAsModel(t, fastest(), csv, ',', 100, 2, r)
	}
}

// TestReject shows what Reject returns and what is found next.
func TestReject(t *testing.T) {
	const csv = "a,b\n\"c\nd\",e\nf,g\n"
	for _, tt := range []struct {
		name   string
		next   func(*Scanner) bool
		calls  int
		offset int64
		again  bool
		want   string // what follows
	}{
		{"a record of the block", (*Scanner).NextBlock, 1, 0, false, ""},
		{"its last record", (*Scanner).NextBlock, 1, 12, false, ""},
		{"one of two lines", (*Scanner).NextBlock, 1, 4, true, "!bare 3:7:8¶f|g¶"},
		{"the record that Next found", (*Scanner).Next, 1, 0, false, "c\nd|e¶f|g¶"},
		{"one of two lines, with Next", (*Scanner).Next, 2, 4, true, "!bare 3:7:8¶f|g¶"},
		{"the last one, with Next", (*Scanner).Next, 3, 12, false, ""},
	} {
		s := NewScanner(strings.NewReader(csv))
		for range tt.calls {
			tt.next(s)
		}
		if again := s.Reject(tt.offset); again != tt.again {
			t.Errorf("%s: %v", tt.name, again)
		}
		if got := readAll(s, withNext, unless(0)); got != tt.want {
			t.Errorf("%s: %q follows, want %q", tt.name, got, tt.want)
		}
	}
}

// TestRejectNothing calls Reject where no record begins.
func TestRejectNothing(t *testing.T) {
	const csv = "\na\n\"b\nc\"\n"
	for _, tt := range []struct {
		name   string
		do     func(*Scanner)
		offset int64
	}{
		{"before scanning", func(*Scanner) {}, 0},
		{"a blank line", func(s *Scanner) { s.NextBlock() }, 0},
		{"inside a record", func(s *Scanner) { s.NextBlock() }, 4},
		{"behind the block", func(s *Scanner) { s.NextBlock() }, 9},
		{"the record before", func(s *Scanner) { s.Next(); s.Next() }, 1},
		{"a record that has been rejected", func(s *Scanner) { s.NextBlock(); s.Reject(3) }, 3},
		{"at the end", func(s *Scanner) { s.NextBlock(); s.NextBlock() }, 1},
		{"at the end, with Next", func(s *Scanner) { s.NextBlock(); s.Next() }, 1},
	} {
		s := NewScanner(strings.NewReader(csv))
		tt.do(s)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", tt.name)
				}
			}()
			s.Reject(tt.offset)
		}()
	}
}

// TestBoundedMemory reads records and lines that are far longer than the limit.
func TestBoundedMemory(t *testing.T) {
	const limit = bufferSize
	long := func() io.Reader { return io.LimitReader(endless("x"), 50*limit) }
	for _, tt := range []struct {
		name, want string
		r          io.Reader
	}{
		{"a line", "!long 1:0:0¶b¶", io.MultiReader(long(), strings.NewReader("\nb\n"))},
		{"a line with a bad quote", "!bare 1:0:1¶b¶", io.MultiReader(strings.NewReader("a\""), long(), strings.NewReader("\nb\n"))},
		{"lines in quotes", "!long 1:0:0¶!long 2:2:2¶b¶", io.MultiReader(strings.NewReader("\"\n"), long(), strings.NewReader("\nb\n"))},
	} {
		s := NewScanner(tt.r)
		s.MaxRecord = limit
		if got := readAll(s, withNext, unless(0)); got != tt.want || len(s.buf) > limit+bufferSize/2 {
			t.Errorf("%s: %q, %d bytes of buffer", tt.name, got, len(s.buf))
		}
	}
	s := NewScanner(io.MultiReader(strings.NewReader("\""), endless("x\n")))
	s.MaxRecord = limit
	if s.Next() || !errors.Is(s.Err(), ErrRecordTooLong) || !s.SkipBad() {
		t.Fatal(s.Err())
	}
	for range limit {
		if !s.Next() {
			t.Fatal(s.Err())
		}
	}
	if len(s.buf) > limit+bufferSize/2 {
		t.Errorf("%d bytes of buffer", len(s.buf))
	}
}

// A worker counts what scanning costs: the bytes that the kernel judged, and the bytes that were in
// the buffer when more were read, for they may have been moved.
type worker struct {
	s              *Scanner
	r              io.Reader
	scan           kernel
	scanned, moved int
}

func (w *worker) Read(p []byte) (int, error) {
	w.moved += w.s.n
	return w.r.Read(p)
}

func (w *worker) kernel(src []byte, comma byte, ends []uint32, base uint32, inside uint64) result {
	r := w.scan(src, comma, ends, base, inside)
	w.scanned += r.blocks * blockSize
	if r.blocks < (len(src)-2)/blockSize {
		w.scanned += blockSize // the wrong one
	}
	return r
}

// TestRecoveryIsLinear reads files where much is thrown away at bad records. The work must stay in
// proportion to the file's length and to the number of bad records.
func TestRecoveryIsLinear(t *testing.T) {
	const limit = bufferSize
	const line = "some text of a hundred bytes, so that a record of the greatest length has more than a thousand ---\n"
	lines := strings.Repeat(line, limit/len(line)+2)
	step := lines[:stepSize/len(line)*len(line)]
	nearly := lines[:limit/len(line)*len(line)-len(line)]
	for _, tt := range []struct{ name, csv string }{
		{"open quotes", strings.Repeat("\"a\n", limit/2)},
		{"records of two lines", strings.Repeat("a,\"\n", limit/2)},
		{"records of two lines, in quotes", strings.Repeat("\"a\n\",b\n", limit/4)},
		{"records of three lines, quotes in each", strings.Repeat("\"a\nb\",\"c\nd\"\n", limit/8)},
		{"records of three lines and bad ones", strings.Repeat("\"a\nb\nc\"\n\"d\"e\n", limit/8)},
		{"open quotes, to the limit", strings.Repeat("\""+lines, 8)},
		{"quotes closed just before the limit", strings.Repeat("\""+nearly+"\",a\n", 8)},
		{"quotes closed badly just before the limit", strings.Repeat("\""+nearly+"\"a\n", 8)},
		{"open quotes a step apart", strings.Repeat("\""+step, 32)},
		{"quotes closed badly a step apart", strings.Repeat("\""+step+"\"a\n", 32)},
		{"a line that never ends", strings.Repeat("x", 8*limit)},
		{"an open quote before a line that never ends", strings.Repeat("\"\n"+strings.Repeat("x", 2*limit)+"\n", 4)},
		{"quotes in a line that never ends", "\"\n" + strings.Repeat("\"\"", 4*limit)},
		{"commas that never end", strings.Repeat(",", 8*limit)},
	} {
		for way, next := range ways {
			for _, reject := range []bool{false, true} {
				s := NewScanner(nil)
				w := &worker{s: s, r: strings.NewReader(tt.csv), scan: s.scan}
				s.r, s.scan, s.MaxRecord = w, w.kernel, limit
				found := readAll(s, next, func([]string) bool { return reject })
				bad := strings.Count(found, "!") + strings.Count(found, "?")
				if most := 3*len(tt.csv) + 2*minStep*bad; s.Err() != nil || w.scanned > most || w.moved > most {
					t.Errorf("%s, %s, all rejected: %v: of %d bytes with %d bad records, %d scanned, %d moved: %v",
						tt.name, way, reject, len(tt.csv), bad, w.scanned, w.moved, s.Err())
				}
			}
		}
	}
}
