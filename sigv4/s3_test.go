package sigv4

import (
	"testing"
	"time"
)

// The examples of the Amazon S3 API Reference, "Signature Calculations for the Authorization
// Header: Transferring Payload in a Single Chunk" and "Authenticating Requests: Using Query
// Parameters".
var (
	s3Time = time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	s3Keys = Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
)

const s3Host = "examplebucket.s3.amazonaws.com"

var s3Examples = []struct {
	name          string
	request       Request
	payload       string
	canonical     string
	hash          string // of the canonical request
	signedHeaders string
	signature     string
}{
	{
		name:    "GET Object",
		request: Request{Method: "GET", Path: "/test.txt", Header: []Header{{"Host", s3Host}, {"Range", "bytes=0-9"}}},
		canonical: "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n" +
			"x-amz-content-sha256:" + EmptyPayload + "\nx-amz-date:20130524T000000Z\n\n" +
			"host;range;x-amz-content-sha256;x-amz-date\n" + EmptyPayload,
		hash:          "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
		signedHeaders: "host;range;x-amz-content-sha256;x-amz-date",
		signature:     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
	},
	{
		name: "PUT Object",
		request: Request{Method: "PUT", Path: string(AppendEscapedPath([]byte("/"), "test$file.text")), Header: []Header{
			{"Host", s3Host}, {"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}},
		payload: "Welcome to Amazon S3.",
		canonical: "PUT\n/test%24file.text\n\ndate:Fri, 24 May 2013 00:00:00 GMT\nhost:examplebucket.s3.amazonaws.com\n" +
			"x-amz-content-sha256:44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\n" +
			"x-amz-date:20130524T000000Z\nx-amz-storage-class:REDUCED_REDUNDANCY\n\n" +
			"date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class\n" +
			"44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
		hash:          "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d",
		signedHeaders: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
		signature:     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
	},
	{
		name:    "GET Bucket Lifecycle",
		request: Request{Method: "GET", Path: "/", Query: "lifecycle", Header: []Header{{"Host", s3Host}}},
		canonical: "GET\n/\nlifecycle=\nhost:examplebucket.s3.amazonaws.com\n" +
			"x-amz-content-sha256:" + EmptyPayload + "\nx-amz-date:20130524T000000Z\n\n" +
			"host;x-amz-content-sha256;x-amz-date\n" + EmptyPayload,
		hash:          "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca",
		signedHeaders: "host;x-amz-content-sha256;x-amz-date",
		signature:     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
	},
	{
		name:    "Get Bucket (List Objects)",
		request: Request{Method: "GET", Path: "/", Query: "max-keys=2&prefix=J", Header: []Header{{"Host", s3Host}}},
		canonical: "GET\n/\nmax-keys=2&prefix=J\nhost:examplebucket.s3.amazonaws.com\n" +
			"x-amz-content-sha256:" + EmptyPayload + "\nx-amz-date:20130524T000000Z\n\n" +
			"host;x-amz-content-sha256;x-amz-date\n" + EmptyPayload,
		hash:          "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7",
		signedHeaders: "host;x-amz-content-sha256;x-amz-date",
		signature:     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
	},
}

func s3Signer() *Signer { return &Signer{Credentials: s3Keys, Region: "us-east-1", Service: "s3"} }

func TestS3Examples(t *testing.T) {
	for _, test := range s3Examples {
		r := test.request
		if test.payload != "" {
			r.PayloadHash = string(AppendHash(nil, []byte(test.payload)))
		}
		s := s3Signer()
		s.Sign(&r, s3Time)
		stringToSign := "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n" + test.hash
		authorization := "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=" +
			test.signedHeaders + ", Signature=" + test.signature
		for _, step := range []struct{ name, got, want string }{
			{"canonical request", string(s.AppendCanonicalRequest(nil, &r)), test.canonical},
			{"its hash", string(AppendHash(nil, []byte(test.canonical))), test.hash},
			{"string to sign", string(s.AppendStringToSign(nil, &r, s3Time)), stringToSign},
			{"signature", string(s.AppendSignature(nil, &r, s3Time)), test.signature},
			{"authorization", r.Header[len(r.Header)-1].Value, authorization},
		} {
			if step.got != step.want {
				t.Errorf("%s, %s:\ngot\n%s\nwant\n%s", test.name, step.name, step.got, step.want)
			}
		}
	}
}

func TestS3Presigned(t *testing.T) {
	r := &Request{Method: "GET", Path: "/test.txt", Header: []Header{{"Host", s3Host}}, PayloadHash: UnsignedPayload}
	got := "https://" + s3Host + string(s3Signer().AppendPresigned(nil, r, s3Time, 24*time.Hour))
	const want = "https://examplebucket.s3.amazonaws.com/test.txt" +
		"?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
		"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
		"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
		"&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestPath: S3's keys are taken as they are; every other path is normalised and escaped
// a second time.
func TestPath(t *testing.T) {
	for _, test := range []struct{ path, s3, other string }{
		{"", "/", "/"},
		{"/", "/", "/"},
		{"/a/../b//c/./d", "/a/../b//c/./d", "/b/c/d"},
		{"//", "//", "/"},
		{"/a%20b", "/a%20b", "/a%2520b"},
		{"/a/", "/a/", "/a/"},
		{"/../..", "/../..", "/"},
		{"/a/..", "/a/..", "/"},
		{"/a/b/../", "/a/b/../", "/a/"},
	} {
		other := suiteSigner()
		if got := string(s3Signer().appendCanonicalPath(nil, test.path)); got != test.s3 {
			t.Errorf("S3, %s: %s, want %s", test.path, got, test.s3)
		}
		if got := string(other.appendCanonicalPath([]byte("/x"), test.path)); got != "/x"+test.other {
			t.Errorf("other, %s: %s, want /x%s", test.path, got, test.other)
		}
	}
}
