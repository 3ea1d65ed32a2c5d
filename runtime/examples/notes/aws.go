package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"reduction/sigv4"
	"reduction/sigv4/sigv4http"
)

// client signs requests to one service of AWS and sends them. It does not retry.
type client struct {
	endpoint string // such as https://dynamodb.eu-west-1.amazonaws.com
	signer   *sigv4.Signer
}

// newClient reads what Lambda sets, and the variables that name another endpoint than AWS's.
func newClient(getenv func(string) string, service string) *client {
	region := getenv("AWS_REGION")
	return &client{
		endpoint: cmp.Or(getenv("AWS_ENDPOINT_URL_"+strings.ToUpper(service)), getenv("AWS_ENDPOINT_URL"),
			"https://"+service+"."+region+".amazonaws.com"),
		signer: &sigv4.Signer{
			Credentials: sigv4.Credentials{
				AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken:    getenv("AWS_SESSION_TOKEN"),
			},
			Region: region, Service: service,
		},
	}
}

// do returns the body of the answer. The target is a path, escaped as by sigv4.AppendEscapedPath,
// with or without a query.
func (c *client) do(ctx context.Context, method, target string, body []byte, header http.Header) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.endpoint+target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, header)
	sigv4http.Sign(c.signer, req, body, time.Now())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %s", method, req.URL, res.Status, answer)
	}
	return answer, err
}

// dynamoDB calls an operation of DynamoDB with the input in. It reads the output into out, unless
// that is nil.
func (c *client) dynamoDB(ctx context.Context, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := c.do(ctx, "POST", "/", body, http.Header{
		"Content-Type": {"application/x-amz-json-1.0"}, "X-Amz-Target": {"DynamoDB_20120810." + operation}})
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}
