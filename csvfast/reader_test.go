package csvfast

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// readers return the same bytes in different ways.
var readers = []struct {
	name string
	of   func(io.Reader) io.Reader
}{
	{"one byte", iotest.OneByteReader},
	{"half", iotest.HalfReader},
	{"data with the error", iotest.DataErrReader},
	{"one byte, the last with the error", func(r io.Reader) io.Reader { return iotest.DataErrReader(iotest.OneByteReader(r)) }},
	{"nothing in between", func(r io.Reader) io.Reader { return &hesitant{r: iotest.OneByteReader(r)} }},
	{"random pieces", func(r io.Reader) io.Reader { return &pieces{r, rand.New(rand.NewPCG(1, 1)), 200} }},
}

// hesitant returns no byte and no error every other time.
type hesitant struct {
	r    io.Reader
	turn bool
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.turn = !h.turn; h.turn {
		return 0, nil
	}
	return h.r.Read(p)
}

// pieces reads up to max bytes at a time.
type pieces struct {
	r    io.Reader
	rand *rand.Rand
	max  int
}

func (p *pieces) Read(b []byte) (int, error) {
	return p.r.Read(b[:min(len(b), 1+p.rand.IntN(p.max))])
}

// A Scanner that has been Reset reads as a new one does, whatever it read before.
func TestReset(t *testing.T) {
	onEach(t, func(t *testing.T, scan kernel) {
		var s Scanner
		s.scan = scan
		for range 2 {
			for _, tt := range corpus {
				for name, next := range ways {
					s.Reset(strings.NewReader(tt.csv))
					if got := readAll(&s, next, unless(0)); got != tt.want {
						t.Errorf("%s, %s: %q\n got %q\nwant %q", tt.name, name, tt.csv, got, tt.want)
					}
				}
			}
		}
	})
}

func TestReaders(t *testing.T) {
	onEach(t, func(t *testing.T, scan kernel) {
		for _, tt := range corpus {
			for _, r := range readers {
				for name, next := range ways {
					s := NewScanner(r.of(strings.NewReader(tt.csv)))
					s.scan = scan
					if got := readAll(s, next, unless(0)); got != tt.want {
						t.Errorf("%s, %s, %s: %q\n got %q\nwant %q", tt.name, r.name, name, tt.csv, got, tt.want)
					}
				}
			}
		}
	})
}

// TestLongStream reads some buffers' length, in pieces that end anywhere.
func TestLongStream(t *testing.T) {
	onEach(t, func(t *testing.T, scan kernel) {
		r := rand.New(rand.NewPCG(2, 2))
		csv := string(append(fields(r, 5*bufferSize), "end\n"...))
		want := readAll(scannerOf(scanBytes, csv), withNext, unless(0))
		for _, max := range []int{1 << 20, 60000, 4096, 100} {
			for name, next := range ways {
				s := NewScanner(&pieces{strings.NewReader(csv), r, max})
				s.scan = scan
				if got := readAll(s, next, unless(0)); got != want {
					t.Errorf("pieces of %d bytes, %s: other records than byte by byte", max, name)
				}
			}
		}
	})
}

// TestPromptness shows that a record is returned as soon as its line end has been read. Its writer
// may be waiting for a reply.
func TestPromptness(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	s := NewScanner(r)
	for _, record := range []string{"a\n", "b,c\r\n", "\"d\"\r\n", strings.Repeat("e", 100) + "\n"} {
		go io.WriteString(w, record)
		if !s.Next() {
			t.Fatal(s.Err())
		}
	}
}

func TestReaderErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name string
		r    io.Reader
		err  error
		want string
	}{
		{"at once", iotest.ErrReader(broken), broken, "!broken 1:0:0¶end"},
		{"behind records", io.MultiReader(strings.NewReader("a\nb\n"), iotest.ErrReader(broken)), broken, "a¶b¶!broken 3:4:4¶end"},
		{"in a record", io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), broken, "a¶!broken 2:2:3¶end"},
		{"in quotes", io.MultiReader(strings.NewReader("a\n\"b\n"), iotest.ErrReader(broken)), broken, "a¶!broken 2:2:5¶end"},
		{"in a byte order mark", io.MultiReader(strings.NewReader("\xef\xbb"), iotest.ErrReader(broken)), broken, "!broken 1:0:2¶end"},
		{"in a bad record", io.MultiReader(strings.NewReader("a\nb\"c"), iotest.ErrReader(broken)), broken, "a¶!bare 2:2:3¶!broken 3:5:5¶end"},
		{"with the data", iotest.DataErrReader(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken))), broken, "a¶!broken 2:2:3¶end"},
		{"ends unexpectedly", io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF, "a¶!unexpected EOF 2:2:2¶end"},
		{"reads nothing", &stalled{}, io.ErrNoProgress, "!" + io.ErrNoProgress.Error() + " 1:0:0¶end"},
	} {
		s := NewScanner(tt.r)
		if got := readAll(s, withNext, unless(0)); got != tt.want || !errors.Is(s.Err(), tt.err) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if s.Next() || s.NextBlock() || s.NumFields() != 0 || !errors.Is(s.Err(), tt.err) {
			t.Errorf("%s: goes on behind the error", tt.name)
		}
	}
}

type stalled struct{}

func (stalled) Read([]byte) (int, error) { return 0, nil }

