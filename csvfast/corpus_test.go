package csvfast

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
)

// corpus is what every variant must make of its inputs: values end with '|' or, the last of
// a record, with '¶'. A record that was refused is its kind, number, offset and the offset
// of the byte at fault; if scanning could not go on behind it, "end" follows.
var corpus = []struct{ name, csv, want string }{
	{"nothing", "", ""},
	{"one field", "a\n", "a¶"},
	{"two records", "a,b\nc,d\n", "a|b¶c|d¶"},
	{"no last line end", "a,b\nc,d", "a|b¶c|d¶"},
	{"empty fields", ",\n,,\n", "|¶||¶"},
	{"empty field at the end of the file", "a,", "a|¶"},
	{"ragged", "a\nb,c\nd,e,f\n", "a¶b|c¶d|e|f¶"},
	{"spaces stay", " a , b \n", " a | b ¶"},
	{"any byte", "\x00\xff\x80\xac\x8a\xa2,\x01\n", "\x00\xff\x80\xac\x8a\xa2|\x01¶"},

	{"CRLF", "a,b\r\nc,d\r\n", "a|b¶c|d¶"},
	{"CR is data", "a\rb,\r,c\r\n", "a\rb|\r|c¶"},
	{"two CR, one is data", "a\r\r\n", "a\r¶"},
	{"CR at the end of the file", "a,b\r", "a|b¶"},
	{"two CR at the end of the file", "a\r\r", "a\r¶"},
	{"CRLF mixed with LF", "a\r\nb\nc\r\n", "a¶b¶c¶"},

	{"blank lines", "\n\na\n\n\r\nb\n\n", "a¶b¶"},
	{"blank lines only", "\n\r\n\n", ""},
	{"CR only", "\r", ""},
	{"CR, CR and LF are a record", "\r\r\n", "\r¶"},
	{"an empty quoted field is no blank line", "\"\"\n\"\"", "¶¶"},

	{"quotes", `"a","b"` + "\n", "a|b¶"},
	{"quotes around some", `a,"b",c` + "\n", "a|b|c¶"},
	{"comma in quotes", `"a,b",c` + "\n", "a,b|c¶"},
	{"line end in quotes", "\"a\nb\",c\n", "a\nb|c¶"},
	{"CRLF in quotes stays", "\"a\r\nb\",c\r\n", "a\r\nb|c¶"},
	{"blank line in quotes stays", "\"\n\n\"\n", "\n\n¶"},
	{"doubled quotes", `"a""b","""",""""""` + "\n", `a"b|"|""¶`},
	{"doubled quotes at the ends", `"""a""","b"""` + "\n", `"a"|b"¶`},
	{"empty in quotes", `"","",""` + "\n", "||¶"},
	{"quotes, no last line end", `a,"b"`, "a|b¶"},
	{"quotes, CR at the end of the file", "a,\"b\"\r", "a|b¶"},
	{"quotes, CRLF", "\"a\",\"b\"\r\n\"c\"\r\n", "a|b¶c¶"},
	{"a whole record in quotes", "\"x,y\nz,\"\"\n\"\n", "x,y\nz,\"\n¶"},

	{"bare quote", "a\"b,c\nd\n", "!bare 1:0:1¶d¶"},
	{"bare quote at the end of a field", "a,b\"\nc\n", "!bare 1:0:3¶c¶"},
	{"bare quote behind a space", "a, \"b\"\nc\n", "!bare 1:0:3¶c¶"},
	{"bare quotes, twice", "a\"\"b\nc\n", "!bare 1:0:1¶c¶"},
	{"bare quote behind a CR", "\r\"a\"\nb\n", "!bare 1:0:1¶b¶"},
	{"bare quote in the last line", "a\nb\"", "a¶!bare 2:2:3¶"},
	{"what follows a bare quote is skipped", "a\"b\",\"c\nd\",e\n\"f\"\n", "!bare 1:0:1¶!bare 2:8:9¶f¶"},
	{"behind a closing quote", `"a"b,c` + "\nd\n", "!quote 1:0:2¶d¶"},
	{"space behind a closing quote", `"a" ,b` + "\nd\n", "!quote 1:0:2¶d¶"},
	{"CR behind a closing quote", "\"a\"\rx\nd\n", "!quote 1:0:2¶d¶"},
	{"CR and comma behind a closing quote", "\"a\"\r,b\nd\n", "!quote 1:0:2¶d¶"},
	{"two CR behind a closing quote", "\"a\"\r\r\nd\n", "!quote 1:0:2¶d¶"},
	{"two CR behind a closing quote, end of file", "\"a\"\r\r", "!quote 1:0:2¶"},
	{"behind two quotes", "\"\"x\n", "!quote 1:0:1¶"},
	{"bad in the second line of a field", "\"a\nb\"c\nd\n", "!quote 1:0:4¶d¶"},
	{"the damage is local", "a,b\nc,d\"e\nf,g\n\"h\"i,j\nk,l\n", "a|b¶!bare 2:4:7¶f|g¶!quote 4:14:16¶k|l¶"},
	{"one bad record after another", "\"a\"b\n\"c\"d\n", "!quote 1:0:2¶!quote 2:5:7¶"},
	{"blank lines have no number", "\n\na\n\nb\"\n", "a¶!bare 2:5:6¶"},

	{"open quote", "a\n\"b,c\nd\n", "a¶!quote 2:2:2¶end"},
	{"open quote, empty", "\"", "!quote 1:0:0¶end"},
	{"open quote, doubled", "\"a\"\"", "!quote 1:0:0¶end"},
	{"open quote behind a record", "a,b\nc,\"", "a|b¶!quote 2:4:4¶end"},

	{"byte order mark", "\xef\xbb\xbfa,b\n", "a|b¶"},
	{"byte order mark and quotes", "\xef\xbb\xbf\"a\",b\n", "a|b¶"},
	{"byte order mark only", "\xef\xbb\xbf", ""},
	{"two byte order marks", "\xef\xbb\xbf\xef\xbb\xbfa\n", "\xef\xbb\xbfa¶"},
	{"part of a byte order mark", "\xef\xbb", "\xef\xbb¶"},
	{"byte order mark inside", "a\n\xef\xbb\xbfb\n", "a¶\xef\xbb\xbfb¶"},
	{"byte order mark and a bad quote", "\xef\xbb\xbfa\"\nb\n", "!bare 1:3:4¶b¶"},

	// ',' ^ '-' is 1: a zero test that borrows sees a comma in it. So with '\n' and 0x0b,
	// '"' and '#'.
	{"neighbours of what is looked for", ",-\n\v,-,-\n\"#\"\n", "|-¶\v|-|-¶#¶"},
	{"neighbours, eight in a word", ",-,-,-,-,-,-,-\n", "|-|-|-|-|-|-|-¶"},
	{"bytes that differ in the top bit only", "\xac\x8a\xa2,\xac\n", "\xac\x8a\xa2|\xac¶"},
	{"a block of commas", strings.Repeat(",", 64) + "\n", strings.Repeat("|", 64) + "¶"},
	{"a block of line ends", strings.Repeat("\n", 64) + "a\n", "a¶"},
	{"a block of quotes", strings.Repeat(`"`, 64) + "\n", strings.Repeat(`"`, 31) + "¶"},
	{"blocks inside quotes", `"` + strings.Repeat("a,\n", 60) + "\",b\nc\n", strings.Repeat("a,\n", 60) + "|b¶c¶"},
}

