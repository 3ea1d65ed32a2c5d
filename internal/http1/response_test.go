package http1

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

// answers is the corpus: an answer, what it says, and whether its connection can be used again.
// § is CR LF.
var answers = []struct {
	name, method, answer string
	status               int
	length               int64
	body, trailer        string
	reusable             bool
}{
	{"length", "GET", "HTTP/1.1 200 OK§Content-Length: 4§§body", 200, 4, "body", "", true},
	{"no length but zero", "GET", "HTTP/1.1 200 OK§Content-Length: 0§§", 200, 0, "", "", true},
	{"length twice, agreeing", "GET", "HTTP/1.1 200 OK§Content-Length: 4§content-length: 4§§body", 200, 4, "body", "", true},
	{"no reason", "GET", "HTTP/1.1 200 §Content-Length: 4§§body", 200, 4, "body", "", true},
	{"no reason nor its blank", "GET", "HTTP/1.1 200§Content-Length: 4§§body", 200, 4, "body", "", true},
	{"blanks around a value", "GET", "HTTP/1.1 200 OK§Content-Length:\t 4 \t§§body", 200, 4, "body", "", true},
	{"chunks", "GET", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§4§Wiki§5§pedia§0§§", 200, -1, "Wikipedia", "", true},
	{"chunk size in capitals and zeros", "GET", "HTTP/1.1 200 OK§Transfer-Encoding: Chunked§§00A§0123456789§000§§", 200, -1, "0123456789", "", true},
	{"chunk extension", "GET", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§4;a=b;c=\"d\"§Wiki§0;e§§", 200, -1, "Wiki", "", true},
	{"trailer", "GET", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§4§Wiki§0§x-sum: 1§x-sum: 2§§", 200, -1, "Wiki", "x-sum=1 x-sum=2", true},
	{"no chunk", "GET", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§0§§", 200, -1, "", "", true},
	{"until the end", "GET", "HTTP/1.1 200 OK§§body", 200, -1, "body", "", false},
	{"HTTP/1.0", "GET", "HTTP/1.0 200 OK§Content-Length: 4§Connection: keep-alive§§body", 200, 4, "body", "", false},
	{"close", "GET", "HTTP/1.1 200 OK§Content-Length: 4§Connection: close§§body", 200, 4, "body", "", false},
	{"close in a list", "GET", "HTTP/1.1 200 OK§Content-Length: 4§Connection: foo , CLOSE§§body", 200, 4, "body", "", false},
	{"HEAD", "HEAD", "HTTP/1.1 200 OK§Content-Length: 4§§", 200, 4, "", "", true},
	{"HEAD, chunked", "HEAD", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§", 200, -1, "", "", true},
	{"204", "GET", "HTTP/1.1 204 No Content§§", 204, 0, "", "", true},
	{"204 with a length", "GET", "HTTP/1.1 204 No Content§Content-Length: 4§§", 204, 0, "", "", true},
	{"304", "GET", "HTTP/1.1 304 Not Modified§Content-Length: 4§§", 304, 4, "", "", true},
	{"CONNECT", "CONNECT", "HTTP/1.1 200 Connection established§§", 200, 0, "", "", true},
	{"CONNECT refused", "CONNECT", "HTTP/1.1 407 Auth§Content-Length: 2§§no", 407, 2, "no", "", true},
	{"interim answers", "GET", "HTTP/1.1 100 Continue§§HTTP/1.1 103 Early Hints§Link: x§§HTTP/1.1 200 OK§Content-Length: 4§§body", 200, 4, "body", "", true},
	{"something after it", "GET", "HTTP/1.1 200 OK§Content-Length: 4§§bodyHTTP/1.1 200 OK§§", 200, 4, "body", "", false},
	{"something after chunks", "GET", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§4§Wiki§0§§x", 200, -1, "Wiki", "", false},
	{"a status beyond the classes", "GET", "HTTP/1.1 999 Hm§Content-Length: 0§§", 999, 0, "", "", true},
}

var wrappers = []struct {
	name string
	wrap func(io.Reader) io.Reader
}{
	{"whole", func(r io.Reader) io.Reader { return r }},
	{"one byte", iotest.OneByteReader},
	{"half", iotest.HalfReader},
	{"data with error", iotest.DataErrReader},
}

func TestAnswers(t *testing.T) {
	for _, test := range answers {
		for _, w := range wrappers {
			t.Run(test.name+"/"+w.name, func(t *testing.T) {
				conn := NewConn(&script{Reader: w.wrap(strings.NewReader(wire(test.answer)))})
				resp, err := conn.Do(&Request{Method: test.method, Target: "/", Host: "h"})
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp)
				if err != nil {
					t.Fatal(err)
				}
				var trailer []string
				for _, f := range resp.Trailer {
					trailer = append(trailer, f.Name+"="+f.Value)
				}
				if resp.Status != test.status || resp.ContentLength != test.length || string(body) != test.body || strings.Join(trailer, " ") != test.trailer {
					t.Errorf("%d, length %d, %q, %q", resp.Status, resp.ContentLength, body, trailer)
				}
				// What follows is seen only once it has been read along.
				if w.name == "whole" && conn.Reusable() != test.reusable {
					t.Errorf("reusable: %v", conn.Reusable())
				}
			})
		}
	}
}

// An answer that is cut off at any byte is never taken for whole.
func TestCutAnswers(t *testing.T) {
	for _, test := range answers {
		answer, _, _ := strings.Cut(wire(test.answer), "HTTP/1.1 200 OK\r\n\r\nx")
		if strings.HasPrefix(test.name, "something after") || test.length < 0 && !strings.Contains(answer, "chunked") {
			continue // a part of it is whole
		}
		for i := range answer {
			conn := said(answer[:i])
			resp, err := conn.Do(&Request{Method: test.method, Target: "/", Host: "h"})
			if err == nil {
				_, err = io.ReadAll(resp)
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) || conn.Reusable() {
				t.Errorf("%s, cut at %d: %v, reusable %v", test.name, i, err, conn.Reusable())
			}
			if errors.Is(err, ErrUnanswered) != (i == 0) {
				t.Errorf("%s, cut at %d: %v", test.name, i, err)
			}
		}
	}
}

func TestRefusedAnswers(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		err          error
	}{
		{"nothing like it", "SSH-2.0-OpenSSH§", ErrMalformed},
		{"empty line first", "§HTTP/1.1 200 OK§§", ErrMalformed},
		{"HTTP/2", "HTTP/2.0 200 OK§§", ErrMalformed},
		{"HTTP/1.2", "HTTP/1.2 200 OK§§", ErrMalformed},
		{"lower case", "http/1.1 200 OK§§", ErrMalformed},
		{"status too short", "HTTP/1.1 20 OK§§", ErrMalformed},
		{"status too long", "HTTP/1.1 2000 OK§§", ErrMalformed},
		{"status below 100", "HTTP/1.1 099 OK§§", ErrMalformed},
		{"status with sign", "HTTP/1.1 +20 OK§§", ErrMalformed},
		{"two blanks", "HTTP/1.1  200 OK§§", ErrMalformed},
		{"NUL in the reason", "HTTP/1.1 200 O\x00K§§", ErrMalformed},
		{"upgrade", "HTTP/1.1 101 Switching Protocols§§", ErrMalformed},
		{"bare LF", "HTTP/1.1 200 OK\n\n", ErrMalformed},
		{"bare LF in the fields", "HTTP/1.1 200 OK§a: b\nc: d§§", ErrMalformed},
		{"bare CR in a value", "HTTP/1.1 200 OK§a: b\rc: d§§", ErrMalformed},
		{"NUL in a value", "HTTP/1.1 200 OK§a: b\x00§§", ErrMalformed},
		{"folded line", "HTTP/1.1 200 OK§a: b§ c§§", ErrMalformed},
		{"blank before the colon", "HTTP/1.1 200 OK§Content-Length : 4§§body", ErrMalformed},
		{"no colon", "HTTP/1.1 200 OK§a§§", ErrMalformed},
		{"no name", "HTTP/1.1 200 OK§: a§§", ErrMalformed},
		{"lengths that differ", "HTTP/1.1 200 OK§Content-Length: 4§Content-Length: 5§§body", ErrMalformed},
		{"list of lengths", "HTTP/1.1 200 OK§Content-Length: 4, 4§§body", ErrMalformed},
		{"length with sign", "HTTP/1.1 200 OK§Content-Length: +4§§body", ErrMalformed},
		{"negative length", "HTTP/1.1 200 OK§Content-Length: -4§§body", ErrMalformed},
		{"length in hex", "HTTP/1.1 200 OK§Content-Length: 0x4§§body", ErrMalformed},
		{"empty length", "HTTP/1.1 200 OK§Content-Length: §§body", ErrMalformed},
		{"length past int64", "HTTP/1.1 200 OK§Content-Length: 9223372036854775808§§body", ErrMalformed},
		{"length and chunks", "HTTP/1.1 200 OK§Content-Length: 4§Transfer-Encoding: chunked§§0§§", ErrMalformed},
		{"chunked twice", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§Transfer-Encoding: chunked§§0§§", ErrMalformed},
		{"a list of codings", "HTTP/1.1 200 OK§Transfer-Encoding: gzip, chunked§§0§§", ErrMalformed},
		{"identity", "HTTP/1.1 200 OK§Transfer-Encoding: identity§§body", ErrMalformed},
		{"chunks from HTTP/1.0", "HTTP/1.0 200 OK§Transfer-Encoding: chunked§§0§§", ErrMalformed},
		{"no chunk size", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§§§", ErrMalformed},
		{"chunk size with sign", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§+4§Wiki§0§§", ErrMalformed},
		{"negative chunk size", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§-4§Wiki§0§§", ErrMalformed},
		{"chunk size with prefix", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§0x4§Wiki§0§§", ErrMalformed},
		{"chunk size past int64", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§10000000000000004§Wiki§0§§", ErrMalformed},
		{"chunk size behind a blank", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§ 4§Wiki§0§§", ErrMalformed},
		{"chunk longer than its size", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§3§Wiki§0§§", ErrMalformed},
		{"chunk shorter than its size", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§5§Wiki§0§§", ErrMalformed},
		{"bare LF behind a chunk size", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§4\nWiki§0§§", ErrMalformed},
		{"bare LF behind a chunk", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§4§Wiki\n0§§", ErrMalformed},
		{"bad trailer", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§0§a b: c§§", ErrMalformed},
		{"line too long", "HTTP/1.1 200 OK§a: " + strings.Repeat("x", maxLine) + "§§", ErrTooLong},
		{"line without end", "HTTP/1.1 200 OK§a: " + strings.Repeat("x", 10*maxLine), ErrTooLong},
		{"head too long", "HTTP/1.1 200 OK§" + strings.Repeat("a: "+strings.Repeat("x", 1000)+"§", maxHead/1000+1) + "§", ErrTooLong},
		{"too many fields", "HTTP/1.1 200 OK§" + strings.Repeat("a: b§", maxFields+1) + "§", ErrTooLong},
		{"trailer too long", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§0§" + strings.Repeat("a: b§", maxFields+1) + "§", ErrTooLong},
		{"chunk extension too long", "HTTP/1.1 200 OK§Transfer-Encoding: chunked§§4;" + strings.Repeat("x", maxLine) + "§Wiki§0§§", ErrTooLong},
		{"interim answers without end", strings.Repeat("HTTP/1.1 102 Processing§§", 100), ErrTooLong},
	} {
		for _, w := range wrappers {
			conn := NewConn(&script{Reader: w.wrap(strings.NewReader(wire(test.answer)))})
			resp, err := conn.Do(get())
			if err == nil {
				_, err = io.ReadAll(resp)
				if _, again := resp.Read(make([]byte, 1)); again != err {
					t.Errorf("%s: %v, then %v", test.name, err, again)
				}
			}
			if !errors.Is(err, test.err) || conn.Reusable() {
				t.Errorf("%s, %s: %v, reusable %v", test.name, w.name, err, conn.Reusable())
			}
		}
	}
}

// An answer exactly at the limits is accepted.
func TestLimits(t *testing.T) {
	long := strings.Repeat("x", maxLine-len("a: \r\n"))
	resp, err := said("HTTP/1.1 200 OK\r\na: " + long + "\r\n" + strings.Repeat("b: c\r\n", maxFields-2) + "Content-Length: 0\r\n\r\n").Do(get())
	if err != nil || resp.Header.Get("A") != long || len(resp.Header) != maxFields {
		t.Error(err)
	}
}

func TestHeader(t *testing.T) {
	h := Header{{"Set-Cookie", "a"}, {"ETag", "x"}, {"set-cookie", "b"}}
	if got := h.Get("SET-COOKIE"); got != "a" {
		t.Error(got)
	}
	if got := h.Get("none"); got != "" {
		t.Error(got)
	}
}

// The answers of net/http's server are understood.
func TestAgainstNetHTTP(t *testing.T) {
	for _, test := range []struct {
		name  string
		serve http.HandlerFunc
		body  string
	}{
		{"length", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "body") }, "body"},
		{"chunks", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X-Sum")
			for i := range 100 {
				io.WriteString(w, strconv.Itoa(i%10))
				w.(http.Flusher).Flush()
			}
			w.Header().Set("X-Sum", "450")
		}, strings.Repeat("0123456789", 10)},
		{"large", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, strings.Repeat("x", 1<<20)) }, strings.Repeat("x", 1<<20)},
		{"echo", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }, "the stream"},
		{"interim", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(103)
			io.WriteString(w, "body")
		}, "body"},
	} {
		nc := serveOnce(t, test.serve)
		conn := NewConn(nc)
		for range 2 {
			resp, err := conn.Do(&Request{Method: "POST", Target: "/", Host: "h", Stream: iotest.OneByteReader(strings.NewReader("the stream"))})
			if err != nil {
				t.Fatal(test.name, err)
			}
			body, err := io.ReadAll(resp)
			if string(body) != test.body || err != nil {
				t.Errorf("%s: %.20q, %v", test.name, body, err)
			}
			if test.name == "chunks" && resp.Trailer.Get("x-sum") != "450" {
				t.Errorf("trailer %v", resp.Trailer)
			}
			if !conn.Reusable() {
				t.Fatalf("%s: not reusable", test.name)
			}
		}
	}
}

// ReadAll appends to what is there, and reads no more than it may.
func TestReadAll(t *testing.T) {
	for _, c := range []struct {
		dst, body, want string
		limit           int
		err             error
	}{
		{"", "", "", 10, nil},
		{"", "0123456789", "0123456789", 10, nil},
		{"0123", "456789", "0123456789", 10, nil},
		{"", "0123456789a", "0123456789", 10, ErrLongBody},
		{"", strings.Repeat("x", 5000), strings.Repeat("x", 5000), 5000, nil},
		{"", strings.Repeat("x", 5001), strings.Repeat("x", 5000), 5000, ErrLongBody},
	} {
		got, err := ReadAll([]byte(c.dst), iotest.HalfReader(strings.NewReader(c.body)), c.limit)
		if string(got) != c.want || err != c.err {
			t.Errorf("%.20q and %d bytes, limit %d: %d bytes, %v", c.dst, len(c.body), c.limit, len(got), err)
		}
	}
	broken := errors.New("broken")
	if got, err := ReadAll(nil, io.MultiReader(strings.NewReader("some"), iotest.ErrReader(broken)), 10); string(got) != "some" || err != broken {
		t.Errorf("%q, %v", got, err)
	}
}
