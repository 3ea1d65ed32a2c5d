package sigv4http_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"reduction/runtime/lambdatest"
	"reduction/sigv4"
	"reduction/sigv4/sigv4http"
)

// DynamoDB's ListTables.
func ExampleSign() {
	server := lambdatest.NewServer() // instead of https://dynamodb.us-east-1.amazonaws.com
	defer server.Close()
	signer := &sigv4.Signer{
		Credentials: sigv4.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
		Region:      "us-east-1", Service: "dynamodb",
	}
	body := `{"Limit":10}`
	r, err := http.NewRequest("POST", server.URL+"/", strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	sigv4http.Sign(signer, r, []byte(body), time.Now())
	fmt.Println(send(r)) // http.DefaultClient.Do, and the answer's body
	// Output: 200 {"TableNames":[]} <nil>
}
