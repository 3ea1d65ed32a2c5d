package http1

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// FuzzResponse compares this reader with net/http's. Every answer that this reader accepts,
// net/http accepts, and both read the same. This reader refuses some answers that net/http
// accepts: those that stricter finds.
func FuzzResponse(f *testing.F) {
	for _, test := range answers {
		f.Add([]byte(wire(test.answer)), test.method == "HEAD")
	}
	f.Add([]byte("HTTP/1.1 +20 OK\r\nContent-Length: 0\r\n\r\n"), false)
	f.Fuzz(func(t *testing.T, answer []byte, head bool) {
		method := "GET"
		if head {
			method = "HEAD"
		}
		ours, oursErr := read(answer, method)
		theirs, theirsErr := readNetHTTP(answer, method)
		switch {
		case oursErr == nil && theirsErr != nil:
			t.Fatalf("%q: net/http refuses it: %v", answer, theirsErr)
		case oursErr != nil && theirsErr == nil:
			if !stricter(answer) {
				t.Fatalf("%q: net/http takes it, and not: %v", answer, oursErr)
			}
		case oursErr == nil && !ours.equal(theirs):
			t.Fatalf("%q:\nhere     %+v\nnet/http %+v", answer, ours, theirs)
		}
	})
}

// A reading is what a reader made of an answer.
type reading struct {
	status          int
	header, trailer []string // "name: value", sorted by name
	body            string
}

func (r reading) equal(o reading) bool {
	return r.status == o.status && slices.Equal(r.header, o.header) && r.body == o.body && slices.Equal(r.trailer, o.trailer)
}

func read(answer []byte, method string) (reading, error) {
	conn := NewConn(&script{Reader: bytes.NewReader(answer)})
	resp, err := conn.Do(&Request{Method: method, Target: "/", Host: "h"})
	if err != nil {
		return reading{}, err
	}
	body, err := io.ReadAll(resp)
	return reading{resp.Status, flat(resp.Header), flat(resp.Trailer), string(body)}, err
}

func flat(h Header) []string {
	var s []string
	for _, f := range h {
		// net/http takes the framing out of its map, and adds a Cache-Control for a Pragma.
		if name := textproto.CanonicalMIMEHeaderKey(f.Name); !isFraming(name) && name != "Cache-Control" {
			s = append(s, name+": "+f.Value)
		}
	}
	slices.SortStableFunc(s, byName)
	return s
}

func byName(a, b string) int {
	a, _, _ = strings.Cut(a, ":")
	b, _, _ = strings.Cut(b, ":")
	return strings.Compare(a, b)
}

func readNetHTTP(answer []byte, method string) (reading, error) {
	r := bufio.NewReader(bytes.NewReader(answer))
	var resp *http.Response
	for range maxInterim {
		var err error
		if resp, err = http.ReadResponse(r, &http.Request{Method: method}); err != nil {
			return reading{}, err
		}
		if resp.StatusCode/100 != 1 {
			break
		}
	}
	body, err := io.ReadAll(resp.Body)
	return reading{resp.StatusCode, flatMap(resp.Header), flatMap(resp.Trailer), string(body)}, err
}

func flatMap(h http.Header) []string {
	var flattened Header
	for name, values := range h {
		for _, v := range values {
			flattened = append(flattened, Field{name, v})
		}
	}
	return flat(flattened)
}

// The permitted differences: what net/http accepts, although RFC 9112 forbids it or lets a reader
// refuse it.
var permitted = regexp.MustCompile(`(?m)` + strings.Join([]string{
	`[^\r]\n|^\n`,                      // a bare LF
	`[^\n]*\r[^\n]`,                    // a bare CR
	`\r\n[ \t]`,                        // a folded line
	`^[^:\n]*[ \t][^:\n]*:`,            // a blank in or after a name
	`[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]`, // a control character
	`^HTTP/1\.0`,                       // chunks from HTTP/1.0
	`^HTTP/[^1]|^HTTP/1\.[^01]`,        // another version
	`^HTTP/1\.1 [0 +\-]`,               // a status below 100, with a sign, or with blanks before it
	`^HTTP/1\.1 1`,                     // a final answer within 1xx
	`(?i)^transfer-encoding:[^\n]*\n(.*\n)*(transfer-encoding|content-length):`, // chunks, and a length
	`(?i)^content-length:[^\n]*\n(.*\n)*transfer-encoding:`,
	`(?i)^content-length: *\r`, // no length in Content-Length
}, "|"))

func stricter(answer []byte) bool {
	return permitted.Match(answer) || len(answer) > maxLine || bytes.Count(answer, []byte{':'}) > maxFields
}
