package json

import (
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// suite returns the cases of JSONTestSuite by name.
func suite(t testing.TB) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/jsontestsuite.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]string{
		"n_structure_100000_opening_arrays": strings.Repeat("[", 100000),
		"n_structure_open_array_object":     strings.Repeat(`[{"":`, 50000) + "\n",
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, quoted, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		content, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		cases[name] = content
	}
	if len(cases) != 318 {
		t.Fatalf("%d cases", len(cases))
	}
	return cases
}

// walk takes a document value by value, and returns it in the types of encoding/json.
func walk(s *Scanner) any {
	switch s.Peek() {
	case Object:
		m := map[string]any{}
		for name := range s.Object() {
			key := string(name)
			m[key] = walk(s)
		}
		return m
	case Array:
		a := []any{}
		for range s.Array() {
			a = append(a, walk(s))
		}
		return a
	case String:
		return string(s.Text())
	case Number:
		return json.Number(s.Number())
	case Bool:
		return s.Bool()
	case Null:
		s.Null()
		return nil
	}
	s.Skip()
	return nil
}

func TestSuite(t *testing.T) {
	for name, content := range suite(t) {
		// RFC 8259 leaves the cases i_ open. We accept those that encoding/json accepts, if they
		// are UTF-8.
		want := strings.HasPrefix(name, "y_") ||
			strings.HasPrefix(name, "i_") && json.Valid([]byte(content)) && utf8.ValidString(content)
		if err := Check([]byte(content)); (err == nil) != want {
			t.Errorf("%s: skipped: %v", name, err)
		}
		s := NewScanner([]byte(content))
		walk(s)
		if err := s.End(); (err == nil) != want {
			t.Errorf("%s: walked: %v", name, err)
		}
	}
}

