package csvfast

import (
	"bytes"
	"encoding/csv"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestQuick(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for it := 0; it < 60000; it++ {
		n := r.IntN(200)
		alpha := "abc,,\n\n\"\"\"\r- "
		if it%2 == 0 {
			alpha = "a,\n\""
		}
		b := make([]byte, n)
		for i := range b {
			b[i] = alpha[r.IntN(len(alpha))]
		}
		quickCompare(t, b)
	}
}
func quickCompare(t *testing.T, b []byte) {
	s := NewScanner(bytes.NewReader(b))
	c := csv.NewReader(bytes.NewReader(b))
	c.FieldsPerRecord = -1
	for {
		want, werr := c.Read()
		ok := s.Next()
		if werr == nil != ok {
			t.Fatalf("%q: %v %v, %v", b, want, werr, s.Err())
		}
		if werr == io.EOF {
			if s.Err() != nil {
				t.Fatalf("%q: eof, %v", b, s.Err())
			}
			return
		}
		if werr != nil {
			if !s.SkipBad() {
				return
			}
			continue
		}
		if len(want) != s.NumFields() {
			t.Fatalf("%q: %q %d", b, want, s.NumFields())
		}
		for i, w := range want {
			if got := strings.ReplaceAll(string(s.Field(i)), "\r\n", "\n"); got != w {
				t.Fatalf("%q: %q %q", b, want, got)
			}
		}
	}
}
