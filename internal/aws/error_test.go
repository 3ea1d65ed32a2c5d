package aws

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestErrorWithoutBody holds that a refusal whose body is lost, or is not the service's, says
// as much as its status does.
func TestErrorWithoutBody(t *testing.T) {
	for _, c := range []struct {
		status int
		want   error
		says   string
	}{
		{412, ErrChanged, "read the new object from its beginning"},
		{416, ErrRange, "the answer is not the range asked for (416); the object is shorter than an earlier answer has said"},
		{401, ErrAccessDenied, "access denied (401)"},
		{403, ErrAccessDenied, "access denied (403)"},
		{301, ErrRefused, "set AWS_REGION to its region"},
		{400, ErrRefused, "request refused (400); is the endpoint right?"},
		{500, ErrUnavailable, "the service is unavailable (500) [3 attempts]"},
		{503, ErrUnavailable, "the service is unavailable (503) [3 attempts]"},
	} {
		s := newFakeS3(t, pattern(100), "cut:10", strconv.Itoa(c.status), strconv.Itoa(c.status), strconv.Itoa(c.status))
		_, err := fetch(newTestClient(t, testConfig(s.URL, nil)), testRef)
		e, ok := errors.AsType[*Error](err)
		if !ok || !errors.Is(err, c.want) || e.Status != c.status || e.RequestID != "REQ1" {
			t.Errorf("%d: %v", c.status, err)
		} else if !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "aws: GetObject s3://bucket/a key: ") {
			t.Errorf("%d: %q does not say %q", c.status, err, c.says)
		}
	}
}

// TestErrorIsOfItsAnswer holds that an error tells of the answer that caused it, while other
// writers go on with the connections: of a success whose checksum is wrong, after however many
// attempts the retry quota allows, the last answer's request ID is named.
func TestErrorIsOfItsAnswer(t *testing.T) {
	var last sync.Map // by batch, the ID of the last answer that was damaged
	var count atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer := `{"UnprocessedItems":{}}`
		sum := crc32.ChecksumIEEE([]byte(answer))
		id := "ID" + strconv.FormatInt(count.Add(1), 10)
		if n := strings.Count(string(body), "PutRequest"); n > 1 {
			sum++
			last.Store(n, id)
		}
		w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(sum), 10))
		w.Header().Set("x-amzn-RequestId", id)
		io.WriteString(w, answer)
	}))
	defer s.Close()
	c := newTestClient(t, testConfig(s.URL, nil))
	write := func(n int) error {
		b, _ := batchOf(t, n)
		return batchWrite(context.Background(), c, b)
	}
	var failing, going sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		going.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := write(1); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for n := 2; n < 10; n++ {
		failing.Go(func() {
			for range 5 {
				err := write(n)
				id, _ := last.Load(n)
				e, ok := errors.AsType[*Error](err)
				if !errors.Is(err, ErrCorrupt) || !ok || e.Status != 200 || e.RequestID != id {
					t.Errorf("%v, want of request %v", err, id)
				}
			}
		})
	}
	failing.Wait()
	close(stop)
	going.Wait()
}

// TestErrorOfHead holds the same for an object whose first answer has a head that is refused.
func TestErrorOfHead(t *testing.T) {
	s := newFakeS3(t, pattern(100))
	s.header.Set("Content-Encoding", "br")
	s.header.Set("x-amz-request-id", "REQ7")
	_, err := fetch(newTestClient(t, testConfig(s.URL, nil)), testRef)
	e, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, ErrEncoding) || e.RequestID != "REQ7" {
		t.Error(err)
	}
}
