package sigv4

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func names(r *Request) string {
	var all []string
	for _, h := range r.Header {
		all = append(all, h.Name)
	}
	return strings.Join(all, " ")
}

func TestSignReplaces(t *testing.T) {
	s := s3Signer()
	s.SessionToken = "token"
	r := &Request{Method: "GET", Path: "/k", Header: []Header{{"Host", s3Host}}}
	s.Sign(r, s3Time)
	first := slices.Clone(r.Header)
	if got, want := names(r), "Host X-Amz-Date X-Amz-Security-Token X-Amz-Content-Sha256 Authorization"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	s.Sign(r, s3Time.Add(time.Hour))
	if slices.Equal(r.Header, first) || len(r.Header) != len(first) {
		t.Errorf("an hour later: %v", r.Header)
	}
	s.Sign(r, s3Time)
	if !slices.Equal(r.Header, first) {
		t.Errorf("signed again: %v, first: %v", r.Header, first)
	}
	s.SessionToken = ""
	s.Sign(r, s3Time)
	if got, want := names(r), "Host X-Amz-Date X-Amz-Content-Sha256 Authorization"; got != want {
		t.Errorf("without a token: %s, want %s", got, want)
	}
}

// TestKeyFollows: the kept key is not used after what it was derived from has changed.
func TestKeyFollows(t *testing.T) {
	r := &Request{Method: "GET", Header: []Header{{"Host", s3Host}}}
	s := s3Signer()
	seen := make(map[string]bool)
	for _, change := range []func() time.Time{
		func() time.Time { return s3Time },
		func() time.Time { return s3Time.Add(24 * time.Hour) },
		func() time.Time { s.Region = "eu-central-1"; return s3Time },
		func() time.Time { s.Service = "dynamodb"; return s3Time },
		func() time.Time { s.SecretAccessKey = "another"; return s3Time },
	} {
		at := change()
		fresh := &Signer{Credentials: s.Credentials, Region: s.Region, Service: s.Service}
		got, want := string(s.AppendSignature(nil, r, at)), string(fresh.AppendSignature(nil, r, at))
		if got != want || seen[got] {
			t.Errorf("%s, want %s, seen before: %v", got, want, seen[got])
		}
		seen[got] = true
	}
}

func TestConcurrentUse(t *testing.T) {
	s := s3Signer()
	r := &Request{Method: "GET", Header: []Header{{"Host", s3Host}}}
	want := [2]string{}
	for i := range want {
		want[i] = string(s3Signer().AppendSignature(nil, r, s3Time.AddDate(0, 0, i)))
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 50 {
				if got := string(s.AppendSignature(nil, r, s3Time.AddDate(0, 0, i%2))); got != want[i%2] {
					t.Errorf("%s, want %s", got, want[i%2])
				}
			}
		})
	}
	wg.Wait()
}

func TestCanonicalQuery(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{"", ""},
		{"a", "a="},
		{"a=", "a="},
		{"=b", "=b"},
		{"b=1&a=2", "a=2&b=1"},
		{"a=2&a=1", "a=1&a=2"},
		{"a=1&a-=1&aa=1", "a=1&a-=1&aa=1"},
		{"A=1&a=1&B=1", "A=1&B=1&a=1"},
		{"a=b=c", "a=b%3Dc"},
		{"a=/&b=%2f&c=%2F", "a=%2F&b=%2F&c=%2F"},
		{"a=b+c&d=e%20f&g=h%2Bi", "a=b%20c&d=e%20f&g=h%2Bi"},
		{"a=%", "a=%25"},
		{"a=%4", "a=%254"},
		{"a=%zz", "a=%25zz"},
		{"a=%41", "a=A"},
		{"&&a=1&", "a=1"},
		{"a=~-._*!", "a=~-._%2A%21"},
		{"ü=é", "%C3%BC=%C3%A9"},
	} {
		if got := string(appendCanonicalQuery([]byte("?"), test.query)); got != "?"+test.want {
			t.Errorf("%s: %s, want %s", test.query, got, test.want)
		}
	}
}