// rest goes on behind bad records for as long as it can, and tells all in the corpus's words.
func rest(s *Scanner, next func(*Scanner, *strings.Builder) bool) string {
	var b strings.Builder
	for {
		for next(s, &b) {
		}
		err := s.Err()
		if err == nil {
			return b.String()
		}
		b.WriteString(tell(err))
		if !s.SkipBad() {
			return b.String() + "end"
		}
	}
}

func tell(err error) string {
	e := err.(*Error)
	kind := map[error]string{ErrBareQuote: "bare", ErrQuote: "quote", ErrRecordTooLong: "long"}[e.Err]
	if kind == "" {
		kind = e.Err.Error()
	}
	return "!" + kind + " " + strconv.FormatInt(e.Record, 10) + ":" + strconv.FormatInt(e.Offset, 10) + ":" + strconv.FormatInt(e.At, 10) + "¶"
}

func byRecord(s *Scanner, b *strings.Builder) bool {
	if !s.Next() {
		return false
	}
	for i := range s.NumFields() {
		if i > 0 {
			b.WriteByte('|')
		}
		b.Write(s.Field(i))
	}
	b.WriteString("¶")
	return true
}

// byBlock cuts a block into records, as whoever uses NextBlock would, and holds the promises
// made about it against it.
func byBlock(s *Scanner, b *strings.Builder) bool {
	before := s.Record()
	if !s.NextBlock() {
		return false
	}
	k := s.Block()
	if cap(k.Data) < len(k.Data)+Pad || int(k.Ends[len(k.Ends)-1]) != len(k.Data)-1 || k.Data[len(k.Data)-1] != '\n' {
		panic("a block without its end")
	}
	if k.Record != before+1 {
		panic("a block with a wrong number")
	}
	start, fields, records := 0, 0, int64(0)
	for _, end := range k.Ends {
		raw := k.Data[start:end]
		last := k.Data[end] == '\n'
		if last {
			raw = bytes.TrimSuffix(raw, []byte("\r"))
		}
		start = int(end) + 1
		if last && fields == 0 && len(raw) == 0 {
			continue
		}
		value, err := AppendUnquoted(nil, raw)
		if err != nil {
			panic("a block with a bad field")
		}
		b.Write(value)
		fields++
		if !last {
			b.WriteByte('|')
			continue
		}
		b.WriteString("¶")
		fields = 0
		records++
	}
	if s.Record() != before+records {
		panic("records miscounted")
	}
	return true
}

