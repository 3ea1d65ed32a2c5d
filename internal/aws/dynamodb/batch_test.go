package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"reduction/ddbwire"
	"reduction/internal/aws/awstest"
	"reduction/internal/aws/request"
	"reduction/internal/aws/retry"
)

// fakeDynamoDB stores the SK of items, and plays a script of faults: the n-th request meets the n-th.
//
//	back:N    the last N items come back unprocessed
//	lost      the items are stored, and the connection ends before the answer
//	crc       the answer's checksum is another's; of a refusal, crc:STATUS Type
//	other     an item comes back that was not sent
//	garbage   the answer is no JSON
//	STATUS Type Message
type fakeDynamoDB struct {
	*httptest.Server
	mu       sync.Mutex
	script   []string
	items    map[string]int // how often each was stored
	requests int
	last     http.Header
}

func newFakeDynamoDB(t *testing.T, script ...string) *fakeDynamoDB {
	s := &fakeDynamoDB{script: script, items: map[string]int{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

type (
	fakeItem    map[string]map[string]string
	fakeRequest struct{ PutRequest struct{ Item fakeItem } }
)

func (s *fakeDynamoDB) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	s.last = r.Header
	step := "ok"
	if len(s.script) > 0 {
		step, s.script = s.script[0], s.script[1:]
	}
	step, damaged := strings.CutPrefix(step, "crc")
	step = strings.TrimPrefix(step, ":")
	answer := func(status int, body string) {
		sum := crc32.ChecksumIEEE([]byte(body))
		if damaged {
			sum++
		}
		w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(sum), 10))
		w.Header().Set("x-amzn-RequestId", "REQ2")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
	if len(step) > 3 {
		if status, err := strconv.Atoi(step[:3]); err == nil {
			f := append(strings.Fields(step[3:]), "")
			answer(status, `{"__type":"com.amazonaws.dynamodb.v20120810#`+f[0]+`","message":"`+f[1]+`"}`)
			return
		}
	}
	var in struct{ RequestItems map[string][]fakeRequest }
	if err := json.Unmarshal(body, &in); err != nil {
		answer(400, `{"__type":"com.amazon.coral.service#SerializationException"}`)
		return
	}
	requests := in.RequestItems["table"]
	kind, arg, _ := strings.Cut(step, ":")
	n, _ := strconv.Atoi(arg)
	stored := requests[:max(0, len(requests)-n)]
	for _, item := range stored {
		s.items[item.PutRequest.Item["SK"]["S"]]++
	}
	back := map[string][]fakeRequest{}
	if len(stored) < len(requests) {
		back["table"] = requests[len(stored):]
	}
	if kind == "other" {
		var other fakeRequest
		other.PutRequest.Item = fakeItem{"PK": {"S": "p"}, "SK": {"S": "never sent"}}
		back["table"] = []fakeRequest{other}
	}
	switch kind {
	case "lost":
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			c.Close()
		}
	case "garbage":
		answer(200, "<html>")
	default:
		out, _ := json.Marshal(map[string]any{"UnprocessedItems": back})
		answer(200, string(out))
	}
}