func TestCanonicalHeaders(t *testing.T) {
	for _, test := range []struct {
		header       []Header
		lines, names string
	}{
		{nil, "", ""},
		{[]Header{{"B", "1"}, {"a", "2"}}, "a:2\nb:1\n", "a;b"},
		{[]Header{{"a", "1"}, {"A", "2"}, {"a", "0"}}, "a:1,2,0\n", "a"},
		{[]Header{{"a", "  x \t y  "}}, "a:x y\n", "a"},
		{[]Header{{"a", `"x   y"`}}, "a:\"x y\"\n", "a"},
		{[]Header{{"a", ""}, {"b", " "}}, "a:\nb:\n", "a;b"},
		{[]Header{{"x-amz", "1"}, {"x", "2"}}, "x:2\nx-amz:1\n", "x;x-amz"},
		{[]Header{{"Authorization", "old"}, {"host", "h"}}, "host:h\n", "host"},
	} {
		if got := string(appendCanonicalHeaders(nil, test.header)); got != test.lines {
			t.Errorf("%v: %q, want %q", test.header, got, test.lines)
		}
		if got := string(appendSignedHeaders(nil, test.header)); got != test.names {
			t.Errorf("%v: %q, want %q", test.header, got, test.names)
		}
	}
	many := make([]Header, 3*manyHeaders)
	for i := range many {
		many[i] = Header{fmt.Sprintf("h%03d", len(many)-i), "v"}
	}
	if got := strings.Split(string(appendSignedHeaders(nil, many)), ";"); !slices.IsSorted(got) || len(got) != len(many) {
		t.Errorf("%v", got)
	}
}

func TestEscape(t *testing.T) {
	for _, test := range []struct{ text, query, path string }{
		{"", "", ""},
		{"azAZ09-._~", "azAZ09-._~", "azAZ09-._~"},
		{"a/b c", "a%2Fb%20c", "a/b%20c"},
		{"!*'()", "%21%2A%27%28%29", "%21%2A%27%28%29"},
		{"ü\x00\xff", "%C3%BC%00%FF", "%C3%BC%00%FF"},
		{"100%+", "100%25%2B", "100%25%2B"},
	} {
		if got := string(AppendEscaped(nil, test.text)); got != test.query {
			t.Errorf("%q: %s, want %s", test.text, got, test.query)
		}
		if got := string(AppendEscapedPath(nil, test.text)); got != test.path {
			t.Errorf("%q: %s, want %s", test.text, got, test.path)
		}
	}
}

// TestAllocs: a string to sign takes no allocations; a signature takes only those of crypto/hmac.
func TestAllocs(t *testing.T) {
	s := s3Signer()
	r := &Request{Method: "GET", Path: "/test.txt", Header: []Header{{"Host", s3Host}, {"Range", "bytes=0-9"}, {"X-Amz-Date", "20130524T000000Z"}}}
	buf := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { buf = s.AppendStringToSign(buf[:0], r, s3Time) }); n != 0 {
		t.Errorf("AppendStringToSign allocates %v times", n)
	}
	s.AppendSignature(nil, r, s3Time)
	// crypto/hmac allocates two hashes and a value that holds them.
	if n := testing.AllocsPerRun(100, func() { buf = s.AppendAuthorization(buf[:0], r, s3Time) }); n > 6 {
		t.Errorf("AppendAuthorization allocates %v times", n)
	} else {
		t.Logf("AppendAuthorization allocates %v times", n)
	}
}

// FuzzCanonicalQuery: a canonical query is its own canonical form.
func FuzzCanonicalQuery(f *testing.F) {
	for _, query := range []string{"", "b=1&a=2", "a=%2f&+=%", "ü"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		once := string(appendCanonicalQuery(nil, query))
		if twice := string(appendCanonicalQuery(nil, once)); once != twice {
			t.Errorf("%q: %s, then %s", query, once, twice)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	s := s3Signer()
	r := &Request{Method: "GET", Path: "/test.txt", Header: []Header{{"Host", s3Host}, {"Range", "bytes=0-9"}}}
	b.ReportAllocs()
	for b.Loop() {
		s.Sign(r, s3Time)
	}
}
