package csvfast

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// seeds are the corpus, alone and behind what fills a block.
func seeds(add func(csv []byte)) {
	for _, tt := range corpus {
		add([]byte(tt.csv))
		add([]byte(strings.Repeat("-", blockSize-2) + "\n" + tt.csv))
		add([]byte("\"" + strings.Repeat("\n", blockSize-3) + "\"," + tt.csv))
	}
}

// FuzzEncodingCSV compares the Scanner with encoding/csv, with any separator below 0x80: both find
// the same records, refuse the same ones for the same reason, and go on behind them with the same.
//
// Permitted differences: a byte order mark is skipped, "\r\n" inside quotes stays. (The fuzzer makes
// no record that reaches the limit.)
func FuzzEncodingCSV(f *testing.F) {
	seeds(func(csv []byte) {
		f.Add(csv, byte(','))
		f.Add(withComma(csv, ';'), byte(';'))
	})
	f.Fuzz(func(t *testing.T, data []byte, comma byte) {
		if comma == 0 || comma == '"' || comma == '\r' || comma == '\n' || comma >= 0x80 {
			return // encoding/csv's separators are characters
		}
		theirs := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, byteOrderMark)))
		theirs.FieldsPerRecord = -1
		theirs.Comma = rune(comma)
		ours := NewScanner(bytes.NewReader(data))
		ours.Comma = comma
		for n := int64(1); ; n++ {
			want, err := theirs.Read()
			switch ok := ours.Next(); {
			case err == io.EOF:
				if ok || ours.Err() != nil && ours.SkipBad() {
					t.Fatalf("record %d behind the end, or %v", n, ours.Err())
				}
				return
			case ok != (err == nil):
				t.Fatalf("record %d: %v, encoding/csv: %v", n, ours.Err(), err)
			case err != nil:
				if errors.Is(ours.Err(), ErrBareQuote) != errors.Is(err, csv.ErrBareQuote) || errors.Is(ours.Err(), ErrQuote) != errors.Is(err, csv.ErrQuote) {
					t.Fatalf("record %d: %v, encoding/csv: %v", n, ours.Err(), err)
				}
				if e := ours.Err().(*Error); e.Record != n || !ours.SkipBad() && e.At != e.Offset {
					t.Fatalf("record %d: %v", n, e)
				}
			default:
				if ours.Record() != n || ours.NumFields() != len(want) {
					t.Fatalf("record %d has number %d and %d fields, encoding/csv: %q", n, ours.Record(), ours.NumFields(), want)
				}
				for i := range want {
					if got := strings.ReplaceAll(string(ours.Field(i)), "\r\n", "\n"); got != want[i] {
						t.Fatalf("record %d: %q, encoding/csv: %q", n, got, want[i])
					}
				}
			}
		}
	})
}

// FuzzVariants holds every kernel against one that goes byte by byte, position for position.
func FuzzVariants(f *testing.F) {
	seeds(func(csv []byte) {
		f.Add(csv, byte(','), uint32(0), false)
		f.Add(csv, byte(','), uint32(1<<20), true)
		f.Add(withComma(csv, 0xac), byte(0xac), uint32(0), false)
	})
	f.Fuzz(func(t *testing.T, data []byte, comma byte, base uint32, inside bool) {
		if comma == '"' || comma == '\r' || comma == '\n' {
			return
		}
		// Whole blocks, and the bytes before and behind them.
		src := append([]byte{'\n'}, data...)
		for len(src) < 1+blockSize+1 || (len(src)-2)%blockSize != 0 {
			src = append(src, '\n')
		}
		for _, v := range variants() {
			sameAsBytes(t, v.scan, src, comma, base, mask(inside))
			sameAsBytes(t, v.scan, src[:len(src)-1:len(src)-1], comma, base, mask(inside)) // a block less
		}
	})
}

// FuzzPieces reads the same bytes in pieces of any size, as records and as blocks, with any
// kernel: nothing of that may be seen.
func FuzzPieces(f *testing.F) {
	seeds(func(csv []byte) { f.Add(csv, uint64(1), 10, 0) })
	f.Add([]byte("abc\nabcd\n\"a\"b"), uint64(1), 1, 3)
	f.Fuzz(func(t *testing.T, data []byte, seed uint64, size, maxRecord int) {
		if size < 1 {
			return
		}
		whole := NewScanner(bytes.NewReader(data))
		whole.MaxRecord, whole.scan = maxRecord, scanBytes
		want := rest(whole, byRecord)
		for _, v := range variants() {
			for name, next := range map[string]func(*Scanner, *strings.Builder) bool{"records": byRecord, "blocks": byBlock, "by turns": byTurns()} {
				s := NewScanner(&pieces{bytes.NewReader(data), rand.New(rand.NewPCG(seed, seed)), size})
				s.MaxRecord, s.scan = maxRecord, v.scan
				if got := rest(s, next); got != want {
					t.Fatalf("%s, %s: got %q, want %q", v.name, name, got, want)
				}
			}
		}
	})
}

// FuzzAppendUnquoted reads back what it has quoted, and refuses the fields that encoding/csv
// refuses. (Alone: a comma or a line end would be taken for an end by encoding/csv.)
func FuzzAppendUnquoted(f *testing.F) {
	for _, raw := range []string{``, `a`, `"a""b"`, `"`, `a"b`, `"a"b`, "\"a\r\n\"", `""""`} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		doubled := bytes.ReplaceAll(raw, []byte(`"`), []byte(`""`))
		if got, err := AppendUnquoted(nil, []byte(`"`+string(doubled)+`"`)); err != nil || !bytes.Equal(got, raw) {
			t.Errorf("%q in quotes: %q, %v", doubled, got, err)
		}
		if bytes.ContainsAny(raw, ",\r\n") {
			return
		}
		_, err := AppendUnquoted(nil, raw)
		if _, theirs := csv.NewReader(strings.NewReader("," + string(raw))).Read(); (err == nil) != (theirs == nil) {
			t.Errorf("%q: %v, encoding/csv: %v", raw, err, theirs)
		}
	})
}
