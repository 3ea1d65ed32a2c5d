package csvfast

import (
	"errors"
	"testing"
)

func TestAppendUnquoted(t *testing.T) {
	for _, tt := range []struct {
		raw, want string
		err       error
	}{
		{``, ``, nil},
		{`a`, `a`, nil},
		{` a `, ` a `, nil},
		{"a\r", "a\r", nil},
		{`""`, ``, nil},
		{`"a"`, `a`, nil},
		{`"a,b"`, `a,b`, nil},
		{"\"a\r\nb\"", "a\r\nb", nil},
		{`"a""b"`, `a"b`, nil},
		{`""""`, `"`, nil},
		{`"""a"""`, `"a"`, nil},
		{`"a""""b""c"`, `a""b"c`, nil},
		{`a"`, ``, ErrBareQuote},
		{` "a"`, ``, ErrBareQuote},
		{`"`, ``, ErrQuote},
		{`"a`, ``, ErrQuote},
		{`"""`, ``, ErrQuote},
		{`"a"b`, ``, ErrQuote},
		{`"a" `, ``, ErrQuote},
		{`""a"`, ``, ErrQuote},
		{"\"a\"\r", ``, ErrQuote},
		{`"a""b"c`, ``, ErrQuote},
	} {
		got, err := AppendUnquoted([]byte("dst "), []byte(tt.raw))
		if string(got) != "dst "+tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%q: %q, %v, want %q, %v", tt.raw, got, err, "dst "+tt.want, tt.err)
		}
		if err == nil && tt.raw != "" && tt.raw[0] == '"' {
			inside := []byte(tt.raw[1 : len(tt.raw)-1])
			if got := inside[:undouble(inside)]; string(got) != tt.want {
				t.Errorf("in place, %q: %q, want %q", tt.raw, got, tt.want)
			}
		}
	}
}
