package sigv4_test

import (
	"os"
	"strings"
	"testing"
)

// The calls of Example_netHTTP on servers that were not written here. Their addresses, keys and
// region come from the variables that newClient reads, with SIGV4_ before their names: a machine
// that is set up for AWS must not be taken for a test's. The table notes and the bucket files are
// there already. make integration runs this.
func TestElsewhere(t *testing.T) {
	getenv := func(name string) string { return os.Getenv("SIGV4_" + name) }
	if getenv("AWS_REGION") == "" {
		t.Skip("SIGV4_AWS_REGION is not set: there are no other servers")
	}
	var out strings.Builder
	callDynamoDB(&out, newClient(getenv, "dynamodb"))
	callS3(&out, newClient(getenv, "s3"))
	const want = "{[{{No dependencies.}}]} <nil>\n<nil>\n200 hello <nil>\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
