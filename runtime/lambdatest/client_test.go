package lambdatest

import (
	"bytes"
	"testing"

	"reduction/runtime/lambdatest/internal/client"
)

// A testClient is a client of a server's S3. It closes the server at the end of the test.
type testClient struct {
	*client.Client
	s *Server
}

func newClient(t *testing.T, s *Server) testClient {
	t.Cleanup(s.Close)
	return testClient{client.New(t, s.Env(), "s3"), s}
}

// newS3Client returns a client of a new server with the bucket logs.
func newS3Client(t *testing.T) testClient {
	s := NewServer()
	s.S3.CreateBucket("logs")
	return newClient(t, s)
}

func sameBytes(t *testing.T, what, got string, want []byte) {
	t.Helper()
	if !bytes.Equal([]byte(got), want) {
		t.Errorf("%s: %d bytes that are not the %d wanted", what, len(got), len(want))
	}
}
