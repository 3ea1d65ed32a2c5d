package http1

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// script is a connection whose other end has sent everything already.
type script struct {
	net.Conn // nil: its other methods must not be called
	io.Reader
	sent bytes.Buffer
}

func (s *script) Read(p []byte) (int, error)  { return s.Reader.Read(p) }
func (s *script) Write(p []byte) (int, error) { return s.sent.Write(p) }
func (s *script) Close() error                { return nil }

func said(answer string) *Conn { return NewConn(&script{Reader: strings.NewReader(answer)}) }

// wire shows line ends as §, so that a message fits a line.
func wire(s string) string { return strings.ReplaceAll(s, "§", "\r\n") }

func get() *Request { return &Request{Method: "GET", Target: "/", Host: "h"} }

// server runs serve at the other end of a TCP connection.
func server(t *testing.T, serve func(net.Conn)) *Conn {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		serve(nc)
	}()
	var d net.Dialer
	nc, err := d.DialContext(context.Background(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close(); ln.Close(); <-done })
	return NewConn(nc)
}

// expect reads from a connection until what was read ends with end.
func expect(t *testing.T, nc net.Conn, end string) {
	var got []byte
	for b := make([]byte, 1); !strings.HasSuffix(string(got), end); {
		if _, err := nc.Read(b); err != nil {
			t.Errorf("got %q, want it to end with %q: %v", got, end, err)
			return
		}
		got = append(got, b...)
	}
}

func TestReuse(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	conn := server(t, func(nc net.Conn) {
		for range 3 {
			expect(t, nc, "\r\n\r\n")
			io.WriteString(nc, answer)
		}
	})
	for range 3 {
		resp, err := conn.Do(get())
		if err != nil {
			t.Fatal(err)
		}
		if conn.Reusable() {
			t.Error("reusable before the body was read")
		}
		if _, err := conn.Do(get()); err != ErrBusy {
			t.Errorf("Do within an answer: %v", err)
		}
		if body, err := io.ReadAll(resp); string(body) != "ok" || err != nil {
			t.Errorf("%q, %v", body, err)
		}
		if !conn.Reusable() {
			t.Error("not reusable")
		}
	}
	// The server has closed: a request finds that out.
	if _, err := conn.Do(get()); !errors.Is(err, ErrUnanswered) {
		t.Errorf("on a closed connection: %v", err)
	}
	if conn.Reusable() {
		t.Error("reusable after an error")
	}
}

// impatient is a connection whose deadline passes as soon as everything has been read that the
// other end sends.
type impatient struct {
	net.Conn
	left int // bytes
}

func (c *impatient) Read(p []byte) (int, error) {
	if c.left == 0 {
		c.SetReadDeadline(time.Unix(1, 0))
	}
	n, err := c.Conn.Read(p[:max(1, min(len(p), c.left))])
	c.left -= n
	return n, err
}

func TestSilentServer(t *testing.T) {
	for _, test := range []struct {
		says       string
		unanswered bool
	}{
		{"", true},
		{"HTTP/1.1 200", false},
		{"HTTP/1.1 200 OK\r\n", false},
		{"HTTP/1.1 100 Continue\r\n\r\n", false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody", false},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody", false},
		{"HTTP/1.1 200 OK\r\n\r\nbody", false},
	} {
		over := make(chan struct{})
		conn := server(t, func(nc net.Conn) {
			io.WriteString(nc, test.says)
			<-over
		})
		conn = NewConn(&impatient{Conn: conn.NetConn(), left: len(test.says)})
		resp, err := conn.Do(get())
		if errors.Is(err, ErrUnanswered) != test.unanswered {
			t.Errorf("%q: %v", test.says, err)
		}
		if err == nil {
			_, err = io.ReadAll(resp)
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%q: %v", test.says, err)
		}
		if conn.Reusable() {
			t.Errorf("%q: reusable", test.says)
		}
		close(over)
	}
}

