package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/runtime/lambdatest"
	"reduction/sigv4"
)

// stores are an S3 and a DynamoDB that were not written here, in the place of the emulator's:
// what is measured against both does not stand on one's being kinder to some clients. Lambda
// stays the emulator's. What is in the table is read back over the network.
type stores struct {
	s3, dynamodb string // URLs; "" is the emulator's own
}

// elsewhere says whether the stores are others than the emulator's.
func (s *stores) elsewhere() bool { return s.s3 != "" }

func (s *stores) declare(f *cli.Flags) {
	f.String(&s.s3, "s3-endpoint", "", "`URL` of another S3 than the emulator's, without --rtt; lab's own AWS_ACCESS_KEY_ID")
	f.String(&s.dynamodb, "dynamodb-endpoint", "", "`URL` of a DynamoDB with it; tables recovery-times-... are deleted there")
}

func (s *stores) check() error {
	if (s.s3 == "") != (s.dynamodb == "") {
		return cli.Usagef("--s3-endpoint and --dynamodb-endpoint go together")
	}
	for _, endpoint := range []string{s.s3, s.dynamodb} {
		if u, err := url.Parse(endpoint); err != nil || endpoint != "" && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return cli.Usagef("%q is no endpoint; expected a URL, as in http://127.0.0.1:7070", endpoint)
		}
	}
	return nil
}

// environ returns what makes a function's clients use the stores.
func (s *stores) environ() []string {
	if !s.elsewhere() {
		return nil
	}
	return []string{"AWS_ENDPOINT_URL_S3=" + s.s3, "AWS_ENDPOINT_URL_DYNAMODB=" + s.dynamodb}
}

// credentials are lab's own, for the stores; region is theirs.
func (s *stores) credentials() (c lambdatest.Credentials, region string) {
	if region = os.Getenv("AWS_REGION"); region == "" {
		region = "us-east-1"
	}
	return lambdatest.Credentials{
		AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN"),
	}, region
}

// call sends a signed request. An answer other than 200 is an error.
func (s *stores) call(service, method, endpoint, path string, header http.Header, body []byte) ([]byte, error) {
	c, region := s.credentials()
	r, err := http.NewRequest(method, endpoint+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	sum := string(sigv4.AppendHash(nil, body))
	signed := sigv4.Request{Method: method, Path: r.URL.EscapedPath(), Header: []sigv4.Header{{Name: "Host", Value: r.URL.Host}}, PayloadHash: sum}
	for name := range header {
		signed.Header = append(signed.Header, sigv4.Header{Name: name, Value: header.Get(name)})
	}
	signer := sigv4.Signer{Credentials: sigv4.Credentials(c), Region: region, Service: service}
	signer.Sign(&signed, time.Now())
	for _, h := range signed.Header {
		r.Header.Set(h.Name, h.Value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s: %s: %s", service, method, path, answer.Status, text)
	}
	return text, err
}

// put stores an object, in a bucket that it makes where there is none.
func (s *stores) put(key string, data []byte) error {
	if _, err := s.call("s3", http.MethodHead, s.s3, "/"+bucketName, nil, nil); err != nil {
		var body []byte
		if _, region := s.credentials(); region != "us-east-1" { // which must not be named. S3 API Reference, CreateBucket
			body = []byte("<CreateBucketConfiguration><LocationConstraint>" + region + "</LocationConstraint></CreateBucketConfiguration>")
		}
		if _, err := s.call("s3", http.MethodPut, s.s3, "/"+bucketName, nil, body); err != nil {
			return err
		}
	}
	_, err := s.call("s3", http.MethodPut, s.s3, "/"+bucketName+"/"+key, nil, data)
	return err
}

// dynamo calls an operation of DynamoDB's.
func (s *stores) dynamo(operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	text, err := s.call("dynamodb", http.MethodPost, s.dynamodb, "/", http.Header{
		"X-Amz-Target": {"DynamoDB_20120810." + operation}, "Content-Type": {"application/x-amz-json-1.0"}}, body)
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return json.Unmarshal(text, out)
}

// settleTable is how long a table may take to come or to go.
const (
	settleTable = 30 * time.Second
	tableStep   = 5 * time.Millisecond
)

// empty makes a table anew.
func (s *stores) empty(table string) error {
	type object = map[string]any
	s.dynamo("DeleteTable", object{"TableName": table}, new(object)) // fails where there is none
	var err error
	for begun := time.Now(); time.Since(begun) < settleTable; time.Sleep(tableStep) {
		err = s.dynamo("CreateTable", object{
			"TableName": table, "BillingMode": "PAY_PER_REQUEST",
			"AttributeDefinitions": []object{{"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}},
			"KeySchema":            []object{{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}},
		}, new(object))
		var is struct{ Table struct{ TableStatus string } } // CreateTable fails while one is on its way out, and when there is one
		if s.dynamo("DescribeTable", object{"TableName": table}, &is) == nil && is.Table.TableStatus == "ACTIVE" {
			return nil
		}
	}
	return fmt.Errorf("the table %s does not come: %w", table, err)
}

// items returns all that a table holds.
func (s *stores) items(table string) (all []lambdatest.Item, err error) {
	in := map[string]any{"TableName": table, "ConsistentRead": true}
	for {
		var page struct {
			Items            []lambdatest.Item
			LastEvaluatedKey lambdatest.Item
		}
		if err := s.dynamo("Scan", in, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.LastEvaluatedKey == nil {
			return all, nil
		}
		in["ExclusiveStartKey"] = page.LastEvaluatedKey
	}
}
