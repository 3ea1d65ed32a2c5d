package lambdatest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	data := pattern(100_000)
	cut := func(n int) func(*testing.T, got) {
		return func(t *testing.T, a got) {
			if !errors.Is(a.err, io.ErrUnexpectedEOF) || len(a.body) != n {
				t.Errorf("%d bytes, %v; want %d", len(a.body), a.err, n)
			}
		}
	}
	dead := func(t *testing.T, a got) {
		if a.err == nil || a.status != 0 {
			t.Errorf("%d %v, want no answer", a.status, a.err)
		}
	}
	refused := func(status int, code string) func(*testing.T, got) {
		return func(t *testing.T, a got) {
			if a.status != status || a.code() != code {
				t.Errorf("%d %s, want %d %s", a.status, a.body, status, code)
			}
		}
	}
	for _, test := range []struct {
		fault Fault
		check func(*testing.T, got)
	}{
		{Fault{Kind: Drop}, dead},
		{Fault{Kind: Throttle}, refused(503, "SlowDown")},
		{Fault{Kind: ServerError}, refused(500, "InternalError")},
		{Fault{Kind: ExpiredToken}, refused(400, "ExpiredToken")},
		{Fault{Kind: Answer, Status: 403, Code: "InvalidObjectState", Message: "archived"}, refused(403, "InvalidObjectState")},
		{Fault{Kind: Cut, Bytes: 50_000}, cut(50_000)},
		{Fault{Kind: Cut, Bytes: 0}, cut(0)},
		{Fault{Kind: Cut, Bytes: -1}, dead},
		{Fault{Kind: Cut, Bytes: 1 << 30}, nil},
		{Fault{Kind: TruncatedChunk, Bytes: 50_000}, cut(50_000)},
		{Fault{Kind: TruncatedChunk, Bytes: 1 << 30}, cut(100_000)},
		{Fault{Kind: Reset, Bytes: -1}, dead},
		{Fault{Kind: Reset, Bytes: 50_000}, func(t *testing.T, a got) {
			if !errors.Is(a.err, syscall.ECONNRESET) {
				t.Errorf("%v, want a reset", a.err)
			}
		}},
		{Fault{Kind: Stall, Bytes: 50_000, For: time.Millisecond}, nil},
		{Fault{Kind: WrongLength, Bytes: 7}, cut(100_000)},
		{Fault{Kind: WrongLength, Bytes: -7}, func(t *testing.T, a got) { sameBytes(t, "shorter", a.body, data[:len(data)-7]) }},
		{Fault{Kind: Corrupt, Bytes: 70_000}, func(t *testing.T, a got) {
			want := pattern(100_000)
			want[70_000] ^= 1
			sameBytes(t, "corrupt", a.body, want)
		}},
		{Fault{Kind: WrongETag}, func(t *testing.T, a got) {
			if !strings.HasPrefix(a.header.Get("ETag"), `"000`) {
				t.Errorf("ETag %s", a.header.Get("ETag"))
			}
		}},
		{Fault{Kind: WrongChecksum}, func(t *testing.T, a got) {
			if sum := newObject("", data, crc64NVME, time.Time{}).checksum; a.header.Get("X-Amz-Checksum-Crc64nvme") == sum.value {
				t.Error("the checksum is right")
			}
		}},
	} {
		for _, network := range []Network{{}, {RoundTrip: time.Millisecond}} {
			for _, start := range []func(*Server){(*Server).Start, (*Server).StartTLS} {
				s := NewUnstartedServer()
				s.Network = network
				start(s)
				s.S3.CreateBucket("logs")
				s.S3.Put("logs", "key", data)
				c := newClient(t, s)
				// On a connection that was used before, net/http tries a GET again in silence.
				c.http.Transport.(*http.Transport).DisableKeepAlives = true
				s.Inject(Script(Fault{}, test.fault, Fault{}))
				for i := range 3 {
					a := c.do("GET", "/logs/key", "", "X-Amz-Checksum-Mode: ENABLED")
					if i == 1 && test.check != nil {
						test.check(t, a)
					} else if a.err != nil || a.body != string(data) {
						t.Errorf("request %d: %d, %d bytes, %v", i, a.status, len(a.body), a.err)
					}
				}
				if log := s.Requests(); len(log) < 2 || log[1].Fault != test.fault {
					t.Errorf("log %v", log)
				}
				if t.Failed() {
					t.Fatalf("%v on %+v at %s", test.fault, network, s.URL)
				}
				c.http.CloseIdleConnections()
				s.Close()
			}
		}
	}
}

