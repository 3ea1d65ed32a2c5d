package sigv4http_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
	"reduction/sigv4"
	"reduction/sigv4/sigv4http"
)

// newServer starts a server with the table and the bucket of the calls.
func newServer(t *testing.T) *lambdatest.Server {
	server := lambdatest.NewServer()
	t.Cleanup(server.Close)
	server.DynamoDB.CreateTable("notes")
	server.S3.CreateBucket("files")
	return server
}

func signerFor(server *lambdatest.Server, service string) *sigv4.Signer {
	return &sigv4.Signer{Credentials: sigv4.Credentials(server.Credentials), Region: server.Region, Service: service}
}

// The server verifies signatures by code of its own.
func TestSign(t *testing.T) {
	server := newServer(t)
	var out strings.Builder
	callDynamoDB(&out, server.URL, signerFor(server, "dynamodb"))
	callS3(&out, server.URL, signerFor(server, "s3"))
	if out.String() != answers {
		t.Errorf("got %q, want %q", out.String(), answers)
	}
	if stored, _ := server.S3.Object("files", "day 1/a+b.txt"); string(stored) != "hello" {
		t.Errorf("stored %q", stored)
	}
}

// A request may be signed again, with other credentials.
func TestSignAgain(t *testing.T) {
	server := newServer(t)
	s := signerFor(server, "s3")
	r, err := http.NewRequest("PUT", server.URL+"/files/key", strings.NewReader("data"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header["X-Amz-Meta-Tag"] = []string{"one", "two"}
	expired := signerFor(server, "s3")
	expired.SessionToken = "expired"
	sigv4http.Sign(expired, r, []byte("data"), time.Now().Add(-time.Hour))
	if r.Header.Get("X-Amz-Security-Token") != "expired" {
		t.Errorf("%v", r.Header)
	}
	sigv4http.Sign(s, r, []byte("data"), time.Now())
	if answer, err := send(r); err != nil || answer != "200 " {
		t.Errorf("%s, %v", answer, err)
	}
	if len(r.Header["X-Amz-Meta-Tag"]) != 2 || len(r.Header["Authorization"]) != 1 || r.Header["X-Amz-Security-Token"] != nil {
		t.Errorf("%v", r.Header)
	}
}
