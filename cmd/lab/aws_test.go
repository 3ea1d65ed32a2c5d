package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/report"
	"reduction/runtime/lambdatest"
)

func TestAWSCommandLine(t *testing.T) {
	for _, test := range []refusal{
		{"cold --live f", 2, `--live goes with --function`},
		{"cold --yes", 2, `--yes goes with --function`},
		{"cold --function f --rows 5", 2, `--rows is for the sandbox and does not go with --function`},
		{"cold --function f --peer a=b", 2, `--peer is for the sandbox`},
		{"cold --function f --copy --live f", 2, `--copy and --live exclude each other`},
		{"cold --function f --live", 2, `--live`},
		{"cold --function f --live g", 2, `--live g: it takes the name of the one function that --function names`},
		{"cold --function a/b", 2, `"a/b" is neither a name nor an ARN`},
		{"cold --function f --payload {", 2, `--payload is no JSON`},
		{"cold --function f --payload [] --table t", 2, `--table adds a member to the event, which is no object`},
		{"cold --function f --payload @/nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
		{"cold --function f --restore x", 2, `--function does not go with --restore`},
		{"cold --restore /nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
		{"tune --function f,g", 2, `tune measures one function, and --function names 2`},
		{"tune --function f --arch arm64", 2, `--arch is for the sandbox`},
		{"tune --function f --json /nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
	} {
		test.check(t)
	}
}

// useAccount makes the environment that of an emulated account with our function, and the working
// directory an empty one. It returns the server and the path of the record.
func useAccount(t *testing.T) (*lambdatest.Server, string) {
	server := lambdatest.NewServer()
	t.Cleanup(server.Close)
	server.S3.CreateBucket("records")
	server.S3.PutObject("records", "in.csv", []byte("Hospital,Diagnosis,Treatment,Recovery Time\nA,B,C,5\n"), nil)
	server.DynamoDB.CreateTable("results")
	server.DynamoDB.CreateTable("measured")
	server.Lambda.CreateFunction(lambdatest.FunctionConfig{Name: "f", Exec: []string{labtest.Bootstrap(t)},
		Env: append(server.Env(), "S3_BUCKET=records", "FILE_NAME=in.csv", "DB_TABLE=results")})
	for _, v := range append(server.Env(), "HOME="+t.TempDir()) {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	return server, filepath.Join(t.TempDir(), "record.jsonl")
}

func TestColdOnAWS(t *testing.T) {
	server, record := useAccount(t)
	status, out, stderr := shell(strings.NewReader("yes\n"), "cold", "--function", "f", "--table", "measured", "-n", "2", "--memory", "128,256", "--json", "cold.json", "--record", record)
	if status != 0 {
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	var r report.Cold
	read(t, "cold.json", &r)
	if r.Kind != report.KindCold || !r.OK || len(r.Results) != 2 || len(r.Results[1].Samples) != 2 || r.Results[1].MemoryMB != 256 {
		t.Errorf("%+v", r)
	}
	for _, want := range []string{"on AWS Lambda in us-east-1", "128 MB", "2 of 2", "INIT + invocation"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if n, m := len(server.DynamoDB.Items("results")), len(server.DynamoDB.Items("measured")); n != 0 || m == 0 {
		t.Errorf("%d items in the table, %d in the one of --table", n, m)
	}
	left, err := os.ReadDir(".")
	if err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
	// Its charts.
	if status, out, stderr := shell(nil, "chart", "--svg", "charts", "cold.json"); status != 0 || stderr != "" {
		t.Errorf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	charts, err := filepath.Glob("charts/*.svg")
	if err != nil || len(charts) == 0 {
		t.Errorf("%v, %v", charts, err)
	}
	for _, chart := range charts {
		if text, err := os.ReadFile(chart); err != nil || strings.Contains(string(text), "-1 row") || !strings.Contains(string(text), "AWS") {
			t.Errorf("%s: %v", chart, err)
		}
	}
}

func TestTuneOnAWS(t *testing.T) {
	_, record := useAccount(t)
	status, out, stderr := shell(nil, "tune", "--function", "f", "--live", "f", "--yes", "-n", "5", "--memory", "256,512", "--json", "tune.json", "--tool-json", "tool.json", "--record", record)
	if status != 0 {
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	var r report.Tune
	read(t, "tune.json", &r)
	if r.Kind != report.KindTune || !r.OK || len(r.Sizes) != 2 || !r.AWS.Functions[0].Live || r.PowerTuning == nil {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(out, r.PowerTuning.StateMachine.Visualization) || !strings.Contains(labtest.Flat(stderr), "f ITSELF is measured") ||
		!strings.Contains(stderr, "f: MemorySize is 128 MB again; Description is what it was") {
		t.Errorf("stderr %s, stdout %s", stderr, out)
	}
	var tool struct{ Power int }
	read(t, "tool.json", &tool)
	if tool.Power != r.PowerTuning.Power {
		t.Errorf("%+v", tool)
	}
	if status, out, stderr := shell(nil, "chart", "--svg", "charts", "tune.json"); status != 0 || stderr != "" {
		t.Errorf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
}