func TestStallEndsWithTheClient(t *testing.T) {
	c := newS3Client(t)
	c.s.S3.Put("logs", "key", pattern(1000))
	c.s.Inject(Script(Fault{Kind: Stall, Bytes: 10}))
	resp, err := c.http.Do(c.request("GET", "/logs/key", ""))
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 10)
	if _, err := io.ReadFull(resp.Body, p); err != nil {
		t.Error(err)
	}
	resp.Body.Close() // without this the handler waits
	c.must("GET", "/logs/key", "")
}

// DynamoDB's own words for the same faults.
func TestJSONFaults(t *testing.T) {
	for _, test := range []struct {
		kind             FaultKind
		dynamo, lambda   string
		dstatus, lstatus int
	}{
		{Throttle, "ProvisionedThroughputExceededException", "TooManyRequestsException", 400, 429},
		{ServerError, "InternalServerError", "ServiceException", 500, 500},
		{ExpiredToken, "ExpiredTokenException", "ExpiredTokenException", 400, 403},
	} {
		c := newClient(t, NewServer())
		c.s.Inject(func(Call) Fault { return Fault{Kind: test.kind} })
		c.service = serviceDynamoDB
		a := c.do("POST", "/", "{}", "X-Amz-Target: DynamoDB_20120810.ListTables", "Content-Type: application/x-amz-json-1.0")
		if a.status != test.dstatus || !strings.Contains(a.body, "#"+test.dynamo) {
			t.Errorf("%v: %d %s", test.kind, a.status, a.body)
		}
		c.service = serviceLambda
		a = c.do("POST", "/2015-03-31/functions/f/invocations", "{}")
		if a.status != test.lstatus || a.header.Get("X-Amzn-Errortype") != test.lambda {
			t.Errorf("%v: %d %v", test.kind, a.status, a.header)
		}
	}
}

func TestRandomIsReproducible(t *testing.T) {
	calls := []Call{{Operation: "GetObject", identity: "a"}, {Operation: "GetObject", identity: "b"}, {Operation: "BatchWriteItem", identity: "c"}}
	schedule := func(seed uint64, order ...int) map[string][]Fault {
		plan, out := Random(seed, 0.5), make(map[string][]Fault)
		for attempt := range 20 {
			for _, i := range order {
				call := calls[i]
				call.Attempt = attempt + 1
				out[call.identity] = append(out[call.identity], plan(call))
			}
		}
		return out
	}
	one, two, other := schedule(1, 0, 1, 2), schedule(1, 2, 1, 0), schedule(2, 0, 1, 2)
	same, failing := true, 0
	for id, faults := range one {
		for i, f := range faults {
			if f != two[id][i] {
				t.Errorf("%s, attempt %d: %v, then %v", id, i+1, f, two[id][i])
			}
			same = same && f == other[id][i]
			if f.Kind != None {
				failing++
			}
		}
	}
	if same || failing < 15 || failing > 45 {
		t.Errorf("%d of 60 fail; another seed is the same: %v", failing, same)
	}
}

// A plan may act: here it changes the object between two ranges.
func TestPlanActs(t *testing.T) {
	c := newS3Client(t)
	etag := c.s.S3.Put("logs", "key", []byte("before"))
	var calls atomic.Int32
	c.s.Inject(Only("GetObject", func(call Call) Fault {
		if calls.Add(1) == 2 {
			c.s.S3.Put(call.Bucket, call.Key, []byte("after!"))
		}
		return Fault{}
	}))
	for i, status := range []int{206, 412} {
		if a := c.do("GET", "/logs/key", "", "Range: bytes=0-2", "If-Match: "+etag); a.status != status {
			t.Errorf("range %d: %d", i, a.status)
		}
	}
	if n := len(c.s.S3.Requests()); n != 2 || c.s.S3.Requests()[0].Header.Get("If-Match") != etag {
		t.Error("log", n)
	}
}