func TestErrors(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, test := range []struct {
		document string
		offset   int
		kind     error
	}{
		{"", 0, ErrSyntax},
		{"  ", 2, ErrSyntax},
		{"[1,]", 3, ErrSyntax},
		{"[1 2]", 3, ErrSyntax},
		{`{"a" 1}`, 5, ErrSyntax},
		{`{"a":1,}`, 7, ErrSyntax},
		{`{1:1}`, 1, ErrSyntax},
		{"nul", 3, ErrSyntax},
		{"nulx", 3, ErrSyntax},
		{"-", 1, ErrSyntax},
		{"1.", 2, ErrSyntax},
		{"01", 1, ErrSyntax},
		{"1 1", 2, ErrSyntax},
		{`"a`, 2, ErrSyntax},
		{`"\`, 2, ErrSyntax},
		{`"\u12`, 3, ErrSyntax},
		{"\"\x1f\"", 1, ErrSyntax},
		{"\"\xff\"", 1, ErrUTF8},
		{"\"\xed\xa0\x80\"", 1, ErrUTF8},
		{deep(MaxDepth), 0, nil},
		{deep(MaxDepth + 1), MaxDepth, ErrDepth},
	} {
		for _, how := range []struct {
			name string
			take func(*Scanner)
		}{{"skipped", (*Scanner).Skip}, {"walked", func(s *Scanner) { walk(s) }}} {
			s := NewScanner([]byte(test.document))
			how.take(s)
			err := s.End()
			if !errors.Is(err, test.kind) {
				t.Errorf("%q, %s: %v", test.document, how.name, err)
			}
			if e, ok := errors.AsType[*Error](err); ok && how.name == "skipped" && e.Offset != test.offset {
				t.Errorf("%q: at byte %d, want %d", test.document, e.Offset, test.offset)
			}
		}
	}
}

func TestTake(t *testing.T) {
	s := NewScanner([]byte(` {"s":"a\u00e9\ud83c\udfe5\n","n":-12,"t":true,"f":false,"z":null,"raw": [1, {"a":2}] ,"skip":{"a":[1]},"last":1.5e3} `))
	for name := range s.Object() {
		switch string(name) {
		case "s":
			if got := string(s.Text()); got != "aé🏥\n" {
				t.Errorf("text %q", got)
			}
		case "n":
			if got := s.Int(); got != -12 {
				t.Errorf("int %d", got)
			}
		case "t":
			if !s.Bool() {
				t.Error("not true")
			}
		case "f":
			if s.Null() || s.Bool() {
				t.Error("not false")
			}
		case "z":
			if !s.Null() {
				t.Error("not null")
			}
		case "raw":
			if got := string(s.Raw()); got != `[1, {"a":2}]` {
				t.Errorf("raw %s", got)
			}
		case "last":
			if got := string(s.Number()); got != "1.5e3" {
				t.Errorf("number %s", got)
			}
		}
	}
	if err := s.End(); err != nil {
		t.Error(err)
	}
}

func TestWrongTypes(t *testing.T) {
	for name, take := range map[string]func(*Scanner){
		"Object": func(s *Scanner) {
			for range s.Object() {
				t.Error("a member")
			}
		},
		"Array": func(s *Scanner) {
			for range s.Array() {
				t.Error("an element")
			}
		},
		"Text":   func(s *Scanner) { s.Text() },
		"Number": func(s *Scanner) { s.Number() },
		"Int":    func(s *Scanner) { s.Int() },
		"Bool":   func(s *Scanner) { s.Bool() },
	} {
		right := map[string]string{"Object": "{}", "Array": "[]", "Text": `""`, "Number": "1", "Int": "1", "Bool": "true"}[name]
		for _, document := range []string{"{}", "[]", `""`, "1", "true", "null"} {
			s := NewScanner([]byte(document))
			take(s)
			if err := s.End(); document == right && err != nil || document != right && !errors.Is(err, ErrType) {
				t.Errorf("%s of %s: %v", name, document, err)
			}
		}
	}
	for document, want := range map[string]int64{
		"9223372036854775807": 1<<63 - 1, "-9223372036854775808": -1 << 63, "9223372036854775808": 0, "1.0": 0, "1e3": 0,
	} {
		s := NewScanner([]byte(document))
		if got := s.Int(); got != want || (want == 0) != errors.Is(s.End(), ErrRange) {
			t.Errorf("%s: %d, %v", document, got, s.End())
		}
	}
}

// TestErrorStays: after an error no value is delivered, and every loop ends.
func TestErrorStays(t *testing.T) {
	s := NewScanner([]byte(`{"a":"x","b":[1,2],"c":true}`))
	for name := range s.Object() {
		if string(name) != "a" {
			t.Errorf("member %s", name)
		}
		s.Int()
		first := s.Err()
		if s.Text() != nil || s.Raw() != nil || s.Number() != nil || s.Bool() || s.Null() || s.Peek() != None {
			t.Error("a value after an error")
		}
		if s.Err() != first || first == nil {
			t.Errorf("%v, then %v", first, s.Err())
		}
	}
}

func TestReset(t *testing.T) {
	s := NewScanner([]byte("["))
	s.Skip()
	if s.End() == nil {
		t.Error("no error")
	}
	s.Reset([]byte(`"a\n"`))
	if got := string(s.Text()); got != "a\n" || s.End() != nil {
		t.Errorf("%q, %v", got, s.End())
	}
}

func TestAllocs(t *testing.T) {
	document := []byte(`{"a":[1,2,{"b":"text","c":"\u00e9scaped"}],"d":null,"e":{"f":-1.5e3},"g":"value"}`)
	if n := testing.AllocsPerRun(100, func() {
		if Check(document) != nil {
			t.Error("invalid")
		}
	}); n != 0 {
		t.Errorf("Check allocates %v times", n)
	}
	var s Scanner
	var length int
	if n := testing.AllocsPerRun(100, func() {
		s.Reset(document)
		for name := range s.Object() {
			if string(name) == "g" {
				length = len(s.Text())
			}
		}
		if s.End() != nil || length != 5 {
			t.Error("invalid")
		}
	}); n != 0 {
		t.Errorf("walking an object allocates %v times", n)
	}
}

// FuzzCheck: we accept exactly the documents that encoding/json accepts and that are UTF-8
// throughout. Permitted difference: those nested deeper than MaxDepth.
func FuzzCheck(f *testing.F) {
	for _, content := range suite(f) {
		if len(content) < 10000 {
			f.Add([]byte(content))
		}
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		want := json.Valid(document) && utf8.Valid(document)
		err := Check(document)
		if errors.Is(err, ErrDepth) {
			return
		}
		if (err == nil) != want {
			t.Fatalf("%q: %v", document, err)
		}
		s := NewScanner(document)
		got := walk(s)
		if walked := s.End(); (walked == nil) != want {
			t.Fatalf("%q: walked: %v", document, walked)
		}
		if !want {
			return
		}
		d := json.NewDecoder(strings.NewReader(string(document)))
		d.UseNumber()
		var theirs any
		if err := d.Decode(&theirs); err != nil {
			t.Fatal(err)
		}
		ours, _ := json.Marshal(got)
		their, _ := json.Marshal(theirs)
		if string(ours) != string(their) {
			t.Fatalf("%q:\nours   %s\ntheirs %s", document, ours, their)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	document := []byte(`{"Records":[` + strings.Repeat(`{"eventVersion":"2.1","s3":{"bucket":{"name":"b"},"object":{"key":"k","size":1024}}},`, 100) + `{}]}`)
	for _, bench := range []struct {
		name string
		f    func()
	}{
		{"ours", func() { Check(document) }},
		{"encoding/json", func() { json.Valid(document) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(document)))
			for b.Loop() {
				bench.f()
			}
		})
	}
}
