package lambdatest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRequestLog(t *testing.T) {
	c := newS3Client(t)
	c.s.S3.Put("logs", "key", []byte("data"))
	begin := time.Now()
	c.Must("GET", "/logs/key", "", "Range: bytes=1-2")
	c.Do("GET", "/logs/none", "")
	requests := c.s.S3.Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests", len(requests))
	}
	first, second := requests[0], requests[1]
	if first.Operation != "GetObject" || first.Bucket != "logs" || first.Key != "key" || first.Range != "bytes=1-2" ||
		first.Status != 206 || first.Conn != 1 || first.Time.Before(begin) || second.Time.Before(first.Time) || second.Status != 404 {
		t.Errorf("%+v\n%+v", first, second)
	}
	if keys := []string{first.Key, second.Key}; !slices.Equal(keys, []string{"key", "none"}) {
		t.Error(keys)
	}
}

// OnAnswer is told of each answer, with the body of one that is an error, also where a fault was
// planned.
func TestOnAnswer(t *testing.T) {
	s := NewUnstartedServer()
	answered := make(chan Request, 1)
	s.OnAnswer = func(r Request) { answered <- r }
	s.Start()
	s.S3.CreateBucket("logs")
	c := newClient(t, s)
	s.S3.Put("logs", "key", []byte("data"))
	c.Do("GET", "/logs/key", "")
	if r := <-answered; r.Operation != "GetObject" || r.Key != "key" || r.Status != 200 || r.Sent != 4 || r.Error != nil {
		t.Errorf("%+v", r)
	}
	c.Do("GET", "/logs/none"+strings.Repeat("e", 900), "")
	if r := <-answered; r.Status != 404 || !strings.Contains(string(r.Error), "<Code>NoSuchKey</Code>") {
		t.Errorf("%+v\n%s", r, r.Error)
	}
	s.Inject(Script(Fault{Kind: Drop}))
	c.Do("PUT", "/logs/key", "data")
	if r := <-answered; r.Operation != "PutObject" || r.Status != 0 || r.Fault.Kind != Drop {
		t.Errorf("%+v", r)
	}
}
