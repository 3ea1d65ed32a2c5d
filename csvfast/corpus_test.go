package csvfast

import (
	"errors"
	"strconv"
	"strings"
	"testing"
)

// corpus is what every variant must find in some files. A value ends with '|', the last one of a
// record with '¶'. A bad record is written as !kind number:offset:at¶, as in Error.
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
	{"bad in the second line of a field", "\"a\nb\"c\nd\n", "!quote 1:0:4¶!bare 2:3:4¶d¶"},
	{"the damage is local", "a,b\nc,d\"e\nf,g\n\"h\"i,j\nk,l\n", "a|b¶!bare 2:4:7¶f|g¶!quote 4:14:16¶k|l¶"},
	{"one bad record after another", "\"a\"b\n\"c\"d\n", "!quote 1:0:2¶!quote 2:5:7¶"},
	{"bad before a block of text", "\"q\"\n\"a\"" + strings.Repeat("x", 130) + "\nd\n", "q¶!quote 2:4:6¶d¶"},
	{"blank lines have no number", "\n\na\n\nb\"\n", "a¶!bare 2:5:6¶"},

	{"open quote", "a\n\"b,c\nd\n", "a¶!quote 2:2:2¶d¶"},
	{"open quote, empty", "\"", "!quote 1:0:0¶"},
	{"open quote, doubled", "\"a\"\"", "!quote 1:0:0¶"},
	{"open quote behind a record", "a,b\nc,\"", "a|b¶!quote 2:4:6¶"},
	{"open quote in the last line", "a,b\n\"c,\"\"d", "a|b¶!quote 2:4:4¶"},
	{"open quote, line by line", "\"a\nb,c\n\nd\n", "!quote 1:0:0¶b|c¶d¶"},
	{"open quotes, one after another", "\"a\n\"b\n\"c\n", "!quote 1:0:3¶!quote 2:3:6¶!quote 3:6:6¶"},
	{"open quote up to the next quote", "\"a\nb\nc,\"d\"\ne\n", "!quote 1:0:7¶b¶c|d¶e¶"},
	{"open quote before a quoted line", "a,\"b\n\"c\",d\ne\n", "!quote 1:0:5¶c|d¶e¶"},
	{"a lost line may be a line break only", "\"\n\"x\ny\n", "!quote 1:0:2¶!quote 2:2:2¶y¶"},

	{"byte order mark", "\xef\xbb\xbfa,b\n", "a|b¶"},
	{"byte order mark and quotes", "\xef\xbb\xbf\"a\",b\n", "a|b¶"},
	{"byte order mark only", "\xef\xbb\xbf", ""},
	{"two byte order marks", "\xef\xbb\xbf\xef\xbb\xbfa\n", "\xef\xbb\xbfa¶"},
	{"part of a byte order mark", "\xef\xbb", "\xef\xbb¶"},
	{"byte order mark, quotes and a bad quote", "\xef\xbb\xbf\"a\"b\nc\n", "!quote 1:3:5¶c¶"},
	{"two byte order marks and quotes", "\xef\xbb\xbf\xef\xbb\xbf\"a\"\n", "a¶"},
	{"three byte order marks and quotes", "\xef\xbb\xbf\xef\xbb\xbf\xef\xbb\xbf\"a\"\n", "!bare 1:3:9¶"},

	{"mark in a later line", "a\n\xef\xbb\xbfb\n", "a¶\xef\xbb\xbfb¶"},
	{"mark in a later line, quotes", "a\n\xef\xbb\xbf\"b\",c\nd\n", "a¶b|c¶d¶"},
	{"mark in a later line, quotes and a line break", "a\n\xef\xbb\xbf\"b\nc\"\n", "a¶b\nc¶"},
	{"mark in a later line, quotes and a bad quote", "a\n\xef\xbb\xbf\"b\"c\nd\n", "a¶!quote 2:5:7¶d¶"},
	{"mark in a later line, open quote", "a\n\xef\xbb\xbf\"", "a¶!quote 2:5:5¶"},
	{"mark in a later line, quotes behind a space", "a\n\xef\xbb\xbf \"b\"\n", "a¶!bare 2:2:6¶"},
	{"mark in the last line", "a\n\xef\xbb\xbf", "a¶\xef\xbb\xbf¶"},
	{"mark alone in a line", "a\n\xef\xbb\xbf\nb\n", "a¶\xef\xbb\xbf¶b¶"},
	{"mark in every line", "\xef\xbb\xbf\"a\"\r\n\xef\xbb\xbf\"b\"\r\n\xef\xbb\xbf\"c\"", "a¶b¶c¶"},
	{"mark behind a blank line", "a\n\n\xef\xbb\xbf\"b\"\n", "a¶b¶"},
	{"mark behind a bad record", "a\"\n\xef\xbb\xbf\"b\"\n", "!bare 1:0:1¶b¶"},
	{"mark in a line of a bad record", "\"a\n\xef\xbb\xbf\"b\"\n", "!quote 1:0:6¶b¶"},
	{"mark in quotes", "\"a\n\xef\xbb\xbf\"\n", "a\n\xef\xbb\xbf¶"},
	{"mark in a later field", "a,\xef\xbb\xbf\"b\"\n", "!bare 1:0:5¶"},
	{"mark behind a CR", "a\r\xef\xbb\xbf\"b\"\n", "!bare 1:0:5¶"},
	{"two marks in a later line", "a\n\xef\xbb\xbf\xef\xbb\xbf\"b\"\n", "a¶!bare 2:2:8¶"},
	{"part of a mark", "a\n\xbb\xbf\"b\"\n", "a¶!bare 2:2:4¶"},
	{"byte order mark and a bad quote", "\xef\xbb\xbfa\"\nb\n", "!bare 1:3:4¶b¶"},

	// ',' ^ '-' is 1: a test for zero that borrows takes "-" for a comma. The same goes for '\n'
	// and '\v', '"' and '#'.
	{"neighbours of what is looked for", ",-\n\v,-,-\n\"#\"\n", "|-¶\v|-|-¶#¶"},
	{"neighbours, eight in a word", ",-,-,-,-,-,-,-\n", "|-|-|-|-|-|-|-¶"},
	{"bytes that differ in the top bit only", "\xac\x8a\xa2,\xac\n", "\xac\x8a\xa2|\xac¶"},
	{"a block of commas", strings.Repeat(",", 64) + "\n", strings.Repeat("|", 64) + "¶"},
	{"a block of line ends", strings.Repeat("\n", 64) + "a\n", "a¶"},
	{"a block of quotes", strings.Repeat(`"`, 64) + "\n", strings.Repeat(`"`, 31) + "¶"},
	{"blocks inside quotes", `"` + strings.Repeat("a,\n", 60) + "\",b\nc\n", strings.Repeat("a,\n", 60) + "|b¶c¶"},
}

