package aws

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// wireServer answers requests with bytes, whatever they say.
type wireServer struct {
	net.Listener
	answer func(conn, request int, r *http.Request) string

	// before is sent on a connection when it has been accepted. Who dials waits for that.
	before func(conn int) string
	sent   chan bool  // one value when before has been sent
	tls    *authority // whose certificate it has; or nil
	auth   tls.ClientAuthType

	mu       sync.Mutex
	conns    int
	requests []string
}

func newWireServer(t *testing.T, s *wireServer) *wireServer {
	var err error
	if s.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.sent = make(chan bool, 100)
	config := &tls.Config{ClientAuth: s.auth}
	if s.tls != nil {
		config.Certificates = []tls.Certificate{s.tls.issue(t, "127.0.0.1", time.Now().Add(time.Hour))}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for conn := 0; ; conn++ {
			nc, err := s.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { nc.Close() })
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
			wg.Go(func() { s.serve(conn, nc, config) })
		}
	})
	t.Cleanup(wg.Wait)
	t.Cleanup(func() { s.Close() })
	return s
}

func (s *wireServer) serve(conn int, nc net.Conn, config *tls.Config) {
	defer nc.Close()
	if s.before != nil {
		io.WriteString(nc, s.before(conn))
	}
	s.sent <- true
	if s.tls != nil {
		nc = tls.Server(nc, config)
		defer nc.Close()
	}
	in := bufio.NewReader(nc)
	for request := 0; ; request++ {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		s.mu.Lock()
		entry := r.Method
		for _, name := range []string{"Range", "If-Match"} {
			if v := r.Header.Get(name); v != "" {
				entry += " " + v
			}
		}
		s.requests = append(s.requests, entry)
		s.mu.Unlock()
		answer, end := strings.CutSuffix(s.answer(conn, request, r), "END")
		io.WriteString(nc, answer)
		s.sent <- true
		if end {
			return
		}
	}
}

func (s *wireServer) wait(t *testing.T) {
	t.Helper()
	select {
	case <-s.sent:
	case <-time.After(patience):
		t.Fatal("nothing was sent")
	}
}

func (s *wireServer) client(t *testing.T) *Client {
	config := testConfig("http://"+s.Addr().String(), nil)
	if s.tls != nil {
		config = testConfig("https://"+s.Addr().String(), nil)
		config.CABundle = s.tls.file(t)
	}
	config.MaxAttempts = 1
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			s.wait(t)
		}
		return nc, err
	}
	return newTestClient(t, config)
}

const timedOut = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\nEND"

func okAnswer(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// TestNobodyAsked holds that what comes on a connection before a request is sent is not taken for
// the request's answer.
func TestNobodyAsked(t *testing.T) {
	long := strings.Repeat("long", 30_000) // which is read past the buffer
	for _, test := range []struct {
		name   string
		answer func(conn, request int) string
		conns  int
	}{
		{"more than announced", func(conn, request int) string { return okAnswer(long) + "more" }, 3},
		{"an answer twice", func(conn, request int) string { return okAnswer(long) + okAnswer("twice") }, 3},
		{"408 while idle", func(conn, request int) string { return okAnswer(long) + timedOut }, 3},
		{"the end while idle", func(conn, request int) string { return okAnswer(long) + "END" }, 3},
		{"408 for an answer", func(conn, request int) string {
			if request > 0 {
				return timedOut
			}
			return okAnswer(long)
		}, 3},
		{"nothing", func(conn, request int) string { return okAnswer(long) }, 1},
	} {
		for _, authority := range []*authority{nil, newAuthority(t)} {
			s := newWireServer(t, &wireServer{tls: authority})
			s.answer = func(conn, request int, r *http.Request) string { return test.answer(conn, request) }
			c := s.client(t)
			for range 3 {
				got, err := fetch(c, testRef)
				if err != nil || string(got) != long {
					t.Errorf("%s, TLS %v: %.20q, %v", test.name, authority != nil, got, err)
				}
				s.wait(t)
			}
			s.mu.Lock()
			if s.conns != test.conns {
				t.Errorf("%s, TLS %v: %d connections", test.name, authority != nil, s.conns)
			}
			s.mu.Unlock()
		}
	}
}

// TestEarlyAnswer holds the same of a new connection.
func TestEarlyAnswer(t *testing.T) {
	s := newWireServer(t, &wireServer{
		before: func(conn int) string { return []string{okAnswer("early"), ""}[min(conn, 1)] },
		answer: func(conn, request int, r *http.Request) string { return okAnswer("right") },
	})
	c := s.client(t)
	if _, err := fetch(c, testRef); !errors.Is(err, errEarly) {
		t.Error(err)
	}
	if got, err := fetch(c, testRef); err != nil || string(got) != "right" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestTickets holds that a connection opened by Warm is used although the server has sent session
// tickets on it.
func TestTickets(t *testing.T) {
	for _, auth := range []tls.ClientAuthType{tls.NoClientCert, tls.RequestClientCert} {
		s := newWireServer(t, &wireServer{tls: newAuthority(t), auth: auth})
		s.answer = func(conn, request int, r *http.Request) string { return okAnswer("right") }
		c := s.client(t)
		c.Warm(context.Background(), 0, "bucket")
		for range 2 {
			if got, err := fetch(c, testRef); err != nil || string(got) != "right" {
				t.Errorf("%v: %q, %v", auth, got, err)
			}
		}
		s.mu.Lock()
		if s.conns != 1 {
			t.Errorf("%v: %d connections", auth, s.conns)
		}
		s.mu.Unlock()
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
		{"HEAD is refused", head + "\r\n" + object + "END", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "", ErrAccessDenied, nil},
		{"a checksum", head + checksum + "\r\n" + object + "END", "", "", nil, []string{"GET"}},
		{"a checksum, cut", head + checksum + "\r\n0123END", "", "", ErrChecksum, []string{"GET"}},
		{"chunks", head + "Transfer-Encoding: chunked\r\n\r\na\r\n" + object + "\r\n0\r\n\r\n", "", "", nil, []string{"GET"}},
		{"chunks, cut", head + "Transfer-Encoding: chunked\r\n\r\na\r\n" + object + "\r\nEND", "", "", io.ErrUnexpectedEOF, []string{"GET"}},
	} {
		s := newWireServer(t, &wireServer{})
		s.answer = func(conn, request int, r *http.Request) string {
			switch {
			case r.Method == "HEAD":
				return test.head
			case r.Header.Get("Range") != "":
				return test.ranged
			}
			return test.get
		}
		c := s.client(t)
		c.s3.retry.Rules.Attempts = 2
		got, err := fetch(c, testRef)
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

// TestClockOfMany holds that calls which AWS refuses at the same time, because our clock is wrong,
// are all sent again, whichever of them corrects the clock.
func TestClockOfMany(t *testing.T) {
	const calls = 12
	theirs := time.Now().Add(6 * time.Minute)
	var refused sync.WaitGroup
	refused.Add(calls)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", theirs.UTC().Format(http.TimeFormat))
		at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		if err == nil && theirs.Sub(at).Abs() < 5*time.Minute {
			w.Header().Set("ETag", `"x"`)
			io.WriteString(w, "right")
			return
		}
		refused.Done()
		refused.Wait() // none goes on before all are refused
		refuse(w, 403, []string{"RequestTimeTooSkewed"})
	}))
	defer s.Close()
	c := newTestClient(t, testConfig(s.URL, nil))
	var wg sync.WaitGroup
	for range calls {
		wg.Go(func() {
			if got, err := fetch(c, testRef); err != nil || string(got) != "right" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	wg.Wait()
}