// byTurns takes records and blocks by turns.
func byTurns() func(*Scanner, *strings.Builder) bool {
	n := 0
	return func(s *Scanner, b *strings.Builder) bool {
		if n++; n%3 == 0 {
			return byBlock(s, b)
		}
		return byRecord(s, b)
	}
}

// names of all the kernels there are, here or elsewhere.
var names = []string{"generic", "avx2", "avx512", "neon"}

// onEach runs a test with each kernel, by name.
func onEach(t *testing.T, test func(t *testing.T, scan kernel)) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			for _, v := range variants() {
				if v.name == name {
					test(t, v.scan)
					return
				}
			}
			t.Skip("this machine or this build has no " + name)
		})
	}
}

// scannerOf scans with a given kernel.
func scannerOf(scan kernel, csv string) *Scanner {
	s := NewScanner(strings.NewReader(csv))
	s.scan = scan
	return s
}

// TestVariants holds every kernel against the corpus, with a record before it of every
// length up to two blocks, so that everything happens everywhere in a block.
func TestVariants(t *testing.T) {
	onEach(t, func(t *testing.T, scan kernel) {
		for _, tt := range corpus {
			for name, next := range map[string]func(*Scanner, *strings.Builder) bool{"records": byRecord, "blocks": byBlock, "by turns": byTurns()} {
				for _, comma := range commas {
					if comma != ',' && strings.IndexByte(tt.csv, comma) >= 0 {
						continue
					}
					csv, want := string(withComma([]byte(tt.csv), comma)), string(withComma([]byte(tt.want), comma))
					s := scannerOf(scan, csv)
					s.Comma = comma
					if comma == 0 {
						csv, want = tt.csv, tt.want // because ',' is the default
						s = scannerOf(scan, csv)
					}
					if got := rest(s, next); got != want {
						t.Errorf("%s, %s: %q\n got %q\nwant %q", tt.name, name, csv, got, want)
					}
				}
			}
			if strings.HasPrefix(tt.csv, "\xef\xbb") {
				continue
			}
			for n := 1; n <= 2*blockSize; n++ {
				s := scannerOf(scan, strings.Repeat("-", n)+"\n"+tt.csv)
				if !s.Next() {
					t.Fatal(s.Err())
				}
				// What follows must look as if it came first.
				s.number, s.base = s.number-1, s.base-int64(n+1)
				if s.stop != nil {
					s.stop.Offset -= int64(n + 1)
					s.stop.At -= int64(n + 1)
				}
				if got := rest(s, byRecord); got != tt.want {
					t.Errorf("%s, behind %d bytes: %q\n got %q\nwant %q", tt.name, n+1, tt.csv, got, tt.want)
				}
			}
		}
	})
}

func TestKinds(t *testing.T) {
	for _, tt := range []struct {
		csv  string
		kind error
	}{{"a\"", ErrBareQuote}, {"\"a\"b", ErrQuote}, {"\"a", ErrQuote}} {
		s := NewScanner(strings.NewReader(tt.csv))
		if s.Next() || !errors.Is(s.Err(), tt.kind) {
			t.Errorf("%q: %v, want %v", tt.csv, s.Err(), tt.kind)
		}
	}
}

// A separator that the grammar needs for itself is an error, at the first call.
func TestBadComma(t *testing.T) {
	for _, comma := range []byte{'"', '\r', '\n'} {
		for name, next := range map[string]func(*Scanner) bool{"Next": (*Scanner).Next, "NextBlock": (*Scanner).NextBlock} {
			s := NewScanner(strings.NewReader("a,b\n"))
			s.Comma = comma
			if next(s) || !errors.Is(s.Err(), ErrComma) || s.SkipBad() || next(s) {
				t.Errorf("%s, separator %q: %v", name, comma, s.Err())
			}
		}
	}
}
