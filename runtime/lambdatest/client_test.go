package lambdatest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// A client signs requests to a Server. Its signatures are made by the code under test, which
// AWS's examples hold to be right.
type client struct {
	t    *testing.T
	s    *Server
	http *http.Client

	cred            Credentials
	region, service string
	now             func() time.Time
	mutate          func(*http.Request) // after signing
}

func newClient(t *testing.T, s *Server) *client {
	t.Cleanup(s.Close)
	transport := &http.Transport{DisableCompression: true}
	if s.caFile != "" {
		pem, err := os.ReadFile(s.caFile)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, s: s, http: &http.Client{Transport: transport}, cred: s.Credentials, region: s.Region,
		service: serviceS3, now: time.Now}
}

// request makes a signed request. header has lines of "Name: value".
func (c *client) request(method, target, body string, header ...string) *http.Request {
	c.t.Helper()
	r, err := http.NewRequest(method, c.s.URL+target, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	hash := sha256Hex([]byte(body))
	r.Header.Set("X-Amz-Date", c.now().UTC().Format(amzTime))
	if c.service != serviceDynamoDB && c.service != serviceLambda {
		r.Header.Set("X-Amz-Content-Sha256", hash)
	}
	if c.cred.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", c.cred.SessionToken)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Set(name, value)
		}
	}
	if h := r.Header.Get("X-Amz-Content-Sha256"); h != "" {
		hash = h
	}
	signed := []string{"host"}
	for name := range r.Header {
		signed = append(signed, strings.ToLower(name))
	}
	slices.Sort(signed)
	_, r.RequestURI, _ = strings.Cut(r.URL.String(), r.URL.Host)
	sc := scope{c.now().UTC().Format(amzDay), c.region, c.service}
	canonical := canonicalRequest(r, c.service, signed, hash)
	r.RequestURI = ""
	toSign := stringToSign(signAlgorithm, r.Header.Get("X-Amz-Date"), sc, sha256Hex([]byte(canonical)))
	r.Header.Set("Authorization", signAlgorithm+" Credential="+c.cred.AccessKeyID+"/"+sc.String()+
		", SignedHeaders="+strings.Join(signed, ";")+", Signature="+hexMAC(signingKey(c.cred.SecretAccessKey, sc), toSign))
	if c.mutate != nil {
		c.mutate(r)
	}
	return r
}

// A got is a response that was read to its end, or as far as it came.
type got struct {
	status int
	header http.Header
	body   string
	err    error // of the request or of its body
}

func (c *client) do(method, target, body string, header ...string) got {
	c.t.Helper()
	resp, err := c.http.Do(c.request(method, target, body, header...))
	if err != nil {
		return got{err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return got{resp.StatusCode, resp.Header, string(data), err}
}

// code returns the error code of an answer from S3, "" when it isn't an error.
func (a got) code() string {
	if a.status < 400 {
		return ""
	}
	var e struct{ Code string }
	xml.Unmarshal([]byte(a.body), &e)
	return e.Code
}

// must sends a request that has to succeed.
func (c *client) must(method, target, body string, header ...string) got {
	c.t.Helper()
	a := c.do(method, target, body, header...)
	if a.err != nil || a.status >= 300 {
		c.t.Fatalf("%s %s: %d %v %s", method, target, a.status, a.err, a.body)
	}
	return a
}

func newS3Client(t *testing.T) *client {
	s := NewServer()
	s.S3.CreateBucket("logs")
	return newClient(t, s)
}

// pattern returns n bytes that differ from their neighbours far and near.
func pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i*7 + i>>8)
	}
	return p
}

func sameBytes(t *testing.T, what, got string, want []byte) {
	t.Helper()
	if !bytes.Equal([]byte(got), want) {
		t.Errorf("%s: %d bytes that are not the %d wanted", what, len(got), len(want))
	}
}