func TestMaxRecord(t *testing.T) {
	onEach(t, func(t *testing.T, scan kernel) {
		for _, tt := range []struct {
			name, csv, want string
			max             int
		}{
			{"at the limit", "abc\na,c\nabc", "abc¶a|c¶abc¶", 3},
			{"the line end does not count", "abc\r\n\"a\"\r\n", "abc¶a¶", 3},
			{"over it", "abc\nabcd\nab\n", "abc¶!long 2:4:4¶ab¶", 3},
			{"over it, CR", "abc\nabc\rd\n", "abc¶!long 2:4:4¶", 3},
			{"over it, no line end", "abc\nabcd", "abc¶!long 2:4:4¶", 3},
			{"over it, in quotes", "abc\n\"a\n\n\"\n", "abc¶!long 2:4:4¶!quote 3:8:8¶", 3},
			{"over it in the last line", "\"a\nb", "!long 1:0:0¶b¶", 3},
			{"over it, much longer", "abc\n" + strings.Repeat("x", 3*bufferSize) + "\nab\n", "abc¶!long 2:4:4¶ab¶", 3},
			{"bad at the limit", "abc\nab\"\n", "abc¶!bare 2:4:6¶", 3},
			{"bad at the limit, quote", "abc\n\"a\"b\n", "abc¶!quote 2:4:6¶", 3},
			{"bad behind it", "abc\nabcd\"\n", "abc¶!long 2:4:4¶", 3},
			{"bad behind it, quote", "abc\n\"ab\"c\n", "abc¶!long 2:4:4¶", 3},
			{"open at the limit", "\"ab", "!quote 1:0:0¶", 3},
			{"a bad record may be longer", "abc\na\"bcdefgh\nd\n", "abc¶!bare 2:4:5¶d¶", 3},
			{"a million in quotes", "a\n\"" + strings.Repeat("x\n", DefaultMaxRecord/2), "a¶!long 2:2:2¶" + strings.Repeat("x¶", DefaultMaxRecord/2-1), 0},
			{"a million less one in quotes", "\"" + strings.Repeat("x", DefaultMaxRecord-2) + "\"\n", strings.Repeat("x", DefaultMaxRecord-2) + "¶", 0},
			{"a million of commas", strings.Repeat(",", DefaultMaxRecord) + "\n", strings.Repeat("|", DefaultMaxRecord) + "¶", 0},
			{"more than the default", strings.Repeat("x", 3*DefaultMaxRecord), strings.Repeat("x", 3*DefaultMaxRecord) + "¶", 4 * DefaultMaxRecord},
			{"less than nothing", "a\n", "a¶", -1},
		} {
			for _, r := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.HalfReader, iotest.OneByteReader} {
				if len(tt.csv) > 100 && r(nil) != nil {
					continue
				}
				for name, next := range ways {
					s := NewScanner(r(strings.NewReader(tt.csv)))
					s.MaxRecord, s.scan = tt.max, scan
					if got := readAll(s, next, unless(0)); got != tt.want {
						t.Errorf("%s, %s: got %.50q, want %.50q", tt.name, name, got, tt.want)
					}
				}
			}
		}
	})
}

// endless is a reader that repeats a text.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}

// TestBeyond32Bits shows that offsets and record numbers have 64 bits, unlike positions in the
// buffer.
func TestBeyond32Bits(t *testing.T) {
	s := NewScanner(strings.NewReader("a\nb,c\nd\"\n"))
	if !s.Next() {
		t.Fatal(s.Err())
	}
	s.base += 1 << 33
	s.number += 1 << 33
	if !s.Next() || s.Offset() != 1<<33+2 || s.Record() != 1<<33+2 {
		t.Errorf("record %d at %d", s.Record(), s.Offset())
	}
}

func TestNoAllocations(t *testing.T) {
	for name, next := range map[string]func(*Scanner) bool{"Next": (*Scanner).Next, "NextBlock": (*Scanner).NextBlock} {
		s := NewScanner(endless("General Hospital,\"Liver, or \"\"other\"\"\",Therapy A,17\r\n\n"))
		for range 100 {
			next(s)
		}
		if n := testing.AllocsPerRun(1000, func() {
			if !next(s) {
				t.Fatal(s.Err())
			}
			for i := range s.NumFields() {
				s.Field(i)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	s := NewScanner(endless("a,\"b\",c\n"))
	n := 0
	if a := testing.AllocsPerRun(10, func() {
		for range s.Records() {
			if n++; n%1000 == 0 {
				break
			}
		}
	}); a > 3 { // a loop's, not a record's
		t.Errorf("Records: %v allocations a thousand records", a)
	}
}

func TestRecords(t *testing.T) {
	var b bytes.Buffer
	for fields, err := range NewScanner(strings.NewReader("a,\"b\"\n\nc\nd\"\n")).Records() {
		b.Write(bytes.Join(fields, []byte("|")))
		if err != nil {
			b.WriteString(tell(err))
		}
		b.WriteByte(' ')
	}
	if got, want := b.String(), "a|b c !bare 3:9:10¶ "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestErrorText shows that an error names a place and a kind, and no cell.
func TestErrorText(t *testing.T) {
	s := NewScanner(strings.NewReader("header\nMr. Secret,Secret \"disease\",5\n"))
	for s.Next() {
	}
	const want = "csvfast: record 2 at byte 7, near byte 25: a quote in a field that does not begin with one"
	if err := s.Err(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