// batchOf returns a batch of n items, and their sort keys.
func batchOf(t *testing.T, n int) (*ddbwire.Batch, []string) {
	b := new(ddbwire.Batch)
	b.Reset("table")
	var keys []string
	for i := range n {
		key := "#diagnosis#" + strconv.Itoa(i)
		if err := b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", key), ddbwire.N("n", "1")); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return b, keys
}

func TestBatchWrite(t *testing.T) {
	throttle := "400 ProvisionedThroughputExceededException"
	for _, c := range []struct {
		name, script string
		want         error
		requests     int
		pauses       string
	}{
		{"at once", "", nil, 1, ""},
		{"some come back", "back:7", nil, 2, "25ms"},
		{"some come back, often", "back:20 | back:15 | back:10 | back:5", nil, 5, "25ms 25ms 25ms 25ms"},
		{"all come back, often", "back:25 | back:25 | back:25 | back:25 | back:25 | back:25 | back:24", nil, 8, "25ms 50ms 100ms 200ms 400ms 800ms 1.6s"},
		{"500", "500 InternalServerError | 500 InternalServerError", nil, 3, "25ms 50ms"},
		{"500 for ever", "500 InternalServerError | 500 InternalServerError | 500 InternalServerError | 500 InternalServerError", request.ErrUnavailable, 4, "25ms 50ms 100ms"},
		{"throttled", throttle + " | " + throttle, nil, 3, "1s 2s"},
		{"throttled for ever", throttle + " | " + throttle + " | " + throttle + " | " + throttle, request.ErrThrottled, 4, "1s 2s 4s"},
		{"answer lost", "lost", nil, 2, ""},
		{"damaged answer", "crc", nil, 2, "25ms"},
		{"damaged refusal", "crc:" + throttle, nil, 2, "25ms"},
		{"damaged refusals for ever", strings.Repeat("crc:"+throttle+" | ", 4), request.ErrCorrupt, 4, "25ms 50ms 100ms"},
		{"answer of another", "other", nil, 2, "25ms"},
		{"no JSON", "garbage", nil, 2, "25ms"},
		{"answers of others for ever", "other | other | other | other", ddbwire.ErrAnswer, 4, "25ms 50ms 100ms"},
		{"some, then refused", "back:5 | 400 ValidationException", request.ErrRefused, 2, "25ms"},
		{"no table", "400 ResourceNotFoundException", ErrNoSuchTable, 1, ""},
		{"denied", "400 AccessDeniedException", request.ErrAccessDenied, 1, ""},
		{"expired", "400 ExpiredTokenException", request.ErrExpired, 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newFakeDynamoDB(t, strings.Split(c.script, " | ")...)
			var pauses []time.Duration
			client := newTestClient(t, awstest.New(s.URL, &pauses))
			// A connection that has been used shows the difference of stale and broken.
			if c.name != "answer lost" {
				at, err := client.service.Endpoints.Tables("us-east-1", "")
				if err == nil {
					err = client.service.Pool.Ensure(t.Context(), at)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			b, keys := batchOf(t, 25)
			err := batchWrite(context.Background(), client, b)
			if !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			stored := slices.Sorted(maps.Keys(s.items))
			if err == nil && !slices.Equal(stored, keys) {
				t.Errorf("stored %d items", len(stored))
			}
			if err != nil {
				e, ok := errors.AsType[*WriteError](err)
				if !ok || e.Table != "table" || e.Written+e.Left != 25 || e.Left != b.Len() || e.Written > len(stored) {
					t.Errorf("%v, with %d stored and %d in the batch", err, len(stored), b.Len())
				}
			}
			if s.requests != c.requests {
				t.Errorf("%d requests, want %d", s.requests, c.requests)
			}
			got := ""
			for _, p := range pauses {
				got += " " + p.String()
			}
			if c.pauses != "" && strings.TrimSpace(got) != c.pauses {
				t.Errorf("pauses%s, want %s", got, c.pauses)
			}
		})
	}
}

func TestBatchWriteHeaders(t *testing.T) {
	s := newFakeDynamoDB(t)
	config := awstest.New(s.URL, nil)
	config.Credentials.SessionToken = "token"
	b, _ := batchOf(t, 1)
	if err := batchWrite(context.Background(), newTestClient(t, config), b); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"X-Amz-Target": "DynamoDB_20120810.BatchWriteItem", "Content-Type": "application/x-amz-json-1.0", "X-Amz-Security-Token": "token",
	} {
		if got := s.last.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestBatchWriteDeadline holds that writing stops half a second before the deadline, and
// says what was written. Time is simulated: it passes in pauses, and each request takes a
// millisecond, however slow the machine is.
func TestBatchWriteDeadline(t *testing.T) {
	script := make([]string, 10_000)
	for i := range script {
		script[i] = "back:5"
	}
	s := newFakeDynamoDB(t, script...)
	synctest.Test(t, func(t *testing.T) {
		config := awstest.New(s.URL, nil)
		config.Sleep = func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(d + time.Millisecond):
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), lastMoment+300*time.Millisecond)
		defer cancel()
		b, _ := batchOf(t, 25)
		err := batchWrite(ctx, newTestClient(t, config), b)
		e, ok := errors.AsType[*WriteError](err)
		if !errors.Is(err, ErrDeadline) || !ok || e.Written != 20 || e.Left != 5 || b.Len() != 5 {
			t.Error(err)
		}
		if end, _ := ctx.Deadline(); time.Until(end) != lastMoment {
			t.Errorf("%v before the deadline", time.Until(end))
		}
	})
}

// TestBatchWriteKeepsSecrets holds that no error shows what an item contains.
func TestBatchWriteKeepsSecrets(t *testing.T) {
	for _, script := range []string{
		"400 ValidationException secret-patient", "400 SerializationException secret-patient", "400 Unheard secret-patient",
		"500 InternalServerError secret-patient | 500 InternalServerError secret-patient | 500 InternalServerError secret-patient | 500 InternalServerError secret-patient",
	} {
		s := newFakeDynamoDB(t, strings.Split(script, " | ")...)
		b := new(ddbwire.Batch)
		b.Reset("table")
		b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", "secret-patient"))
		err := batchWrite(context.Background(), newTestClient(t, awstest.New(s.URL, nil)), b)
		if err == nil || strings.Contains(err.Error(), "secret-patient") {
			t.Errorf("%v", err)
		}
	}
}

// batchWrite stores a batch with a Writer of its own.
func batchWrite(ctx context.Context, c *Client, b *ddbwire.Batch) error {
	w := c.Writer(ctx)
	defer w.Close()
	return w.BatchWrite(b)
}

func newTestClient(t *testing.T, c awstest.Config) *Client {
	t.Helper()
	return New(c.Service(t, "dynamodb", retry.DynamoDB))
}
