package sigv4_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"reduction/runtime/lambdatest"
	"reduction/sigv4"
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
func (c *client) do(ctx context.Context, method, target string, body []byte, header ...sigv4.Header) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.endpoint+target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	signed := sigv4.Request{
		Method: method, Path: req.URL.EscapedPath(), Query: req.URL.RawQuery,
		Header:      append(header, sigv4.Header{Name: "Host", Value: req.URL.Host}),
		PayloadHash: string(sigv4.AppendHash(nil, body)),
	}
	c.signer.Sign(&signed, time.Now())
	for _, field := range signed.Header {
		req.Header.Set(field.Name, field.Value)
	}
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
	answer, err := c.do(ctx, "POST", "/", body,
		sigv4.Header{Name: "Content-Type", Value: "application/x-amz-json-1.0"},
		sigv4.Header{Name: "X-Amz-Target", Value: "DynamoDB_20120810." + operation})
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// presign returns a URL that anyone who has it can use for a limited time.
func (c *client) presign(method, target string, good time.Duration) (string, error) {
	u, err := url.Parse(c.endpoint + target)
	if err != nil {
		return "", err
	}
	signed := sigv4.Request{
		Method: method, Path: u.EscapedPath(), Query: u.RawQuery,
		Header:      []sigv4.Header{{Name: "Host", Value: u.Host}},
		PayloadHash: sigv4.UnsignedPayload,
	}
	return u.Scheme + "://" + u.Host + string(c.signer.AppendPresigned(nil, &signed, time.Now(), good)), nil
}

type object map[string]any

// Any call of AWS over net/http: DynamoDB's PutItem and Query, S3's PutObject, a presigned URL.
func Example_netHTTP() {
	server := lambdatest.NewServer()
	defer server.Close()
	server.DynamoDB.CreateTable("notes")
	server.S3.CreateBucket("files")
	environment := make(map[string]string)
	for _, variable := range server.Env() {
		name, value, _ := strings.Cut(variable, "=")
		environment[name] = value
	}
	getenv := func(name string) string { return environment[name] }

	callDynamoDB(os.Stdout, newClient(getenv, "dynamodb"))
	callS3(os.Stdout, newClient(getenv, "s3"))
	// Output:
	// {[{{No dependencies.}}]} <nil>
	// <nil>
	// 200 hello <nil>
}

func callDynamoDB(w io.Writer, c *client) {
	item := object{"PK": object{"S": "go"}, "SK": object{"S": "1"}, "Text": object{"S": "No dependencies."}}
	if err := c.dynamoDB(context.Background(), "PutItem", object{"TableName": "notes", "Item": item}, nil); err != nil {
		fmt.Fprintln(w, err)
	}
	query := object{"TableName": "notes", "KeyConditionExpression": "PK = :topic",
		"ExpressionAttributeValues": object{":topic": object{"S": "go"}}}
	var found struct {
		Items []struct{ Text struct{ S string } }
	}
	err := c.dynamoDB(context.Background(), "Query", query, &found)
	fmt.Fprintln(w, found, err)
}

func callS3(w io.Writer, c *client) {
	target := string(sigv4.AppendEscapedPath([]byte("/files/"), "day 1/a+b.txt")) // bucket, key
	_, err := c.do(context.Background(), "PUT", target, []byte("hello"))
	fmt.Fprintln(w, err)
	link, err := c.presign("GET", target, time.Hour)
	if err != nil {
		fmt.Fprintln(w, err)
	}
	res, err := http.Get(link) // without credentials
	if err != nil {
		fmt.Fprintln(w, err)
		return
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	fmt.Fprintln(w, res.StatusCode, string(text), err)
}