func TestContinue(t *testing.T) {
	for _, test := range []struct {
		answer, rest string // to the head, and to the body
		status       int
		reusable     bool
	}{
		{"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, true},
		{"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, true},
		{"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n", "", 417, false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 200, false},
	} {
		conn := server(t, func(nc net.Conn) {
			expect(t, nc, "Expect: 100-continue\r\n\r\n")
			io.WriteString(nc, test.answer)
			if test.rest != "" {
				expect(t, nc, "the body")
				io.WriteString(nc, test.rest)
			} else if n, _ := io.Copy(io.Discard, nc); n > 0 {
				t.Errorf("%d bytes of a body that was not wanted", n)
			}
		})
		resp, err := conn.Do(&Request{Method: "PUT", Target: "/", Host: "h", Body: []byte("the body"), Expect100: true})
		if err != nil || resp.Status != test.status || conn.Reusable() != test.reusable {
			t.Errorf("%q: %+v, %v, reusable %v", test.answer, resp, err, conn.Reusable())
		}
		conn.Close()
	}
}

// A server may answer before it has read the whole body, and close. Its answer must arrive,
// although the rest of the body could not be written.
func TestRefusedBody(t *testing.T) {
	for _, stream := range []bool{false, true} {
		wrote := make(chan struct{})
		a, b := net.Pipe()
		go func() {
			defer close(wrote)
			expect(t, b, "\r\n\r\n")
			go io.WriteString(b, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
			io.CopyN(io.Discard, b, 1<<10)
		}()
		// Writing fails after the server's first kilobyte; reading still works.
		conn := NewConn(&failingWriter{Conn: a, until: wrote})
		body := bytes.Repeat([]byte{'x'}, 1<<20)
		req := &Request{Method: "PUT", Target: "/", Host: "h", Body: body}
		if stream {
			req.Body, req.Stream = nil, bytes.NewReader(body)
		}
		resp, err := conn.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp)
		if resp.Status != 413 || string(got) != "big" || err != nil || conn.Reusable() {
			t.Errorf("%d %q %v, reusable %v", resp.Status, got, err, conn.Reusable())
		}
		b.Close()
	}
}

type failingWriter struct {
	net.Conn
	until <-chan struct{}
}

func (f *failingWriter) Write(p []byte) (int, error) {
	go func() {
		<-f.until
		f.Conn.SetWriteDeadline(time.Unix(1, 0))
	}()
	return f.Conn.Write(p)
}

// An error of the caller's stream is returned to the caller, and Do does not wait for an answer.
func TestStreamError(t *testing.T) {
	broken := errors.New("broken")
	conn := server(t, func(nc net.Conn) { io.Copy(io.Discard, nc) })
	_, err := conn.Do(&Request{Method: "POST", Target: "/", Host: "h",
		Stream: io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken))})
	if !errors.Is(err, broken) || conn.Reusable() {
		t.Errorf("%v, reusable %v", err, conn.Reusable())
	}
}

// What one read of a stream returns is sent before the next read.
func TestStreamIsSentAtOnce(t *testing.T) {
	pr, pw := io.Pipe()
	conn := server(t, func(nc net.Conn) {
		expect(t, nc, "\r\n\r\n")
		for _, word := range []string{"one", "three", "two"} {
			io.WriteString(pw, word)
			expect(t, nc, word+"\r\n")
		}
		pw.Close()
		expect(t, nc, "0\r\n\r\n")
		io.WriteString(nc, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
	})
	resp, err := conn.Do(&Request{Method: "POST", Target: "/", Host: "h", Stream: pr})
	if err != nil || resp.Status != 202 {
		t.Errorf("%+v, %v", resp, err)
	}
}

// The connection reads into a large slice directly.
func TestLargeReadsAreDirect(t *testing.T) {
	const size = 1 << 20
	for _, head := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n",
		"HTTP/1.1 200 OK\r\n\r\n",
	} {
		probe := &probe{Reader: io.MultiReader(strings.NewReader(head), bytes.NewReader(make([]byte, size)))}
		conn := NewConn(&script{Reader: probe})
		resp, err := conn.Do(get())
		if err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 64<<10)
		if n, err := resp.Read(p); n == 0 || err != nil {
			t.Fatal(n, err)
		}
		if probe.last != &p[0] {
			t.Errorf("%q: read by way of a buffer", head)
		}
		// Small reads are gathered.
		probe.reads = 0
		for range 1000 {
			if n, err := resp.Read(p[:4]); n == 0 || err != nil {
				t.Fatal(n, err)
			}
		}
		if probe.reads > 2 {
			t.Errorf("%q: %d reads for 4000 bytes", head, probe.reads)
		}
	}
}

type probe struct {
	io.Reader
	last  *byte
	reads int
}

func (p *probe) Read(b []byte) (int, error) {
	p.last = &b[0]
	p.reads++
	return p.Reader.Read(b)
}

func TestAllocs(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nx-amz-request-id: 1\r\nx-amz-id-2: 2\r\nDate: now\r\nETag: \"x\"\r\nContent-Type: text/csv\r\nServer: S\r\nContent-Length: 8\r\n\r\nthe body"
	r := strings.NewReader(answer)
	conn := NewConn(&script{Reader: r})
	req, p := get(), make([]byte, 16)
	req.Header = Header{{"Accept", "*/*"}, {"Authorization", "AWS4-HMAC-SHA256 ..."}}
	sent := conn.NetConn().(*script)
	got := testing.AllocsPerRun(100, func() {
		r.Reset(answer)
		sent.sent.Reset()
		resp, err := conn.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := resp.Read(p); n != 8 || err != nil {
			t.Fatal(n, err)
		}
	})
	// The head's string, and a slice for the values of Content-Length.
	if got > 2 {
		t.Errorf("%v allocations an exchange", got)
	}
}
