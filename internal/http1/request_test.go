package http1

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func serveOnce(t *testing.T, h http.Handler) net.Conn {
	t.Helper()
	srv := httptest.NewServer(h)
	nc, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close(); srv.Close() })
	return nc
}

func trailer(fields ...Field) func() Header { return func() Header { return fields } }

func TestRequests(t *testing.T) {
	for _, test := range []struct {
		req  Request
		want string // § is CR LF
	}{
		{Request{Method: "GET", Target: "/", Host: "h"}, "GET / HTTP/1.1§Host: h§§"},
		{Request{Method: "GET", Target: "/a%20b?c=d", Host: "h:80", Header: Header{{"a", "b"}, {"A", "c\td é"}}}, "GET /a%20b?c=d HTTP/1.1§Host: h:80§a: b§A: c\td é§§"},
		{Request{Method: "CONNECT", Target: "h:443", Host: "h:443"}, "CONNECT h:443 HTTP/1.1§Host: h:443§§"},
		{Request{Method: "GET", Target: "/", Host: "[::1]:9001"}, "GET / HTTP/1.1§Host: [::1]:9001§§"},
		{Request{Method: "POST", Target: "/", Host: "h", Body: []byte("body")}, "POST / HTTP/1.1§Host: h§Content-Length: 4§§body"},
		{Request{Method: "POST", Target: "/", Host: "h"}, "POST / HTTP/1.1§Host: h§Content-Length: 0§§"},
		{Request{Method: "DELETE", Target: "/", Host: "h", Expect100: true}, "DELETE / HTTP/1.1§Host: h§§"},
		{Request{Method: "PUT", Target: "/", Host: "h", Stream: strings.NewReader("Wikipedia, the")}, "PUT / HTTP/1.1§Host: h§Transfer-Encoding: chunked§§e§Wikipedia, the§0§§"},
		{Request{Method: "PUT", Target: "/", Host: "h", Stream: strings.NewReader("")}, "PUT / HTTP/1.1§Host: h§Transfer-Encoding: chunked§§0§§"},
		{Request{Method: "PUT", Target: "/", Host: "h", Stream: strings.NewReader("a"), Trailers: []string{"X", "Y"}, Trailer: trailer(Field{"X", "1"})},
			"PUT / HTTP/1.1§Host: h§Transfer-Encoding: chunked§Trailer: X§Trailer: Y§§1§a§0§X: 1§§"},
	} {
		s := &script{Reader: strings.NewReader("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}
		if _, err := NewConn(s).Do(&test.req); err != nil {
			t.Errorf("%q: %v", test.want, err)
		}
		if got := s.sent.String(); got != wire(test.want) {
			t.Errorf("got %q, want %q", got, wire(test.want))
		}
		if _, err := http.ReadRequest(bufio.NewReader(strings.NewReader(s.sent.String()))); err != nil {
			t.Errorf("net/http does not understand %q: %v", s.sent.String(), err)
		}
	}
}

// Large bodies are not copied, and arrive.
func TestLargeRequest(t *testing.T) {
	for _, size := range []int{smallBody - 1, smallBody, smallBody + 1, 6 << 20} {
		body := strings.Repeat("x", size)
		conn := NewConn(serveOnce(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got, err := io.ReadAll(r.Body)
			if string(got) != body || err != nil {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})))
		resp, err := conn.Do(&Request{Method: "POST", Target: "/", Host: "h", Body: []byte(body)})
		if err != nil || resp.Status != 200 {
			t.Error(resp, err)
		}
		if cap(conn.out) > 2*smallBody {
			t.Errorf("a body of %d bytes was copied", size)
		}
	}
}

// No text from the caller can end a line or begin another message.
func TestInjection(t *testing.T) {
	for _, evil := range []string{"\r", "\n", "\x00", "\r\nX: y", "\r\n\r\nGET /evil HTTP/1.1\r\n\r\n", "a\x7fb", "a\x1bb", "a\vb"} {
		for _, test := range []struct {
			where string
			req   Request
		}{
			{"method", Request{Method: "GET" + evil, Target: "/", Host: "h"}},
			{"target", Request{Method: "GET", Target: "/" + evil, Host: "h"}},
			{"host", Request{Method: "GET", Target: "/", Host: "h" + evil}},
			{"name", Request{Method: "GET", Target: "/", Host: "h", Header: Header{{"a" + evil, "b"}}}},
			{"value", Request{Method: "GET", Target: "/", Host: "h", Header: Header{{"a", "b" + evil}}}},
			{"trailer's announcement", Request{Method: "POST", Target: "/", Host: "h", Stream: strings.NewReader(""), Trailers: []string{"a" + evil}}},
			{"trailer's name", Request{Method: "POST", Target: "/", Host: "h", Stream: strings.NewReader(""), Trailer: trailer(Field{"a" + evil, "b"})}},
			{"trailer's value", Request{Method: "POST", Target: "/", Host: "h", Stream: strings.NewReader(""), Trailer: trailer(Field{"a", "b" + evil})}},
		} {
			refusedAs(t, test.where, test.req, evil)
		}
	}
}

func TestRefusedRequests(t *testing.T) {
	for _, test := range []struct {
		what string
		req  Request
	}{
		{"no method", Request{Target: "/", Host: "h"}},
		{"no target", Request{Method: "GET", Host: "h"}},
		{"no host", Request{Method: "GET", Target: "/"}},
		{"blank in the method", Request{Method: "GET /", Target: "/", Host: "h"}},
		{"blank in the target", Request{Method: "GET", Target: "/ HTTP/1.1", Host: "h"}},
		{"target not escaped", Request{Method: "GET", Target: "/é", Host: "h"}},
		{"path in the host", Request{Method: "GET", Target: "/", Host: "h/evil"}},
		{"user in the host", Request{Method: "GET", Target: "/", Host: "u@h"}},
		{"two hosts", Request{Method: "GET", Target: "/", Host: "a,b"}},
		{"colon in a name", Request{Method: "GET", Target: "/", Host: "h", Header: Header{{"a:b", "c"}}}},
		{"empty name", Request{Method: "GET", Target: "/", Host: "h", Header: Header{{"", "c"}}}},
		{"a host of the caller's", Request{Method: "GET", Target: "/", Host: "h", Header: Header{{"host", "c"}}}},
		{"a length of the caller's", Request{Method: "GET", Target: "/", Host: "h", Header: Header{{"content-length", "4"}}}},
		{"a coding of the caller's", Request{Method: "GET", Target: "/", Host: "h", Header: Header{{"Transfer-encoding", "chunked"}}}},
		{"a length in the trailer", Request{Method: "POST", Target: "/", Host: "h", Stream: strings.NewReader(""), Trailer: trailer(Field{"Content-Length", "4"})}},
	} {
		refusedAs(t, test.what, test.req, "")
	}
}

// refusedAs checks that a request is refused, and that nothing of evil is sent.
func refusedAs(t *testing.T, what string, req Request, evil string) {
	t.Helper()
	s := &script{Reader: strings.NewReader("")}
	if _, err := NewConn(s).Do(&req); !errors.Is(err, ErrRequest) {
		t.Errorf("%s, %q: %v", what, evil, err)
	}
	sent := s.sent.String()
	if req.Stream == nil && sent != "" || evil != "" && strings.Contains(strings.ReplaceAll(sent, "\r\n", ""), evil) {
		t.Errorf("%s, %q: sent %q", what, evil, sent)
	}
}

// A request that was refused before anything was sent does no harm to the connection.
func TestRefusedRequestLeavesConnection(t *testing.T) {
	conn := said("HTTP/1.1 204 No Content\r\n\r\n")
	if _, err := conn.Do(&Request{Method: "GET", Target: "/\n", Host: "h"}); !errors.Is(err, ErrRequest) {
		t.Fatal(err)
	}
	if resp, err := conn.Do(get()); err != nil || resp.Status != 204 {
		t.Error(resp, err)
	}
}
