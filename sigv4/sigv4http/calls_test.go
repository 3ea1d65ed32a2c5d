package sigv4http_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"reduction/sigv4"
	"reduction/sigv4/sigv4http"
)

// call sends a signed request, and returns the answer's status and body.
func call(s *sigv4.Signer, method, url, body string, header ...string) (string, error) {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	sigv4http.Sign(s, r, []byte(body), time.Now())
	return send(r)
}

func send(r *http.Request) (string, error) {
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return fmt.Sprintf("%d %s", res.StatusCode, answer), err
}

// callDynamoDB puts an item and gets it.
func callDynamoDB(w io.Writer, endpoint string, s *sigv4.Signer) {
	operation := func(name, body string) (string, error) {
		return call(s, "POST", endpoint+"/", body, "Content-Type", "application/x-amz-json-1.0", "X-Amz-Target", "DynamoDB_20120810."+name)
	}
	answer, err := operation("PutItem", `{"TableName":"notes","Item":{"PK":{"S":"go"},"SK":{"S":"1"},"Note":{"S":"No dependencies."}}}`)
	fmt.Fprintln(w, answer, err)
	answer, err = operation("GetItem", `{"TableName":"notes","Key":{"PK":{"S":"go"},"SK":{"S":"1"}}}`)
	fmt.Fprintln(w, strings.Contains(answer, `"No dependencies."`), err)
}

// callS3 puts an object, reads a part of it, and reads it through a URL that anyone may use.
func callS3(w io.Writer, endpoint string, s *sigv4.Signer) {
	path := string(sigv4.AppendEscapedPath([]byte("/files/"), "day 1/a+b.txt")) // bucket, key
	answer, err := call(s, "PUT", endpoint+path, "hello", "X-Amz-Meta-Author", "Ada")
	fmt.Fprintln(w, answer, err)
	answer, err = call(s, "GET", endpoint+path+"?response-content-type=text/plain", "", "Range", "bytes=1-3")
	fmt.Fprintln(w, answer, err)

	_, host, _ := strings.Cut(endpoint, "://")
	presigned := s.AppendPresigned([]byte(endpoint), &sigv4.Request{
		Method: "GET", Path: path, Header: []sigv4.Header{{Name: "Host", Value: host}}, PayloadHash: sigv4.UnsignedPayload,
	}, time.Now(), time.Hour)
	r, err := http.NewRequest("GET", string(presigned), nil)
	if err == nil {
		answer, err = send(r)
	}
	fmt.Fprintln(w, answer, err)
}

// answers are what the calls print.
const answers = `200 {} <nil>
true <nil>
200  <nil>
206 ell <nil>
200 hello <nil>
`
