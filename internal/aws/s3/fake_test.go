package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"hash/crc64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"reduction/internal/aws/awstest"
	"reduction/internal/aws/retry"
	"reduction/runtime/lambdatest"
)

// fakeS3 serves one object, and plays a script of faults: the n-th request meets the n-th.
// It knows what a client's tests need and no more; signatures are for other tests.
type fakeS3 struct {
	*httptest.Server
	data   []byte
	etag   string
	header http.Header // sent with every success

	mu     sync.Mutex
	script []string
	log    []string // "GET /bucket/key range if-match" of each request
	conns  int
	silent map[string]bool // client addresses; see impatient
}

// The faults of a script.
//
//	ok           none
//	cut:N        the connection ends after N bytes of the body
//	stall:N      it goes silent there
//	reset        it ends before the answer
//	change       the object is another from now on
//	STATUS Code  a refusal; more fields, as Name=value, become elements and headers
//	wrong:RANGE  Content-Range says something else
//	ignore       the object, whatever range was asked for
//	as200        the range, with a status that says otherwise
//	flip:N       the byte N of the body is another
//	STEP*        the step, for all requests from now on
func newFakeS3(t testing.TB, data []byte, script ...string) *fakeS3 {
	s := newUnstartedFakeS3(data, script...)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func newUnstartedFakeS3(data []byte, script ...string) *fakeS3 {
	s := &fakeS3{data: data, script: script, header: http.Header{}}
	s.etag = etagOf(data)
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
		}
	}
	return s
}

func etagOf(data []byte) string {
	sum := md5.Sum(data)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func crc64Of(data []byte) string {
	const nvme = 0x9a6c9329ac4bc9b5
	h := crc64.New(crc64.MakeTable(nvme))
	h.Write(data)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func (s *fakeS3) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.log...)
}

func (s *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	entry := r.Method + " " + r.Host + r.URL.RequestURI()
	entry = strings.Replace(entry, s.Listener.Addr().String(), "", 1)
	for _, name := range []string{"Range", "If-Match"} {
		if v := r.Header.Get(name); v != "" {
			entry += " " + v
		}
	}
	s.log = append(s.log, entry)
	step := "ok"
	if len(s.script) > 0 {
		var forever bool
		if step, forever = strings.CutSuffix(s.script[0], "*"); !forever {
			s.script = s.script[1:]
		}
	}
	if step == "change" {
		s.data = append([]byte("changed "), s.data...)
		s.etag = etagOf(s.data)
	}
	data, etag := s.data, s.etag
	s.mu.Unlock()

	kind, arg, _ := strings.Cut(step, ":")
	if kind == "reset" {
		hangUp(w)
		return
	}
	if status, err := strconv.Atoi(step[:min(3, len(step))]); err == nil {
		refuse(w, status, strings.Fields(step[3:]))
		return
	}
	if m := r.Header.Get("If-Match"); m != "" && m != etag {
		refuse(w, 412, []string{"PreconditionFailed"})
		return
	}
	off, end, status := 0, len(data), 200
	if v := r.Header.Get("Range"); v != "" && kind != "ignore" {
		first, last, _ := strings.Cut(strings.TrimPrefix(v, "bytes="), "-")
		off, _ = strconv.Atoi(first)
		if n, err := strconv.Atoi(last); err == nil {
			end = min(end, n+1)
		}
		if off >= len(data) {
			refuse(w, 416, []string{"InvalidRange"})
			return
		}
		status = 206
		w.Header().Set("Content-Range", "bytes "+strconv.Itoa(off)+"-"+strconv.Itoa(end-1)+"/"+strconv.Itoa(len(data)))
	} else if r.Header.Get("x-amz-checksum-mode") == "ENABLED" {
		w.Header().Set("x-amz-checksum-crc64nvme", crc64Of(data))
		w.Header().Set("x-amz-checksum-type", "FULL_OBJECT")
	}
	for name, v := range s.header {
		w.Header()[name] = v
	}
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Length", strconv.Itoa(end-off))
	if kind == "wrong" {
		w.Header().Set("Content-Range", arg)
	}
	if kind == "as200" {
		status = 200
	}
	w.WriteHeader(status)
	body := data[off:end]
	n, _ := strconv.Atoi(arg)
	switch kind {
	case "cut":
		w.Write(body[:min(n, len(body))])
		w.(http.Flusher).Flush()
		hangUp(w)
	case "stall":
		w.Write(body[:min(n, len(body))])
		w.(http.Flusher).Flush()
		s.mu.Lock()
		end := s.silent != nil
		if end {
			s.silent[r.RemoteAddr] = true
		}
		s.mu.Unlock()
		if end {
			hangUp(w)
		} else {
			<-r.Context().Done()
		}
	case "flip":
		body = bytes.Clone(body)
		body[n] ^= 1
		w.Write(body)
	default:
		w.Write(body)
	}
}

