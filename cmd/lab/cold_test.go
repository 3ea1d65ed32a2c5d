package main

import (
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/report"
	"reduction/runtime/lambdatest"
)

func TestColdCommandLine(t *testing.T) {
	for _, test := range []refusal{
		{"cold extra", 2, `unexpected argument "extra"`},
		{"cold --memory 64", 2, `invalid value "64" for --memory: expected numbers from 128 to 10,240`},
		{"cold --n 0", 2, `invalid value "0" for --n`},
		{"cold --rtt 5", 2, `invalid value "5" for --rtt: expected a time from 0s to 1m0s, as in 5ms`},
		{"cold --period 2s", 2, `invalid value "2s" for --period: expected a time from 1ms to 1s`},
		{"cold --period 10ms", 2, `--period 10ms is too short for 128 MB: its share of it is 723µs`},
		{"cold --cache hot", 2, `--cache is "hot"; expected warm, dropped or empty`},
		{"cold --roots none", 2, `--roots is "none"; expected bundle or system`},
		{"cold --timeout 1ms", 2, `invalid value "1ms" for --timeout: expected a time from 1s to 30m0s`},
		{"cold --unlimited --roots system --bootstrap main.go", 1, `--roots system: the emulator's authority cannot be one of the system's roots: it takes`},
		{"cold --peer rust", 2, `invalid value "rust" for --peer: expected NAME=PATH`},
		{"cold --peer =a", 2, `expected NAME=PATH`},
		{"cold --peer ours=a", 2, `the name ours is taken`},
		{"cold --peer a=b --peer a=c", 2, `the name a is taken`},
		{"cold --bootstrap /nowhere/bootstrap", 1, `lab cold: /nowhere/bootstrap: no such file; make bootstrap builds it`},
		{"cold --bootstrap main.go --peer a=/nowhere/peer", 1, `/nowhere/peer: no such file`},
		{"cold --bootstrap main.go --peer a=main.go", 1, `main.go: not a program`},
		{"cold --bootstrap main.go --json /nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
		{"cold --bootstrap main.go --s3-endpoint http://a", 2, `--s3-endpoint and --dynamodb-endpoint go together`},
		{"cold --bootstrap main.go --s3-endpoint a:1 --dynamodb-endpoint http://a", 2, `"a:1" is no endpoint`},
		{"cold --bootstrap main.go --s3-endpoint http://a --dynamodb-endpoint //localhost", 2, `"//localhost" is no endpoint`},
	} {
		test.check(t)
	}
}

// The same function twice, and a program that is no function: without limits, and with the limits
// that this machine allows.
func TestCold(t *testing.T) {
	bootstrap, broken := labtest.Bootstrap(t), labtest.Script(t, "exit 3")
	file := filepath.Join(t.TempDir(), "cold.json")
	for _, limits := range []string{"--unlimited", "--shared"} {
		status, out, stderr := shell(nil, "cold", limits, "--rows", "500", "--memory", "512", "-n", "2", "--rtt", "0s",
			"--bootstrap", bootstrap, "--peer", "again="+bootstrap, "--peer", "broken="+broken, "--json", file)
		if status != 1 || stderr != "" {
			t.Fatalf("%s: status %d, stderr %s, stdout %s", limits, status, stderr, out)
		}
		var r report.Cold
		read(t, file, &r)
		if r.Kind != report.KindCold || r.OK || r.N != 2 || r.Rows != 500 || !r.TLS || len(r.Results) != 3 || len(r.Ratios) != len(report.StartFigures) || len(r.Sandbox) == 0 {
			t.Fatalf("%s: %+v", limits, r)
		}
		if r.Limited && limits == "--unlimited" {
			t.Error("limited with --unlimited")
		}
		for _, f := range r.Results[:2] {
			checkResult(t, &f)
		}
		if f := r.Results[2]; !strings.Contains(f.Failed, "exit status 3") || len(f.Samples) > 0 || f.Billed != nil {
			t.Errorf("%s: the broken one: %+v", limits, f)
		}
		for _, want := range []string{"not AWS", "to /next", "INIT", "invocation", "client", "ours / again", "broken failed: "} {
			if !strings.Contains(labtest.Flat(out), want) {
				t.Errorf("%s: the table does not say %q:\n%s", limits, want, out)
			}
		}
		checkWidth(t, out, broken)
	}
}

// checkResult compares the figures of a result with each other.
func checkResult(t *testing.T, f *report.Result) {
	t.Helper()
	if f.Failed != "" || len(f.Samples) != 2 || f.StartToNext == nil || f.Init == nil || f.Billed == nil || f.Client == nil {
		t.Fatalf("%+v", f)
	}
	for _, s := range f.Samples {
		if s.StartToNext <= 0 || s.Init < s.StartToNext || s.Billed <= s.Init || s.Client <= s.StartToNext {
			t.Errorf("%s: times do not agree: %+v", f.Function, s)
		}
		if n := s.Counted; n != nil && (n.Minor <= 0 || n.Major < 0 || n.Read < 0 || s.MaxMemory <= 0) {
			t.Errorf("%s: %+v, %d bytes of memory", f.Function, *n, s.MaxMemory)
		}
	}
}

// A function that takes too long is a result, in Lambda's words.
func TestColdTimeout(t *testing.T) {
	status, out, stderr := shell(nil, "cold", "--unlimited", "--timeout", "1s", "--rows", "50", "--memory", "128", "-n", "1", "--bootstrap", labtest.Slow(t))
	if want := "Sandbox.Timedout: Task timed out after 1.00 seconds, at 128 MB"; status != 0 || !strings.Contains(labtest.Flat(out), want) {
		t.Errorf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
}

// An S3 and a DynamoDB of their own, which know lab's credentials only, are used and read back over
// the network. What was in the table before is deleted.
func TestColdElsewhere(t *testing.T) {
	server := lambdatest.NewUnstartedServer()
	server.Region, server.Credentials = "eu-central-1", lambdatest.Credentials{AccessKeyID: "AKIDELSEWHERE", SecretAccessKey: "elsewhere"}
	server.Start()
	defer server.Close()
	server.DynamoDB.CreateTable("recovery-times-ours-256-100")
	t.Setenv("AWS_REGION", server.Region)
	t.Setenv("AWS_ACCESS_KEY_ID", server.Credentials.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", server.Credentials.SecretAccessKey)
	t.Setenv("AWS_SESSION_TOKEN", "")
	bootstrap, file := labtest.Bootstrap(t), filepath.Join(t.TempDir(), "cold.json")
	args := []string{"cold", "--unlimited", "--rows", "100", "--memory", "256", "-n", "2", "--bootstrap", bootstrap, "--json", file,
		"--s3-endpoint", server.URL, "--dynamodb-endpoint", server.URL}
	status, out, stderr := shell(nil, args...)
	if status != 0 || stderr != "" || !strings.Contains(labtest.Flat(out), "S3 at "+server.URL) || !strings.Contains(labtest.Flat(out), "; no TLS; round trip 0 ms") {
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
