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

// seeds adds the files of the corpus, alone and after text that fills a block.
func seeds(add func(csv []byte)) {
	for _, tt := range corpus {
		add([]byte(tt.csv))
		add([]byte(strings.Repeat("-", blockSize-2) + "\n" + tt.csv))
		add([]byte("\"" + strings.Repeat("\n", blockSize-3) + "\"," + tt.csv))
	}
}

// FuzzEncodingCSV compares the Scanner with encoding/csv, with any separator below 0x80: both must
// find the same records, and refuse the same ones for the same reason.
//
// Permitted differences: a byte order mark is passed over, and "\r\n" inside quotes stays. After a
// bad record encoding/csv continues where it noticed the damage. So it starts anew where the
// Scanner continues. (The fuzzer makes no record that reaches the limit.)
func FuzzEncodingCSV(f *testing.F) {
	seeds(func(csv []byte) {
		f.Add(csv, byte(','))
		f.Add(withComma(csv, ';'), byte(';'))
	})
	f.Fuzz(func(t *testing.T, data []byte, comma byte) {
		if comma == 0 || comma == '"' || comma == '\r' || comma == '\n' || comma >= 0x80 {
			return // encoding/csv's separators are characters
		}
		newReader := func(data []byte) *csv.Reader {
			r := csv.NewReader(bytes.NewReader(data))
			r.Comma, r.FieldsPerRecord = rune(comma), -1
			return r
		}
		if bytes.Contains(data, []byte("\ufeff\"")) {
			return // FuzzRecovery has them
		}
		theirs := newReader(bytes.TrimPrefix(data, byteOrderMark))
		ours := NewScanner(bytes.NewReader(data))
		ours.Comma = comma
		for n := int64(1); ; n++ {
			want, err := theirs.Read()
			ok := ours.Next()
			if err == io.EOF {
				if ok || ours.Err() != nil {
					t.Fatalf("record %d behind the end, or %v", n, ours.Err())
				}
				return
			}
			if ok != (err == nil) {
				t.Fatalf("record %d: %v, encoding/csv: %v", n, ours.Err(), err)
			}
			if err != nil {
				e := ours.Err().(*Error)
				if errors.Is(e, ErrBareQuote) != errors.Is(err, csv.ErrBareQuote) || errors.Is(e, ErrQuote) != errors.Is(err, csv.ErrQuote) {
					t.Fatalf("record %d: %v, encoding/csv: %v", n, e, err)
				}
				if e.Record != n || !ours.SkipBad() {
					t.Fatalf("record %d: %v", n, e)
				}
				_, behind, _ := bytes.Cut(data[e.Offset:], []byte("\n"))
				theirs = newReader(behind)
				continue
			}
			if ours.Record() != n || ours.NumFields() != len(want) {
				t.Fatalf("record %d has number %d and %d fields, encoding/csv: %q", n, ours.Record(), ours.NumFields(), want)
			}
			for i := range want {
				if got := strings.ReplaceAll(string(ours.Field(i)), "\r\n", "\n"); got != want[i] {
					t.Fatalf("record %d: %q, encoding/csv: %q", n, got, want[i])
				}
			}
		}
	})
}

// FuzzVariants compares every kernel with scanBytes, position by position.
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
		// Whole blocks, and the bytes before and after them.
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

// FuzzRecovery compares the Scanner with the model on files that may be damaged: with any separator
// and limit, all kernels, Next and NextBlock, reads of any size, and a caller who rejects records
// that do not have width fields. There are no permitted differences.
func FuzzRecovery(f *testing.F) {
	seeds(func(csv []byte) { f.Add(csv, byte(','), 0, 3, uint64(1)) })
	f.Add([]byte("abc\nabcd\n\"a\"b"), byte(';'), 3, 0, uint64(1))
	r := rand.New(rand.NewPCG(4, 4))
	for range 20 {
		f.Add(damagedLines(r, 20), byte(','), 20, 2, uint64(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, comma byte, limit, width int, seed uint64) {
		if comma == 0 || comma == '"' || comma == '\r' || comma == '\n' {
			return
		}
		for _, v := range variants() {
			sameAsModel(t, v.scan, data, comma, limit, width, rand.New(rand.NewPCG(seed, seed)))
		}
	})
}

// FuzzAppendUnquoted unquotes what it has quoted, and compares with encoding/csv which fields are
// bad. (Permitted difference: a separator or line end would end the field for encoding/csv.)
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
