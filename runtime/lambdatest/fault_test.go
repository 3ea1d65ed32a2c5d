package lambdatest

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc64"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"reduction/runtime/lambdatest/internal/client"
)

// nvme is the polynomial of CRC-64/NVME, reflected.
const nvme = 0x9a6c9329ac4bc9b5

func TestFaults(t *testing.T) {
	data := client.Pattern(100_000)
	cut := func(n int) func(*testing.T, client.Answer) {
		return func(t *testing.T, a client.Answer) {
			if !errors.Is(a.Err, io.ErrUnexpectedEOF) || len(a.Body) != n {
				t.Errorf("%d bytes, %v; want %d", len(a.Body), a.Err, n)
			}
		}
	}
	dead := func(t *testing.T, a client.Answer) {
		if a.Err == nil || a.Status != 0 {
			t.Errorf("%d %v, want no answer", a.Status, a.Err)
		}
	}
	refused := func(status int, code string) func(*testing.T, client.Answer) {
		return func(t *testing.T, a client.Answer) {
			if a.Status != status || a.Code() != code {
				t.Errorf("%d %s, want %d %s", a.Status, a.Body, status, code)
			}
		}
	}
	for _, test := range []struct {
		fault Fault
		check func(*testing.T, client.Answer)
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
		{Fault{Kind: Reset, Bytes: 50_000}, func(t *testing.T, a client.Answer) {
			if !errors.Is(a.Err, syscall.ECONNRESET) {
				t.Errorf("%v, want a reset", a.Err)
			}
		}},
		{Fault{Kind: Stall, Bytes: 50_000, For: time.Millisecond}, nil},
		{Fault{Kind: WrongLength, Bytes: 7}, cut(100_000)},
		{Fault{Kind: WrongLength, Bytes: -7}, func(t *testing.T, a client.Answer) { sameBytes(t, "shorter", a.Body, data[:len(data)-7]) }},
		{Fault{Kind: Corrupt, Bytes: 70_000}, func(t *testing.T, a client.Answer) {
			want := client.Pattern(100_000)
			want[70_000] ^= 1
			sameBytes(t, "corrupt", a.Body, want)
		}},
		{Fault{Kind: WrongETag}, func(t *testing.T, a client.Answer) {
			if !strings.HasPrefix(a.Header.Get("ETag"), `"000`) {
				t.Errorf("ETag %s", a.Header.Get("ETag"))
			}
		}},
		{Fault{Kind: WrongChecksum}, func(t *testing.T, a client.Answer) {
			sum := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc64.Checksum(data, crc64.MakeTable(nvme))))
			if got := a.Header.Get("X-Amz-Checksum-Crc64nvme"); got == "" || got == sum {
				t.Errorf("the checksum is %q", got)
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
				c.HTTP.Transport.(*http.Transport).DisableKeepAlives = true
				s.Inject(Script(Fault{}, test.fault, Fault{}))
				for i := range 3 {
					a := c.Do("GET", "/logs/key", "", "X-Amz-Checksum-Mode: ENABLED")
					if i == 1 && test.check != nil {
						test.check(t, a)
					} else if a.Err != nil || a.Body != string(data) {
						t.Errorf("request %d: %d, %d bytes, %v", i, a.Status, len(a.Body), a.Err)
					}
				}
				if log := s.Requests(); len(log) < 2 || log[1].Fault != test.fault {
					t.Errorf("log %v", log)
				}
				if t.Failed() {
					t.Fatalf("%v on %+v at %s", test.fault, network, s.URL)
				}
				c.HTTP.CloseIdleConnections()
				s.Close()
			}
		}
	}
}

func TestStallEndsWithTheClient(t *testing.T) {
	c := newS3Client(t)
	c.s.S3.Put("logs", "key", client.Pattern(1000))
	c.s.Inject(Script(Fault{Kind: Stall, Bytes: 10}))
	resp, err := c.HTTP.Do(c.Request("GET", "/logs/key", ""))
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 10)
	if _, err := io.ReadFull(resp.Body, p); err != nil {
		t.Error(err)
	}
	resp.Body.Close() // without this the handler waits
	c.Must("GET", "/logs/key", "")
}

// DynamoDB and Lambda answer the same faults in their own words.
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
		c.Service = "dynamodb"
		a := c.Do("POST", "/", "{}", "X-Amz-Target: DynamoDB_20120810.ListTables", "Content-Type: application/x-amz-json-1.0")
		if a.Status != test.dstatus || !strings.Contains(a.Body, "#"+test.dynamo) {
			t.Errorf("%v: %d %s", test.kind, a.Status, a.Body)
		}
		c.Service = "lambda"
		a = c.Do("POST", "/2015-03-31/functions/f/invocations", "{}")
		if a.Status != test.lstatus || a.Header.Get("X-Amzn-Errortype") != test.lambda {
			t.Errorf("%v: %d %v", test.kind, a.Status, a.Header)
		}
	}
	// CloudWatch speaks XML. Amazon CloudWatch API Reference, Common Errors: Throttling is a 400.
	c := newClient(t, NewServer())
	c.s.Inject(func(Call) Fault { return Fault{Kind: Throttle} })
	c.Service = "monitoring"
	if a := c.Do("POST", "/", "Action=GetMetricStatistics", "Content-Type: application/x-www-form-urlencoded"); a.Status != 400 || !strings.Contains(a.Body, "<Code>Throttling</Code>") {
		t.Errorf("%d %s", a.Status, a.Body)
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

// A plan may do something itself: here it replaces the object between two ranges.
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
		if a := c.Do("GET", "/logs/key", "", "Range: bytes=0-2", "If-Match: "+etag); a.Status != status {
			t.Errorf("range %d: %d", i, a.Status)
		}
	}
	if n := len(c.s.S3.Requests()); n != 2 || c.s.S3.Requests()[0].Header.Get("If-Match") != etag {
		t.Error("log", n)
	}
}