func tell(err error) string {
	e := err.(*Error)
	kind := map[error]string{ErrBareQuote: "bare", ErrQuote: "quote", ErrRecordTooLong: "long"}[e.Err]
	if kind == "" {
		kind = e.Err.Error()
	}
	return "!" + kind + " " + strconv.FormatInt(e.Record, 10) + ":" + strconv.FormatInt(e.Offset, 10) + ":" + strconv.FormatInt(e.At, 10) + "¶"
}

// onEach runs a test with each kernel that this machine can run, by name.
func onEach(t *testing.T, test func(t *testing.T, scan kernel)) {
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) { test(t, v.scan) })
	}
}

// scannerOf returns a Scanner with the given kernel.
func scannerOf(scan kernel, csv string) *Scanner {
	s := NewScanner(strings.NewReader(csv))
	s.scan = scan
	return s
}

// TestModel compares the model with the corpus: two descriptions of the same grammar.
func TestModel(t *testing.T) {
	for _, tt := range corpus {
		if got := (model{[]byte(tt.csv), ',', DefaultMaxRecord, unless(0)}).read(); got != tt.want {
			t.Errorf("%s: %q\n got %q\nwant %q", tt.name, tt.csv, got, tt.want)
		}
	}
}

// TestVariants compares every kernel with the corpus, with every separator. A record of any length
// up to two blocks before it makes everything happen everywhere in a block.
func TestVariants(t *testing.T) {
	onEach(t, func(t *testing.T, scan kernel) {
		for _, tt := range corpus {
			for way, next := range ways {
				for _, comma := range commas {
					if comma != ',' && strings.IndexByte(tt.csv, comma) >= 0 {
						continue
					}
					csv, want := string(withComma([]byte(tt.csv), comma)), string(withComma([]byte(tt.want), comma))
					if comma == 0 {
						csv, want = tt.csv, tt.want // because ',' is the default
					}
					s := scannerOf(scan, csv)
					s.Comma = comma
					if got := readAll(s, next, unless(0)); got != want {
						t.Errorf("%s, %s: %q\n got %q\nwant %q", tt.name, way, csv, got, want)
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
				// Count from the next record on.
				s.number, s.base = s.number-1, s.base-int64(n+1)
				if s.stop != nil {
					s.stop.Offset -= int64(n + 1)
					s.stop.At -= int64(n + 1)
				}
				if got := readAll(s, withNext, unless(0)); got != tt.want {
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

// TestBadComma uses separators that have another meaning. The first call returns an error.
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
