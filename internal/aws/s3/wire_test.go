package s3

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"reduction/internal/aws/request"
)

// wireServer answers requests with bytes, whatever they say. "END" ends the connection.
type wireServer struct {
	net.Listener
	answer func(r *http.Request) string

	mu       sync.Mutex
	requests []string
}

func newWireServer(t *testing.T, answer func(r *http.Request) string) *wireServer {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &wireServer{Listener: ln, answer: answer}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			nc, err := s.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { nc.Close() })
			wg.Go(func() { s.serve(nc) })
		}
	})
	t.Cleanup(wg.Wait)
	t.Cleanup(func() { s.Close() })
	return s
}

func (s *wireServer) serve(nc net.Conn) {
	defer nc.Close()
	for in := bufio.NewReader(nc); ; {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		entry := r.Method
		for _, name := range []string{"Range", "If-Match"} {
			if v := r.Header.Get(name); v != "" {
				entry += " " + v
			}
		}
		s.mu.Lock()
		s.requests = append(s.requests, entry)
		s.mu.Unlock()
		answer, end := strings.CutSuffix(s.answer(r), "END")
		io.WriteString(nc, answer)
		if end {
			return
		}
	}
}

// TestUnconfirmedEnd holds that the end of a connection is not taken for the end of an object.
func TestUnconfirmedEnd(t *testing.T) {
	const object = "0123456789"
	const head = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\n"
	sized := head + "Content-Length: 10\r\n\r\n"
	checksum := "x-amz-checksum-crc64nvme: " + crc64Of([]byte(object)) + "\r\n"
	rest := "HTTP/1.1 206 Partial Content\r\nETag: \"x\"\r\nContent-Range: bytes 4-9/10\r\n"
	for _, test := range []struct {
		name              string
		get, head, ranged string
		want              error
		requests          []string
	}{
		{"whole", head + "\r\n" + object + "END", sized, "", nil, []string{"GET", "HEAD \"x\""}},
		{"cut", head + "\r\n0123END", sized, rest + "Content-Length: 6\r\n\r\n456789", nil, []string{"GET", "HEAD \"x\"", "GET bytes=4-9 \"x\""}},
		{"cut, and the rest has no length", head + "\r\n0123END", sized, rest + "\r\n456789END", nil, nil},
		{"cut twice", head + "\r\n0123END", sized, rest + "\r\nEND", io.ErrUnexpectedEOF, nil},
		{"more than there is", head + "\r\n" + object + "0END", sized, "", ErrSize, nil},
		{"no size anywhere", head + "\r\n" + object + "END", head + "\r\n", "", ErrUnconfirmed, []string{"GET", "HEAD \"x\""}},
		{"HEAD is refused", head + "\r\n" + object + "END", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "", request.ErrAccessDenied, nil},
		{"a checksum", head + checksum + "\r\n" + object + "END", "", "", nil, []string{"GET"}},
		{"a checksum, cut", head + checksum + "\r\n0123END", "", "", ErrChecksum, []string{"GET"}},
		{"chunks", head + "Transfer-Encoding: chunked\r\n\r\na\r\n" + object + "\r\n0\r\n\r\n", "", "", nil, []string{"GET"}},
		{"chunks, cut", head + "Transfer-Encoding: chunked\r\n\r\na\r\n" + object + "\r\nEND", "", "", io.ErrUnexpectedEOF, []string{"GET"}},
	} {
		s := newWireServer(t, func(r *http.Request) string {
			switch {
			case r.Method == "HEAD":
				return test.head
			case r.Header.Get("Range") != "":
				return test.ranged
			}
			return test.get
		})
		config := testConfig("http://"+s.Addr().String(), nil)
		config.MaxAttempts = 2
		got, err := fetch(newTestClient(t, config), testRef)
		if !errors.Is(err, test.want) || err == nil && string(got) != object {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
		s.mu.Lock()
		if test.requests != nil && !slices.Equal(s.requests, test.requests) {
			t.Errorf("%s: %q", test.name, s.requests)
		}
		s.mu.Unlock()
	}
}

// TestWeakETags holds that a weak ETag is compared and never demanded, and that answers which have
// one are put together only where a checksum proves them right.
func TestWeakETags(t *testing.T) {
	data := pattern(1000)
	for _, test := range []struct {
		name, script, demanded string
		checksum               bool
		want                   error
		requests               []string
	}{
		{"whole", "ok", "", false, nil, []string{"GET"}},
		{"demanded", "ok", `W/"x"`, false, nil, []string{"GET"}},
		{"demanded as a strong one", "412 PreconditionFailed ETag=W/\"x\" | ok", "x", false, nil, []string{`GET "x"`, "GET"}},
		{"another", "ok", `W/"y"`, false, ErrChanged, nil},
		{"cut", "cut:10", "", false, io.ErrUnexpectedEOF, []string{"GET"}},
		{"cut, with a checksum", "cut:10", "", true, nil, []string{"GET", "GET bytes=10-999"}},
		{"damaged, with a checksum", "cut:10 | flip:5", "", true, ErrChecksum, nil},
	} {
		s := newUnstartedFakeS3(data, strings.Split(test.script, " | ")...)
		s.etag = `W/"x"`
		if !test.checksum {
			s.header["X-Amz-Checksum-Crc64nvme"] = nil
		}
		s.Start()
		t.Cleanup(s.Close)
		ref := testRef
		ref.ETag = test.demanded
		got, err := fetch(newTestClient(t, testConfig(s.URL, nil)), ref)
		if !errors.Is(err, test.want) || err == nil && !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes, %v", test.name, len(got), err)
		}
		for i, r := range s.requests() {
			if r = strings.ReplaceAll(r, " /bucket/a%20key", ""); test.requests != nil && (i >= len(test.requests) || r != test.requests[i]) {
				t.Errorf("%s: request %d is %s", test.name, i, r)
			}
		}
	}
}
