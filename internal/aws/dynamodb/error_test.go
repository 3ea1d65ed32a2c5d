package dynamodb

import (
	"context"
	"encoding/json"
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

	"reduction/ddbwire"
	"reduction/internal/aws/awstest"
	"reduction/internal/aws/request"
)

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
	c := newTestClient(t, awstest.New(s.URL, nil))
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
				e, ok := errors.AsType[*request.Error](err)
				if !errors.Is(err, request.ErrCorrupt) || !ok || e.Status != 200 || e.RequestID != id {
					t.Errorf("%v, want of request %v", err, id)
				}
			}
		})
	}
	failing.Wait()
	close(stop)
	going.Wait()
}

// TestEcho holds that no error repeats a cell, whatever a server or a proxy answers.
func TestEcho(t *testing.T) {
	const cell = "Asthma"
	for _, code := range []string{"ValidationException", "AccessDeniedException", "ThrottlingException", "ResourceNotFoundException", "ItemCollectionSizeLimitExceededException", cell + " of", ""} {
		for _, form := range []string{"%", "Requested resource not found: Table: % not found", "User: % is not authorized to perform: % on resource: %", "The parameter cannot be converted to a numeric value: %"} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				message := strings.ReplaceAll(form, "%", cell) + string(body)
				answer, _ := json.Marshal(map[string]any{"__type": code, "message": message, "ThrottlingReasons": []any{map[string]string{"reason": cell + "!", "resource": string(body)}}})
				w.Header().Set("x-amzn-RequestId", cell+" "+cell)
				w.WriteHeader(400)
				w.Write(answer)
			}))
			b := new(ddbwire.Batch)
			b.Reset("table")
			b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", cell))
			err := batchWrite(context.Background(), newTestClient(t, awstest.New(s.URL, nil)), b)
			s.Close()
			if err == nil || strings.Contains(err.Error(), cell) {
				t.Errorf("%s, %s: %v", code, form, err)
			}
		}
	}
}

// TestThrottlingReasons holds that an error names what DynamoDB says of a throttled table.
func TestThrottlingReasons(t *testing.T) {
	const reason, resource = "TableWriteProvisionedThroughputExceeded", "arn:aws:dynamodb:us-east-1:123456789012:table/t"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Rate of requests exceeds the allowed throughput.",`+
			`"ThrottlingReasons":[{"reason":"`+reason+`","resource":"`+resource+`"}]}`)
	}))
	defer s.Close()
	b, _ := batchOf(t, 1)
	err := batchWrite(context.Background(), newTestClient(t, awstest.New(s.URL, nil)), b)
	if !errors.Is(err, request.ErrThrottled) || !strings.Contains(err.Error(), "Rate of requests exceeds the allowed throughput, "+reason+", "+resource) {
		t.Error(err)
	}
}
