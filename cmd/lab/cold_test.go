package main

import (
	"os"
	"path/filepath"
	"slices"
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
		{"cold --certificates dsa", 2, `--certificates is "dsa"; expected rsa or ecdsa`},
		{"cold --roots none", 2, `--roots is "none"; expected bundle or system`},
		{"cold --timeout 1ms", 2, `invalid value "1ms" for --timeout: expected a time from 1s to 30m0s`},
		{"cold --unlimited --roots system --bootstrap /bin/sh", 1, `--roots system: the emulator's authority cannot be one of the system's roots: it takes`},
		{"cold --peer rust", 2, `invalid value "rust" for --peer: expected NAME=PATH`},
		{"cold --peer =a", 2, `expected NAME=PATH`},
		{"cold --peer ours=a", 2, `--peer ours: the name is taken by dist`},
		{"cold --peer a=b --name a", 2, `--peer a: the name is taken`},
		{"cold --peer a=b --peer a=c", 2, `the name a is taken`},
		{"cold --bootstrap /nowhere/bootstrap", 1, `lab cold: /nowhere/bootstrap: no such file`},
		{"cold", 1, `bootstrap: no such file; make bootstrap builds it`}, // in this folder there is none
		{"cold --bootstrap /bin/sh --peer a=/nowhere/peer", 1, `/nowhere/peer: no such file`},
		{"cold --bootstrap /bin/sh --peer a=main.go", 1, `main.go: not a program: chmod +x makes it one`},
		{"cold --event /nowhere/event.json", 1, `--event: open /nowhere/event.json`},
		{"cold --event main.go", 1, `--event main.go: Lambda takes no event that is not JSON`},
		{"cold --expect everything", 2, `--expect everything: no such file; expected reference, status, none or the name of a file`},
		{"cold --env NAME", 2, `invalid value "NAME" for --env: expected NAME=VALUE`},
		{"cold --bootstrap /bin/sh --json /nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
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
		if r.Kind != report.KindCold || r.OK || r.N != 2 || r.Rows != 500 || !r.TLS || len(r.Results) != 3 || len(r.Ratios) < len(report.StartFigures) || len(r.Sandbox) == 0 {
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
		for _, want := range []string{"not AWS", "to /next", "INIT", "invocation", "client", "again / ours", "broken, 512 MB: failed: Runtime.ExitError: Runtime exited with error: exit status 3; it printed nothing; it had not asked for an event (GET /next)"} {
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
		if s.InitCPU < 0 || s.InitCPU > 0 && (s.FirstCPU <= 0 || f.InitCPU == nil || f.StartCPU == nil) {
			t.Errorf("%s: CPU time %+v", f.Function, s)
		}
		if n := s.Counted; n != nil && (n.Minor <= 0 || n.Major < 0 || n.Read < 0 || s.MaxMemory <= 0) {
			t.Errorf("%s: %+v, %d bytes of memory", f.Function, *n, s.MaxMemory)
		}
	}
}

// A function that never answers is a failure, in Lambda's words, and nothing is all right.
func TestColdTimeout(t *testing.T) {
	status, out, stderr := shell(nil, "cold", "--unlimited", "--timeout", "1s", "--rows", "50", "--memory", "128", "-n", "1", "--bootstrap", labtest.Slow(t))
	if want := "slow, 128 MB: failed: Sandbox.Timedout: Task timed out after 1.00 seconds; --timeout allows longer"; status != 1 ||
		!strings.Contains(labtest.Flat(out), want) || strings.Contains(out, "Every item") || strings.Contains(out, "invocation") {
		t.Errorf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
}

// Any function can be measured: with an event, variables, and what is expected of it.
func TestColdAnyFunction(t *testing.T) {
	dir, echo := t.TempDir(), labtest.Echo(t)
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	event, same, other := write("event.json", `{"name": "Ada"}`), write("same.json", "{\"name\":\n\"Ada\"}\n"), write("other.json", `{"name": "Bo"}`)
	file := filepath.Join(dir, "cold.json")
	for _, test := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{}, 1, "echo, 128 MB: wrote 0 of 10 expected items, so it is not timed; for another job use --event or --expect status"},
		{[]string{"--unchecked"}, 1, "echo, 128 MB: wrong, and timed all the same: wrote 0 of 10 expected items"},
		{[]string{"--expect", "status"}, 0, "Every invocation was answered without an error. What the answers say was not checked."},
		{[]string{"--expect", "none"}, 0, "What the functions answered was not checked."},
		{[]string{"--event", event}, 0, "event " + event},
		{[]string{"--event", event, "--expect", same}, 0, "Every answer is what " + same + " says."},
		{[]string{"--event", event, "--expect", other}, 1, `echo, 128 MB: answered {"name": "Ada"}, not what ` + other + ` says, so it is not timed`},
		{[]string{"--event", event, "--env", "SECRET=hush", "--env", "FAIL=1"}, 1, "echo, 128 MB: failed: Function.Told: as it was told; another event is --event FILE"},
		{[]string{"--expect", "none", "--env", "FAIL=1"}, 0, "added to the environment: FAIL"},
		{[]string{"--expect", "status", "--name", "mine", "--peer", "again=" + echo}, 0, "again / mine"},
	} {
		status, out, stderr := shell(nil, slices.Concat([]string{"cold", "--unlimited", "--rows", "10", "--memory", "128", "-n", "1", "--bootstrap", echo, "--json", file}, test.args)...)
		if status != test.status || stderr != "" || !strings.Contains(labtest.Flat(out), test.says) || strings.Contains(out, "reference says") || strings.Contains(out, "hush") {
			t.Errorf("%s: status %d, stderr %s, stdout %s\nwant %d, %q", test.args, status, stderr, out, test.status, test.says)
		}
		if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), "hush") {
			t.Errorf("%s: %v, %s", test.args, err, text)
		}
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
