package json

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAppendString(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", `""`},
		{"plain", `"plain"`},
		{`a"b\c/`, `"a\"b\\c/"`},
		{"\b\f\n\r\t", `"\b\f\n\r\t"`},
		{"\x00\x1f\x7f", "\"\\u0000\\u001f\x7f\""},
		{"é日🏥<>&", `"é日🏥<>&"`},
		{"\u2028\ufffd", "\"\u2028\ufffd\""},
		{"a\xffb\xe6\x97", `"a\ufffdb\ufffd\ufffd"`},
		{"\xed\xa0\x80", `"\ufffd\ufffd\ufffd"`},
	} {
		if got := string(AppendString([]byte("x"), test.text)); got != "x"+test.want {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
		if got := string(AppendString(nil, []byte(test.text))); got != test.want {
			t.Errorf("%q as bytes: %s, want %s", test.text, got, test.want)
		}
	}
}

// Every length, with every kind of byte at every place.
func TestAppendEscapedEverywhere(t *testing.T) {
	for n := range 40 {
		for at := range n {
			for _, c := range []byte{0, 0x1f, ' ', '!', '"', '#', '[', '\\', ']', 0x7f, 0x80, 0xa2, 0xdc, 0xff} {
				text := strings.Repeat("x", at) + string([]byte{c}) + strings.Repeat("y", n-at-1)
				got, valid := AppendEscaped(nil, text)
				var back string
				if err := json.Unmarshal([]byte(`"`+string(got)+`"`), &back); err != nil ||
					back != strings.ToValidUTF8(text, "\ufffd") || valid != (c < 0x80) {
					t.Fatalf("%q: %q, %v, %v", text, got, valid, err)
				}
			}
		}
	}
}

func TestAppendStringAllocs(t *testing.T) {
	buf := make([]byte, 0, 256)
	text := "Général \"Hospital\"\n日本\xff"
	raw := []byte(text)
	if n := testing.AllocsPerRun(100, func() { buf = AppendString(AppendString(buf[:0], text), raw) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzAppendString: encoding/json reads back the string that was written, with invalid UTF-8
// replaced as encoding/json does. It also writes the same, except for U+2028 and U+2029.
func FuzzAppendString(f *testing.F) {
	for _, text := range []string{"", "a\"\\\x00\xff", "é\u2028<&>", strings.Repeat("日本", 40)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ours := AppendString(nil, text)
		var back string
		if err := json.Unmarshal(ours, &back); err != nil || back != strings.ToValidUTF8(text, "\ufffd") && utf8.ValidString(text) {
			t.Fatalf("%q: %s, %v", text, ours, err)
		}
		var theirs bytes.Buffer
		e := json.NewEncoder(&theirs)
		e.SetEscapeHTML(false)
		if err := e.Encode(text); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(text, "\u2028\u2029") {
			return // encoding/json escapes these for JavaScript
		}
		if want := strings.TrimSuffix(theirs.String(), "\n"); string(ours) != want {
			t.Fatalf("%q:\nours   %s\ntheirs %s", text, ours, want)
		}
		s := NewScanner(ours)
		if got := string(s.Text()); got != back || s.End() != nil {
			t.Fatalf("%q: read back as %q, %v", text, got, s.End())
		}
	})
}
