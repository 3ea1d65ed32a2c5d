//go:build integration

package sigv4_test

import (
	"os"
	"strings"
	"testing"
)

// The calls of Example_netHTTP on servers that were not written here. make integration starts them,
// with the table notes and the bucket files. Their addresses, keys and region come from the
// variables that newClient reads, with SIGV4_ before their names: a machine that is set up for AWS
// must not be taken for a test's.
func TestElsewhere(t *testing.T) {
	getenv := func(name string) string { return os.Getenv("SIGV4_" + name) }
	if getenv("AWS_REGION") == "" {
		t.Fatal("SIGV4_AWS_REGION is not set; make integration sets it")
	}
	var out strings.Builder
	callDynamoDB(&out, newClient(getenv, "dynamodb"))
	callS3(&out, newClient(getenv, "s3"))
	const want = "{[{{No dependencies.}}]} <nil>\n<nil>\n200 hello <nil>\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
