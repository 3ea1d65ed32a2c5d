package lambda_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"strings"
	"sync"
	"testing"

	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/internal/client"
	"reduction/runtime/lambdatest/lambda"
)

// Limits of the Developer Guide, Lambda quotas, Invocation payload.
const (
	maxEvent      = 6 << 20
	maxAsyncEvent = 1 << 20
)

func TestInvokeAPI(t *testing.T) {
	s, _ := serverOf(t, "echo")
	c := client.New(t, s.Env(), "lambda")
	for _, test := range []struct {
		name, payload string
		header        []string
		status        int
		errorType     string
	}{
		{"f", `{"a":1}`, nil, 200, ""},
		{"f", `{"a":1}`, []string{"X-Amz-Invocation-Type: RequestResponse", "X-Amz-Log-Type: Tail"}, 200, ""},
		{"f:$LATEST", "1", nil, 200, ""},
		{"arn:aws:lambda:us-east-1:123456789012:function:f", "1", nil, 200, ""},
		{"123456789012%3Afunction%3Af", "1", nil, 200, ""},
		{"f", "1", []string{"X-Amz-Invocation-Type: Event"}, 202, ""},
		{"f", "1", []string{"X-Amz-Invocation-Type: DryRun"}, 204, ""},
		{"f", "1", []string{"X-Amz-Invocation-Type: Sometime"}, 400, "InvalidParameterValueException"},
		{"f", "{", nil, 400, "InvalidRequestContentException"},
		{"f", "1 2", nil, 400, "InvalidRequestContentException"},
		{"f", "1", []string{"X-Amz-Client-Context: %"}, 400, "InvalidRequestContentException"},
		{"g", "1", nil, 404, "ResourceNotFoundException"},
		{"f:prod", "1", nil, 404, "ResourceNotFoundException"},
		{"f", strings.Repeat("1", maxEvent), nil, 200, ""},
		{"f", strings.Repeat("1", maxEvent+1), nil, 413, "RequestTooLargeException"},
		{"f", strings.Repeat("1", maxAsyncEvent+1), []string{"X-Amz-Invocation-Type: Event"}, 413, "RequestTooLargeException"},
	} {
		a := c.Do("POST", "/2015-03-31/functions/"+test.name+"/invocations", test.payload, test.header...)
		if a.Status != test.status || a.Header.Get("X-Amzn-Errortype") != test.errorType {
			t.Errorf("%s %.20q %v: %d %s %s %v, want %d %s", test.name, test.payload, test.header, a.Status, a.Header.Get("X-Amzn-Errortype"), a.Body, a.Err, test.status, test.errorType)
		}
		if test.status == 200 && a.Body != test.payload {
			t.Errorf("%.20q: %.20q", test.payload, a.Body)
		}
		if len(test.header) == 2 {
			if tail, err := base64.StdEncoding.DecodeString(a.Header.Get("X-Amz-Log-Result")); err != nil || !bytes.Contains(tail, []byte("REPORT RequestId")) {
				t.Errorf("log %s %v", tail, err)
			}
		}
	}
}

func TestUnknownOperation(t *testing.T) {
	s, _ := serverOf(t, "echo")
	c := client.New(t, s.Env(), "lambda")
	for _, path := range []string{"/2015-03-31/functions/f/nothing", "/2021-11-15/functions/f/response-streaming-invocations"} {
		a := c.Do("POST", path, "{}")
		if a.Status != 404 || a.Header.Get("X-Amzn-Errortype") != "UnknownOperationException" || !strings.Contains(a.Body, "POST "+path+" is not supported by lambdatest") {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}

// FunctionConfig.Log gets what the function and Lambda log.
func TestLog(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var log lockedBuffer
	fn := s.Lambda.CreateFunction(lambda.FunctionConfig{
		Name: "f", Timeout: patience, Exec: []string{exe, "-test.run=^TestFunctionProcess$"},
		Env: []string{"LAMBDATEST_FUNCTION=echo"}, Log: &log,
	})
	mustInvoke(t, fn, "1")
	if got := log.String(); got != string(fn.Log()) || !strings.Contains(got, "\nstarting\n") || !strings.Contains(got, "\nREPORT RequestId: ") {
		t.Errorf("%q, want %q", got, fn.Log())
	}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestEnviron(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	fn := s.Lambda.CreateFunction(lambda.FunctionConfig{Name: "f", MemoryMB: 512, Concurrency: 3, Env: []string{"TZ=:Elsewhere", "X=1"}})
	env := strings.Join(fn.Environ(), "\n") + "\n"
	for _, want := range []string{"AWS_LAMBDA_RUNTIME_API=" + fn.RuntimeAPI, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512", "AWS_LAMBDA_MAX_CONCURRENCY=3",
		"AWS_LAMBDA_INITIALIZATION_TYPE=lambda-managed-instances", "TZ=:Elsewhere", "X=1", "AWS_ACCESS_KEY_ID="} {
		if !strings.Contains(env, want) {
			t.Errorf("no %s in\n%s", want, env)
		}
	}
	if strings.Count(env, "\nTZ=") != 1 {
		t.Error("TZ twice")
	}
	snap := s.Lambda.CreateFunction(lambda.FunctionConfig{Name: "g", SnapStart: true})
	if env := strings.Join(snap.Environ(), "\n"); strings.Contains(env, "AWS_SECRET_ACCESS_KEY") || !strings.Contains(env, "AWS_CONTAINER_CREDENTIALS_FULL_URI") {
		t.Errorf("SnapStart's credentials:\n%s", env)
	}
}
