package main

import (
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/internal/dataset"
	"reduction/runtime/lambdatest"
)

// An S3 and a DynamoDB of their own, which know these credentials alone, are written to and read
// back over the network; what was in the table before is gone.
func TestStores(t *testing.T) {
	server := lambdatest.NewUnstartedServer()
	server.Region, server.Credentials = "eu-central-1", lambdatest.Credentials{AccessKeyID: "AKIDELSEWHERE", SecretAccessKey: "elsewhere"}
	server.Start()
	defer server.Close()
	server.DynamoDB.CreateTable("recovery-times-ours-256-100")
	t.Setenv("AWS_REGION", server.Region)
	t.Setenv("AWS_ACCESS_KEY_ID", server.Credentials.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", server.Credentials.SecretAccessKey)
	t.Setenv("AWS_SESSION_TOKEN", "")
	bootstrap, file := builtForTest(t), filepath.Join(t.TempDir(), "cold.json")
	args := []string{"cold", "--unlimited", "--rows", "100", "--memory", "256", "-n", "2", "--bootstrap", bootstrap, "--json", file,
		"--s3-endpoint", server.URL, "--dynamodb-endpoint", server.URL}
	status, out, stderr := shell(nil, args...)
	if status != 0 || stderr != "" || !strings.Contains(flat(out), "S3 at "+server.URL) || !strings.Contains(flat(out), "; no TLS; round trip 0 ms") {
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	var r report.Cold
	read(t, file, &r)
	if !r.OK || len(r.Results[0].Samples) != 2 || r.Results[0].Samples[0].WriteUnits == 0 {
		t.Errorf("%+v", r.Results)
	}
	if got := len(server.S3.Requests()); got < 2+3 { // the bucket, the object, and what each start read
		t.Errorf("%d requests to S3", got)
	}

	t.Setenv("AWS_SECRET_ACCESS_KEY", "another")
	if status, _, stderr := shell(nil, args...); status != 1 || !strings.Contains(stderr, "403") {
		t.Errorf("status %d, stderr %s", status, stderr)
	}
}

func TestStoresCommandLine(t *testing.T) {
	for args, says := range map[string]string{
		"--s3-endpoint http://a":                                 "--s3-endpoint and --dynamodb-endpoint go together",
		"--s3-endpoint a:1 --dynamodb-endpoint http://a":         `"a:1" is no endpoint`,
		"--s3-endpoint http://a --dynamodb-endpoint //localhost": `"//localhost" is no endpoint`,
	} {
		status, _, stderr := shell(nil, append([]string{"cold", "--bootstrap", "/bin/sh"}, strings.Fields(args)...)...)
		if status != 2 || !strings.Contains(stderr, says) {
			t.Errorf("%s: status %d, %s", args, status, stderr)
		}
	}
}

// With --unchecked, what is wrong has times, and says so; without, it has none.
func TestUnchecked(t *testing.T) {
	x := &cell{rig: &rig{setting: &setting{}, host: new(sandbox.Host)}, object: new(object), table: "t", server: lambdatest.NewUnstartedServer()}
	defer x.server.Close()
	x.object.want = []dataset.Result{{Diagnosis: "x", Hospital: "A", Mean: "1", Treatment: "T"}}
	x.server.DynamoDB.CreateTable("t")
	var s report.Sample
	if _, err := x.check(&s, "id"); err == nil || s.Wrong != "" {
		t.Errorf("%v, %q", err, s.Wrong)
	}
	x.rig.unchecked = true
	if _, err := x.check(&s, "id"); err != nil || !strings.Contains(s.Wrong, "of 1 items 0 are there") {
		t.Errorf("%v, %q", err, s.Wrong)
	}
	x.samples = []report.Sample{s}
	if f := x.found(); f.Billed == nil || !strings.HasPrefix(f.Wrong(), "wrong, and timed all the same: ") {
		t.Errorf("%+v", f)
	}
}
