package lambdatest

import (
	"slices"
	"testing"
	"time"
)

func TestRequestLog(t *testing.T) {
	c := newS3Client(t)
	c.s.S3.Put("logs", "key", []byte("data"))
	c.Must("GET", "/logs/key", "", "Range: bytes=1-2")
	c.Do("GET", "/logs/none", "")
	requests := c.s.S3.Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests", len(requests))
	}
	first, second := requests[0], requests[1]
	if first.Operation != "GetObject" || first.Bucket != "logs" || first.Key != "key" || first.Range != "bytes=1-2" ||
		first.Status != 206 || first.Conn != 1 || time.Since(first.Time) > time.Minute || second.Status != 404 {
		t.Errorf("%+v\n%+v", first, second)
	}
	if keys := []string{first.Key, second.Key}; !slices.Equal(keys, []string{"key", "none"}) {
		t.Error(keys)
	}
}
