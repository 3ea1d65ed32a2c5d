package sigv4_test

import (
	"fmt"
	"time"

	"reduction/sigv4"
)

// The example "GET Object" of the Amazon S3 API Reference.
func ExampleSigner() {
	s := sigv4.Signer{
		Credentials: sigv4.Credentials{
			AccessKeyID:     "AKIAIOSFODNN7EXAMPLE",
			SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		},
		Region:  "us-east-1",
		Service: "s3",
	}
	r := sigv4.Request{
		Method: "GET",
		Path:   string(sigv4.AppendEscapedPath([]byte("/"), "test.txt")),
		Header: []sigv4.Header{{Name: "Host", Value: "examplebucket.s3.amazonaws.com"}, {Name: "Range", Value: "bytes=0-9"}},
	}
	s.Sign(&r, time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC))
	for _, h := range r.Header {
		fmt.Printf("%s: %.60s\n", h.Name, h.Value)
	}
	// Output:
	// Host: examplebucket.s3.amazonaws.com
	// Range: bytes=0-9
	// X-Amz-Date: 20130524T000000Z
	// X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852
	// Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us
}

func ExampleSigner_AppendPresigned() {
	s := sigv4.Signer{
		Credentials: sigv4.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
		Region:      "us-east-1",
		Service:     "s3",
	}
	r := sigv4.Request{
		Method:      "GET",
		Path:        "/test.txt",
		Header:      []sigv4.Header{{Name: "Host", Value: "examplebucket.s3.amazonaws.com"}},
		PayloadHash: sigv4.UnsignedPayload,
	}
	target := s.AppendPresigned(nil, &r, time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC), 24*time.Hour)
	fmt.Printf("https://examplebucket.s3.amazonaws.com%.50s...\n", target)
	// Output: https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-C...
}
