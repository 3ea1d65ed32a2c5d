package measure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/runtime/lambdatest"
	"reduction/sigv4"
	"reduction/sigv4/sigv4http"
)

// Stores are an S3 and a DynamoDB that were not written here, used instead of the emulator's.
// Functions measured on both show whether the emulator favours some clients. Lambda remains the
// emulator's. The items are read back over the network.
type Stores struct {
	S3, DynamoDB string // URLs; "" is the emulator's own
}

// Elsewhere reports whether the stores are others than the emulator's.
func (s *Stores) Elsewhere() bool { return s.S3 != "" }

func (s *Stores) declare(f *cli.Flags) {
	f.String(&s.S3, "s3-endpoint", "", "`URL` an S3 to use instead of the emulator's, with the AWS_ACCESS_KEY_ID of lab's environment; --rtt does not apply to it")
	f.String(&s.DynamoDB, "dynamodb-endpoint", "", "`URL` a DynamoDB to use with --s3-endpoint; tables named recovery-times-... are deleted there")
}

func (s *Stores) check() error {
	if (s.S3 == "") != (s.DynamoDB == "") {
		return cli.Usagef("--s3-endpoint and --dynamodb-endpoint go together")
	}
	for _, endpoint := range []string{s.S3, s.DynamoDB} {
		if u, err := url.Parse(endpoint); err != nil || endpoint != "" && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return cli.Usagef("%q is no endpoint; expected a URL, as in http://127.0.0.1:7070", endpoint)
		}
	}
	return nil
}

// environ returns the variables that make a function's clients use the stores.
func (s *Stores) environ() []string {
	if !s.Elsewhere() {
		return nil
	}
	return []string{"AWS_ENDPOINT_URL_S3=" + s.S3, "AWS_ENDPOINT_URL_DYNAMODB=" + s.DynamoDB}
}

// credentials returns lab's own credentials and region, which are used for the stores.
func (s *Stores) credentials() (c lambdatest.Credentials, region string) {
	if region = os.Getenv("AWS_REGION"); region == "" {
		region = "us-east-1"
	}
	return lambdatest.Credentials{
		AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN"),
	}, region
}

// call sends a signed request. A response other than 200 is an error.
func (s *Stores) call(service, method, endpoint, path string, header http.Header, body []byte) ([]byte, error) {
	c, region := s.credentials()
	r, err := http.NewRequest(method, endpoint+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	maps.Copy(r.Header, header)
	sigv4http.Sign(&sigv4.Signer{Credentials: sigv4.Credentials(c), Region: region, Service: service}, r, body, time.Now())
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s: %s: %s", service, method, path, response.Status, text)
	}
	return text, err
}

// put stores an object in the bucket, which it makes if there is none.
func (s *Stores) put(key string, data []byte) error {
	if _, err := s.call("s3", http.MethodHead, s.S3, "/"+Bucket, nil, nil); err != nil {
		var body []byte
		// S3 API Reference, CreateBucket: us-east-1 is not named.
		if _, region := s.credentials(); region != "us-east-1" {
			body = []byte("<CreateBucketConfiguration><LocationConstraint>" + region + "</LocationConstraint></CreateBucketConfiguration>")
		}
		if _, err := s.call("s3", http.MethodPut, s.S3, "/"+Bucket, nil, body); err != nil {
			return err
		}
	}
	_, err := s.call("s3", http.MethodPut, s.S3, "/"+Bucket+"/"+key, nil, data)
	return err
}

// dynamo calls an operation of DynamoDB.
func (s *Stores) dynamo(operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	text, err := s.call("dynamodb", http.MethodPost, s.DynamoDB, "/", http.Header{
		"X-Amz-Target": {"DynamoDB_20120810." + operation}, "Content-Type": {"application/x-amz-json-1.0"}}, body)
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return json.Unmarshal(text, out)
}

const (
	tableTime = 30 * time.Second // that a table may take to be created or deleted
	tableStep = 5 * time.Millisecond
)

// makeTable creates an empty table, instead of one of that name if there is one.
func (s *Stores) makeTable(table string) error {
	type object = map[string]any
	s.dynamo("DeleteTable", object{"TableName": table}, new(object)) // fails if there is none
	var err error
	for begun := time.Now(); time.Since(begun) < tableTime; time.Sleep(tableStep) {
		// CreateTable fails while the old table is being deleted, and when the new one exists.
		err = s.dynamo("CreateTable", object{
			"TableName": table, "BillingMode": "PAY_PER_REQUEST",
			"AttributeDefinitions": []object{{"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}},
			"KeySchema":            []object{{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}},
		}, new(object))
		var is struct{ Table struct{ TableStatus string } }
		if s.dynamo("DescribeTable", object{"TableName": table}, &is) == nil && is.Table.TableStatus == "ACTIVE" {
			return nil
		}
	}
	return fmt.Errorf("the table %s does not become active: %w", table, err)
}

// items returns all items of a table.
func (s *Stores) items(table string) (all []lambdatest.Item, err error) {
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
