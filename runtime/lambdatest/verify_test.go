package lambdatest

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest/internal/client"
	"reduction/runtime/lambdatest/internal/signature"
)

// documented is the server of the S3 API Reference's examples.
func documented(t *testing.T) *Server {
	s := NewUnstartedServer()
	t.Cleanup(s.Close)
	s.Now = func() time.Time { return time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC) }
	s.S3.CreateBucket("examplebucket")
	s.S3.Put("examplebucket", "test.txt", []byte("Welcome to Amazon S3."))
	return s
}

func ask(s *Server, method, target, host, body string, header ...string) client.Answer {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = host
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
		if name == "Content-Length" { // which is signed, whatever comes
			r.ContentLength, _ = strconv.ParseInt(value, 10, 64)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return client.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

const (
	emptyHash  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	credential = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
)

// The examples of "Signature Calculations for the Authorization Header" and of
// "Authenticating Requests: Using Query Parameters", S3 API Reference.
func TestDocumentedSignatures(t *testing.T) {
	s := documented(t)
	date, empty := "X-Amz-Date: 20130524T000000Z", "X-Amz-Content-Sha256: "+emptyHash
	for _, test := range []struct {
		method, target, body string
		status               int
		header               []string
	}{
		{"GET", "/test.txt", "", 206, []string{"Range: bytes=0-9", date, empty,
			"Authorization: " + credential + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"}},
		{"PUT", "/test$file.text", "Welcome to Amazon S3.", 200, []string{"Date: Fri, 24 May 2013 00:00:00 GMT", date, "X-Amz-Storage-Class: REDUCED_REDUNDANCY",
			"X-Amz-Content-Sha256: 44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
			"Authorization: " + credential + "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"}},
		{"GET", "/?lifecycle", "", 501, []string{date, empty,
			"Authorization: " + credential + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"}},
		{"GET", "/?max-keys=2&prefix=J", "", 200, []string{date, empty,
			"Authorization: " + credential + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"}},
		{"GET", "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
			"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", "", 200, nil},
	} {
		if a := ask(s, test.method, test.target, "examplebucket.s3.amazonaws.com", test.body, test.header...); a.Status != test.status {
			t.Errorf("%s %s: %d %s", test.method, test.target, a.Status, a.Body)
		}
	}
}

// The example of "Transferring Payload in Multiple Chunks", S3 API Reference: 65 KB of the
// letter a in chunks of 64 KB.
func TestDocumentedChunks(t *testing.T) {
	chunked := func(last, second string) string {
		return "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + strings.Repeat("a", 65536) + "\r\n" +
			"400;chunk-signature=" + second + "\r\n" + strings.Repeat("a", 1024) + "\r\n0;chunk-signature=" + last + "\r\n\r\n"
	}
	const second = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"
	const last = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"
	for _, test := range []struct{ name, body, code string }{
		{"as documented", chunked(last, second), ""},
		{"last signature", chunked(second, second), "SignatureDoesNotMatch"},
		{"second signature", chunked(last, last), "SignatureDoesNotMatch"},
		{"a byte", strings.Replace(chunked(last, second), "aaaa\r\n400", "aaab\r\n400", 1), "SignatureDoesNotMatch"},
		{"cut in a chunk", chunked(last, second)[:60000], "IncompleteBody"},
		{"cut between chunks", chunked(last, second)[:65626], "IncompleteBody"},
		{"no last chunk", chunked(last, second)[:66738], "IncompleteBody"},
		{"something behind", chunked(last, second) + "x", "IncompleteBody"},
	} {
		s := documented(t)
		a := ask(s, "PUT", "/examplebucket/chunkObject.txt", "s3.amazonaws.com", test.body,
			"X-Amz-Date: 20130524T000000Z", "X-Amz-Storage-Class: REDUCED_REDUNDANCY", "X-Amz-Content-Sha256: "+"STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
			"Content-Encoding: aws-chunked", "X-Amz-Decoded-Content-Length: 66560", "Content-Length: 66824",
			"Authorization: "+credential+"SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"+
				"x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
		data, stored := s.S3.Object("examplebucket", "chunkObject.txt")
		if a.Code() != test.code || stored != (test.code == "") || stored && string(data) != strings.Repeat("a", 66560) {
			t.Errorf("%s: %d %s, stored %v", test.name, a.Status, a.Body, stored)
		}
	}
}

// The example of "Including Trailing Headers", S3 API Reference.
func TestDocumentedTrailer(t *testing.T) {
	body := func(signature string) string {
		return "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" + strings.Repeat("a", 65536) + "\r\n" +
			"400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" + strings.Repeat("a", 1024) + "\r\n" +
			"0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n" +
			"x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:" + signature + "\r\n\r\n"
	}
	const good = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"
	for _, test := range []struct{ name, body, code string }{
		{"as documented", body(good), ""},
		{"as minio-go sends it", strings.Replace(body(good), "==\r\n", "==\n\r\n", 1), ""},
		{"signature", body(emptyHash), "SignatureDoesNotMatch"},
		{"no signature", strings.Replace(body(""), "x-amz-trailer-signature:\r\n", "", 1), "SignatureDoesNotMatch"},
		{"not declared", strings.Replace(body(good), "crc32c", "crc32", 1), "MalformedTrailerError"},
		{"checksum", strings.Replace(body(good), "sOO8", "sOO9", 1), "SignatureDoesNotMatch"},
	} {
		s := documented(t)
		a := ask(s, "PUT", "/examplebucket/chunkObject.txt", "s3.amazonaws.com", test.body,
			"X-Amz-Date: 20130524T000000Z", "X-Amz-Storage-Class: REDUCED_REDUNDANCY", "X-Amz-Content-Sha256: "+"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
			"Content-Encoding: aws-chunked", "X-Amz-Decoded-Content-Length: 66560", "X-Amz-Trailer: x-amz-checksum-crc32c",
			"Authorization: "+credential+"SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"+
				"x-amz-storage-class;x-amz-trailer,Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")
		if _, stored := s.S3.Object("examplebucket", "chunkObject.txt"); a.Code() != test.code || stored != (test.code == "") {
			t.Errorf("%s: %d %s, stored %v", test.name, a.Status, a.Body, stored)
		}
	}
}

func TestRefusals(t *testing.T) {
	change := func(name, value string) func(*testClient) {
		return func(c *testClient) { c.Mutate = func(r *http.Request) { r.Header.Set(name, value) } }
	}
	skew := func(d time.Duration) func(*testClient) {
		return func(c *testClient) { c.Now = func() time.Time { return time.Now().Add(d) } }
	}
	for _, test := range []struct {
		name     string
		spoil    func(*testClient)
		s3       string
		s3Status int
		json     string
	}{
		{"good", func(c *testClient) {}, "", 200, ""},
		{"key", func(c *testClient) { c.Credentials.AccessKeyID = "AKIAOTHER" }, "InvalidAccessKeyId", 403, "UnrecognizedClientException"},
		{"secret", func(c *testClient) { c.Credentials.SecretAccessKey = "guessed" }, "SignatureDoesNotMatch", 403, "InvalidSignatureException"},
		{"region", func(c *testClient) { c.Region = "eu-west-1" }, "AuthorizationHeaderMalformed", 400, "InvalidSignatureException"},
		{"service", func(c *testClient) { c.Service = "sts" }, "AuthorizationHeaderMalformed", 400, "InvalidSignatureException"},
		{"token", func(c *testClient) { c.Credentials.SessionToken = "other" }, "InvalidToken", 400, "UnrecognizedClientException"},
		{"no token", func(c *testClient) { c.Credentials.SessionToken = "" }, "InvalidAccessKeyId", 403, "UnrecognizedClientException"},
		{"expired", func(c *testClient) { c.s.Rotate(Credentials{"AKIANEW", "s", "t"}) }, "ExpiredToken", 400, "ExpiredTokenException"},
		{"early", skew(-20 * time.Minute), "RequestTimeTooSkewed", 403, "InvalidSignatureException"},
		{"late", skew(20 * time.Minute), "RequestTimeTooSkewed", 403, "InvalidSignatureException"},
		{"anonymous", func(c *testClient) { c.Mutate = func(r *http.Request) { r.Header.Del("Authorization") } }, "AccessDenied", 403, "MissingAuthenticationTokenException"},
		{"version 2", change("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:c2ln"), "InvalidRequest", 400, "IncompleteSignatureException"},
		{"nonsense", change("Authorization", "AWS4-HMAC-SHA256 Credential=x"), "AuthorizationHeaderMalformed", 400, "IncompleteSignatureException"},
		{"no date", change("X-Amz-Date", "today"), "AccessDenied", 403, "IncompleteSignatureException"},
		{"another date", change("X-Amz-Date", "20130524T000000Z"), "AuthorizationHeaderMalformed", 400, "InvalidSignatureException"},
		{"a header", change("Range", "bytes=0-1"), "", 200, ""}, // not signed, need not be
		{"an x-amz- header", change("X-Amz-Meta-New", "x"), "AccessDenied", 403, "InvalidSignatureException"},
		{"a query", func(c *testClient) { c.Mutate = func(r *http.Request) { r.URL.RawQuery = "x=1" } }, "SignatureDoesNotMatch", 403, "InvalidSignatureException"},
	} {
		s := NewUnstartedServer()
		s.Credentials.SessionToken = "token"
		s.Start()
		s.S3.CreateBucket("logs")
		c := newClient(t, s)
		test.spoil(&c)
		if a := c.Do("GET", "/logs", ""); a.Code() != test.s3 || a.Status != test.s3Status && a.Status != 206 {
			t.Errorf("%s: S3 answers %d %s, want %d %s", test.name, a.Status, a.Body, test.s3Status, test.s3)
		}
		if c.Service == "s3" {
			c.Service = "dynamodb"
		}
		a := c.Do("POST", "/", "{}", "X-Amz-Target: DynamoDB_20120810.ListTables", "Content-Type: application/x-amz-json-1.0")
		if ok := a.Status == 200; ok != (test.json == "") || !strings.Contains(a.Body, "#"+test.json) && !ok || !ok && a.Status != 400 {
			t.Errorf("%s: DynamoDB answers %d %s, want %s", test.name, a.Status, a.Body, test.json)
		}
		if c.Service == "dynamodb" {
			c.Service = "lambda"
		}
		a = c.Do("POST", "/2015-03-31/functions/f/invocations", "{}")
		if got := a.Header.Get("X-Amzn-Errortype"); !strings.Contains(got, test.json) || test.json != "" && a.Status != 403 {
			t.Errorf("%s: Lambda answers %d %s, want %s", test.name, a.Status, got, test.json)
		}
	}
}

func TestPresigned(t *testing.T) {
	s := documented(t)
	const good = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
		"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
	for _, test := range []struct {
		old, new string
		later    time.Duration
		code     string
	}{
		{"", "", 0, ""},
		{"", "", 86400 * time.Second, ""},
		{"", "", 86401 * time.Second, "AccessDenied"},
		{"", "", -16 * time.Minute, "AccessDenied"},
		{"86400", "86401", 0, "SignatureDoesNotMatch"},
		{"86400", "604801", 0, "AuthorizationQueryParametersError"},
		{"us-east-1", "us-east-2", 0, "AuthorizationQueryParametersError"},
		{"&X-Amz-SignedHeaders=host", "", 0, "AuthorizationQueryParametersError"},
		{"test.txt", "other.txt", 0, "SignatureDoesNotMatch"},
	} {
		s.Now = func() time.Time { return time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC).Add(test.later) }
		a := ask(s, "GET", strings.Replace(good, test.old, test.new, 1), "examplebucket.s3.amazonaws.com", "")
		if a.Code() != test.code {
			t.Errorf("%q for %q, %v later: %d %s, want %q", test.new, test.old, test.later, a.Status, a.Body, test.code)
		}
	}
}

func TestPayloadHash(t *testing.T) {
	c := newS3Client(t)
	for _, test := range []struct{ hash, code string }{
		{signature.SHA256Hex([]byte("data")), ""},
		{"UNSIGNED-PAYLOAD", ""},
		{signature.SHA256Hex([]byte("Data")), "XAmzContentSHA256Mismatch"},
		{"nothing", "InvalidArgument"},
		{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "MissingContentLength"},
	} {
		a := c.Do("PUT", "/logs/key", "data", "X-Amz-Content-Sha256: "+test.hash)
		if _, stored := c.s.S3.Object("logs", "key"); a.Code() != test.code || stored != (test.code == "") {
			t.Errorf("%s: %s, want %q; stored %v", test.hash, a.Body, test.code, stored)
		}
		c.Must("DELETE", "/logs/key", "")
	}
	c.Mutate = func(r *http.Request) { r.Header.Del("X-Amz-Content-Sha256") }
	if a := c.Do("GET", "/logs", ""); a.Code() != "InvalidRequest" {
		t.Errorf("no hash: %s", a.Body)
	}
}

// Every answer has the server's date, as clients need it to correct a clock that is wrong.
func TestDate(t *testing.T) {
	s := documented(t)
	for _, target := range []string{"/test.txt", "/2015-03-31/functions/"} {
		if got := ask(s, "GET", target, "examplebucket.s3.amazonaws.com", "").Header.Get("Date"); got != "Fri, 24 May 2013 00:00:00 GMT" {
			t.Errorf("%s: Date: %s", target, got)
		}
	}
}