// impatient makes the deadlines of a client's reads pass when the server falls silent, and never
// by time. Then no test depends on how fast the machine is. When the script says stall, the server
// ends the connection; the client's connection reports that as a deadline that has passed, if it
// was given one.
func (s *fakeS3) impatient(c *Config) {
	s.silent = make(map[string]bool)
	c.Stall = awstest.Patience
	c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &impatientConn{limited{Conn: nc}, s}, nil
	}
}

// limited is a connection that knows whether it has a deadline.
type limited struct {
	net.Conn
	limit atomic.Bool
}

func (c *limited) SetDeadline(t time.Time) error {
	c.limit.Store(!t.IsZero())
	return c.Conn.SetDeadline(t)
}

type impatientConn struct {
	limited
	server *fakeS3
}

func (c *impatientConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == io.EOF && c.limit.Load() {
		c.server.mu.Lock()
		defer c.server.mu.Unlock()
		if c.server.silent[c.LocalAddr().String()] {
			return n, os.ErrDeadlineExceeded
		}
	}
	return n, err
}

func hangUp(w http.ResponseWriter) {
	if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
		c.Close()
	}
}

// refuse answers as S3 does.
func refuse(w http.ResponseWriter, status int, fields []string) {
	doc := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error>"
	for i, f := range fields {
		name, value, ok := strings.Cut(f, "=")
		if i == 0 && !ok {
			name, value = "Code", f
		}
		value = strings.ReplaceAll(value, "_", " ")
		if strings.Contains(name, "-") || name == "Location" || name == "Date" || name == "ETag" {
			w.Header().Set(name, value)
			continue
		}
		doc += "<" + name + ">" + value + "</" + name + ">"
	}
	w.Header().Set("x-amz-request-id", "REQ1")
	w.WriteHeader(status)
	io.WriteString(w, doc+"</Error>")
}

// eventually waits until something is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(awstest.Patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain for ", what)
		}
	}
}

// pattern is n bytes that look different everywhere.
func pattern(n int) []byte {
	b := make([]byte, n)
	x := uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return b
}

// Config is what newTestClient makes a client of.
type Config struct {
	awstest.Config
	MemoryMB                  int
	VerifyFull, RequesterPays bool
}

// testConfig is a configuration for a server's URL: see awstest.New.
func testConfig(url string, pauses *[]time.Duration) Config {
	return Config{Config: awstest.New(url, pauses), MemoryMB: 128}
}

func newTestClient(t testing.TB, c Config) *Client {
	t.Helper()
	client := New(c.Service(t, "s3", retry.Standard), c.MemoryMB)
	client.VerifyFull, client.RequesterPays = c.VerifyFull, c.RequesterPays
	t.Cleanup(client.Release)
	return client
}

// judged returns a client of lambdatest, which verifies what it is sent with code of its own.
func judged(t *testing.T, s *lambdatest.Server) *Client {
	t.Helper()
	return newTestClient(t, Config{Config: awstest.Judged(s)})
}
