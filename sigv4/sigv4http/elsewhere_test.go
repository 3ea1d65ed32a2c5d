//go:build integration

package sigv4http_test

import (
	"os"
	"strings"
	"testing"

	"reduction/sigv4"
)

// The same calls as in TestSign on servers that were not written here. make integration starts them,
// with the table notes and the bucket files. Their variables have SIGV4_ before their names: a
// machine that is set up for AWS must not be taken for a test's.
func TestElsewhere(t *testing.T) {
	getenv := func(name string) string {
		value := os.Getenv("SIGV4_" + name)
		if value == "" {
			t.Fatalf("SIGV4_%s is not set; make integration sets it", name)
		}
		return value
	}
	id := sigv4.Credentials{AccessKeyID: getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY")}
	var out strings.Builder
	callDynamoDB(&out, getenv("AWS_ENDPOINT_URL_DYNAMODB"), &sigv4.Signer{Credentials: id, Region: getenv("AWS_REGION"), Service: "dynamodb"})
	callS3(&out, getenv("AWS_ENDPOINT_URL_S3"), &sigv4.Signer{Credentials: id, Region: getenv("AWS_REGION"), Service: "s3"})
	if out.String() != answers {
		t.Errorf("got %q, want %q", out.String(), answers)
	}
}
