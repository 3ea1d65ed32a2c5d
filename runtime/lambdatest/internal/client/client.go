// Package client is a client of a lambdatest.Server, for the tests of the packages around. It
// signs its requests with the code that it tests, which AWS's examples show to be right.
package client

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest/internal/signature"
)

// A Client sends signed requests. To send a wrong one, a test sets other fields, or has Mutate
// change the signed request.
type Client struct {
	HTTP            *http.Client
	URL             string
	Region, Service string // what requests are signed for
	Credentials     signature.Credentials
	Now             func() time.Time
	Mutate          func(*http.Request)

	t testing.TB
}

// New returns a client of the service that env, from Server.Env, points to.
func New(t testing.TB, env []string, service string) *Client {
	vars := make(map[string]string)
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	transport := &http.Transport{DisableCompression: true}
	if file := vars["AWS_CA_BUNDLE"]; file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &Client{
		HTTP:    &http.Client{Transport: transport},
		URL:     vars["AWS_ENDPOINT_URL"],
		Region:  vars["AWS_REGION"],
		Service: service,
		Credentials: signature.Credentials{AccessKeyID: vars["AWS_ACCESS_KEY_ID"],
			SecretAccessKey: vars["AWS_SECRET_ACCESS_KEY"], SessionToken: vars["AWS_SESSION_TOKEN"]},
		Now: time.Now,
		t:   t,
	}
}

// Request returns a signed request. A header is "Name: value".
func (c *Client) Request(method, target, body string, header ...string) *http.Request {
	c.t.Helper()
	r, err := http.NewRequest(method, c.URL+target, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	hash := signature.SHA256Hex([]byte(body))
	if c.Service != "dynamodb" && c.Service != "lambda" && c.Service != "monitoring" {
		r.Header.Set("X-Amz-Content-Sha256", hash)
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
	signature.Sign(r, c.Region, c.Service, hash, c.Credentials, c.Now())
	if c.Mutate != nil {
		c.Mutate(r)
	}
	return r
}

// Do sends a request and reads the answer, as far as it comes.
func (c *Client) Do(method, target, body string, header ...string) Answer {
	c.t.Helper()
	resp, err := c.HTTP.Do(c.Request(method, target, body, header...))
	if err != nil {
		return Answer{Err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return Answer{resp.StatusCode, resp.Header, string(data), err}
}

// Must sends a request that has to succeed.
func (c *Client) Must(method, target, body string, header ...string) Answer {
	c.t.Helper()
	a := c.Do(method, target, body, header...)
	if a.Err != nil || a.Status >= 300 {
		c.t.Fatalf("%s %s: %d %v %s", method, target, a.Status, a.Err, a.Body)
	}
	return a
}

// An Answer is a response.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Err    error // of the request, or of reading the body
}

// Code returns the code of an error of S3's, "" if the answer is not an error.
func (a Answer) Code() string {
	if a.Status < 400 {
		return ""
	}
	var e struct{ Code string }
	xml.Unmarshal([]byte(a.Body), &e)
	return e.Code
}

// Pattern returns n bytes, each different from those near it and from those 256 away.
func Pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i*7 + i>>8)
	}
	return p
}
