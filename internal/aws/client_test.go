package aws

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"reduction/internal/aws/awstest"
	"reduction/internal/aws/s3"
)

func TestWarm(t *testing.T) {
	var conns, requests atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("ETag", `"x"`)
		io.WriteString(w, "right")
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	config, err := FromEnv(environ("AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_ENDPOINT_URL="+s.URL))
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, config)
	c.Warm(t.Context(), 1, "bucket")
	for end := time.Now().Add(awstest.Patience); conns.Load() != 2; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for two connections, have %d", conns.Load())
		}
	}
	if requests.Load() != 0 {
		t.Error("warming made a request")
	}
	if got, err := fetch(c, s3.ObjectRef{Bucket: "bucket", Key: "key"}); err != nil || string(got) != "right" || conns.Load() != 2 {
		t.Errorf("%q, %v, %d connections", got, err, conns.Load())
	}
}
