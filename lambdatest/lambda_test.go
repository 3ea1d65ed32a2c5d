package lambdatest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestFunctionProcess is no test: it is the process of the functions below, which are this
// test's own binary.
func TestFunctionProcess(t *testing.T) {
	behaviour := os.Getenv("LAMBDATEST_FUNCTION")
	if behaviour == "" {
		return
	}
	os.Exit(functionProcess(behaviour))
}

// functionProcess is a small runtime that echoes events, and misbehaves as it is told.
func functionProcess(behaviour string) int {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API")
	fmt.Println("starting")
	switch behaviour {
	case "exit in init":
		return 3
	case "init error":
		http.Post(api+runtimeVersion+"init/error", "application/json", strings.NewReader(`{"errorType":"X"}`))
		return 1
	case "sigterm":
		r, _ := http.NewRequest("POST", api+extensionVersion+"register", strings.NewReader(`{"events":[]}`))
		r.Header.Set("Lambda-Extension-Name", "sigterm")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return 1
		}
		go func() {
			r, _ := http.NewRequest("GET", api+extensionVersion+"event/next", nil)
			r.Header.Set("Lambda-Extension-Identifier", resp.Header.Get("Lambda-Extension-Identifier"))
			http.DefaultClient.Do(r)
		}()
		term := make(chan os.Signal, 1)
		signal.Notify(term, syscall.SIGTERM)
		go func() {
			<-term
			fmt.Println("said goodbye")
			os.Exit(0)
		}()
	}
	for {
		resp, err := http.Get(api + runtimeVersion + "invocation/next")
		if err != nil {
			return 1
		}
		event, err := io.ReadAll(resp.Body)
		if err != nil {
			return 1
		}
		id := resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
		fmt.Fprintln(os.Stderr, "handling")
		switch behaviour {
		case "exit":
			return 7
		case "hang":
			time.Sleep(time.Minute)
		case "sleep":
			time.Sleep(50 * time.Millisecond)
		case "fail":
			http.Post(api+runtimeVersion+"invocation/"+id+"/error", "application/json", strings.NewReader(`{"errorType":"X"}`))
			continue
		case "panic":
			http.Post(api+runtimeVersion+"invocation/"+id+"/error", "application/json", strings.NewReader(`{"errorType":"P"}`))
			return 2
		}
		http.Post(api+runtimeVersion+"invocation/"+id+"/response", "application/json", bytes.NewReader(event))
		fmt.Print("answered\n")
	}
}

// functionOf returns a function whose process behaves as named.
func functionOf(t *testing.T, behaviour string) *Function {
	s := NewServer()
	t.Cleanup(s.Close)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return s.Lambda.CreateFunction(FunctionConfig{
		Name:        "f",
		Timeout:     time.Second,
		Exec:        []string{exe, "-test.run=^TestFunctionProcess$"},
		Env:         []string{"LAMBDATEST_FUNCTION=" + behaviour},
		RetryDelays: []time.Duration{0, 0},
	})
}

func mustInvoke(t *testing.T, fn *Function, payload string) *Result {
	t.Helper()
	res, err := fn.Invoke(context.Background(), []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestProcess(t *testing.T) {
	fn := functionOf(t, "echo")
	cold := mustInvoke(t, fn, `"hello"`)
	if string(cold.Payload) != `"hello"` || !cold.Cold || cold.FunctionError != "" {
		t.Fatalf("%+v\n%s", cold, cold.LogTail)
	}
	if cold.StartToNext <= 0 || cold.Init <= 0 || cold.Duration <= 0 {
		t.Errorf("timings %v %v %v", cold.StartToNext, cold.Init, cold.Duration)
	}
	if _, err := os.Stat("/proc/self/status"); err == nil && cold.MaxMemory < 1<<20 {
		t.Errorf("memory %d", cold.MaxMemory)
	}
	// All that the process wrote before it asked for the next event is there, in order.
	rest := string(cold.LogTail)
	for _, want := range []string{"INIT_START ", "starting\n", "START RequestId: " + cold.RequestID + " Version: $LATEST\n", "handling\n",
		"answered\n", "END RequestId: " + cold.RequestID + "\n", "REPORT RequestId: " + cold.RequestID + "\tDuration: ", "Init Duration: "} {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("no %q in its place in\n%s", want, cold.LogTail)
		}
		rest = after
	}
	warm := mustInvoke(t, fn, "")
	if string(warm.Payload) != "{}" || warm.Cold || warm.StartToNext != 0 || bytes.Count(warm.LogTail, []byte("Init Duration")) != 1 {
		t.Errorf("%+v\n%s", warm, warm.LogTail)
	}
	fn.Shutdown()
	if again := mustInvoke(t, fn, "1"); !again.Cold {
		t.Error("warm after Shutdown")
	}
}

func TestProcessMisbehaves(t *testing.T) {
	for _, test := range []struct{ behaviour, errorType, payload, log string }{
		{"exit in init", "Runtime.ExitError", "Runtime exited with error: exit status 3", "Status: error\tError Type: Runtime.ExitError"},
		{"init error", "Runtime.Unknown", `{"errorType":"X"}`, "INIT_REPORT Init Duration: "},
		{"exit", "Runtime.ExitError", "Runtime exited with error: exit status 7", "handling\n"},
		{"hang", "Sandbox.Timedout", "Task timed out after 1.00 seconds", "Status: timeout"},
		{"fail", "Runtime.Unknown", `{"errorType":"X"}`, "handling\n"},
		{"panic", "Runtime.Unknown", `{"errorType":"P"}`, "Runtime exited with error: exit status 2"},
	} {
		t.Run(test.behaviour, func(t *testing.T) {
			t.Parallel()
			fn := functionOf(t, test.behaviour)
			for range 2 { // the second time in a fresh process, but for "fail"
				res := mustInvoke(t, fn, "1")
				if res.FunctionError != "Unhandled" || res.ErrorType != test.errorType || !strings.Contains(string(res.Payload), test.payload) {
					t.Errorf("%+v %s", res, res.Payload)
				}
				if !bytes.Contains(res.LogTail, []byte(test.log)) || !bytes.Contains(res.LogTail, []byte("REPORT RequestId: "+res.RequestID)) {
					t.Errorf("log:\n%s", res.LogTail)
				}
			}
		})
	}
}

func TestShutdownWithExtension(t *testing.T) {
	fn := functionOf(t, "sigterm")
	mustInvoke(t, fn, "1")
	fn.Shutdown()
	if !bytes.Contains(fn.Log(), []byte("said goodbye\n")) {
		t.Errorf("no SIGTERM:\n%s", fn.Log())
	}
}

func TestParallelInvocations(t *testing.T) {
	fn := functionOf(t, "sleep")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if res := mustInvoke(t, fn, fmt.Sprint(i)); string(res.Payload) != fmt.Sprint(i) || !res.Cold {
				t.Errorf("%d: %+v", i, res)
			}
		})
	}
	wg.Wait()
	if res := mustInvoke(t, fn, "1"); res.Cold {
		t.Error("a fifth invocation found no warm environment")
	}
}

func TestAsyncRetries(t *testing.T) {
	for behaviour, attempts := range map[string]int{"echo": 1, "fail": 3} {
		fn := functionOf(t, behaviour)
		id := fn.InvokeAsync([]byte("1"))
		results := fn.AsyncResults()
		if len(results) != attempts {
			t.Errorf("%s: %d attempts, want %d", behaviour, len(results), attempts)
		}
		for _, res := range results {
			if res.RequestID != id {
				t.Errorf("%s: request ID changed", behaviour)
			}
		}
	}
}

func TestNoSuchCommand(t *testing.T) {
	s := NewServer()
	defer s.Close()
	fn := s.Lambda.CreateFunction(FunctionConfig{Name: "f", Exec: []string{"/nowhere/bootstrap"}})
	if res := mustInvoke(t, fn, "1"); res.ErrorType != "Runtime.InvalidEntrypoint" {
		t.Errorf("%+v", res)
	}
}

func TestCallerLeaves(t *testing.T) {
	fn, rt := inProcess(t, FunctionConfig{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := fn.Invoke(ctx, nil); err != context.Canceled {
		t.Errorf("%v", err)
	}
	result := invoke(t, fn, "2")
	id, _, event := rt.next() // not the event nobody waits for
	if event != "2" {
		t.Errorf("event %s", event)
	}
	rt.post("invocation/"+id+"/response", "1")
	<-result
}

// invokeAPI sends a request to the Invoke API, behind the signatures.
func invokeAPI(l *Lambda, name, payload string, header ...string) *http.Response {
	r, _ := http.NewRequest("POST", "/2015-03-31/functions/"+name+"/invocations", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := &bodyRecorder{header: make(http.Header), status: 200}
	l.serve(w, r, []byte(payload))
	return &http.Response{StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body)}
}

type bodyRecorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *bodyRecorder) Header() http.Header         { return w.header }
func (w *bodyRecorder) WriteHeader(status int)      { w.status = status }
func (w *bodyRecorder) Write(p []byte) (int, error) { return w.body.Write(p) }

func TestInvokeAPI(t *testing.T) {
	fn := functionOf(t, "echo")
	l := fn.l
	for _, test := range []struct {
		name, payload string
		header        []string
		status        int
		errorType     string
	}{
		{"f", `{"a":1}`, nil, 200, ""},
		{"f", `{"a":1}`, []string{"X-Amz-Invocation-Type", "RequestResponse", "X-Amz-Log-Type", "Tail"}, 200, ""},
		{"f:$LATEST", "1", nil, 200, ""},
		{"arn:aws:lambda:us-east-1:123456789012:function:f", "1", nil, 200, ""},
		{"123456789012%3Afunction%3Af", "1", nil, 200, ""},
		{"f", "1", []string{"X-Amz-Invocation-Type", "Event"}, 202, ""},
		{"f", "1", []string{"X-Amz-Invocation-Type", "DryRun"}, 204, ""},
		{"f", "1", []string{"X-Amz-Invocation-Type", "Sometime"}, 400, "InvalidParameterValueException"},
		{"f", "{", nil, 400, "InvalidRequestContentException"},
		{"f", "1 2", nil, 400, "InvalidRequestContentException"},
		{"f", "1", []string{"X-Amz-Client-Context", "%"}, 400, "InvalidRequestContentException"},
		{"g", "1", nil, 404, "ResourceNotFoundException"},
		{"f:prod", "1", nil, 404, "ResourceNotFoundException"},
		{"f", strings.Repeat("1", maxEvent), nil, 200, ""},
		{"f", strings.Repeat("1", maxEvent+1), nil, 413, "RequestTooLargeException"},
		{"f", strings.Repeat("1", maxAsyncEvent+1), []string{"X-Amz-Invocation-Type", "Event"}, 413, "RequestTooLargeException"},
	} {
		resp := invokeAPI(l, test.name, test.payload, test.header...)
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != test.status || resp.Header.Get("X-Amzn-Errortype") != test.errorType {
			t.Errorf("%s %.20q %v: %d %s %s, want %d %s", test.name, test.payload, test.header, resp.StatusCode, resp.Header.Get("X-Amzn-Errortype"), body, test.status, test.errorType)
		}
		if test.status == 200 && string(body) != test.payload {
			t.Errorf("%.20q: %.20q", test.payload, body)
		}
		if len(test.header) == 4 {
			if tail, err := base64.StdEncoding.DecodeString(resp.Header.Get("X-Amz-Log-Result")); err != nil || !bytes.Contains(tail, []byte("REPORT RequestId")) {
				t.Errorf("log %s %v", tail, err)
			}
		}
	}
}

func TestEnviron(t *testing.T) {
	s := NewServer()
	defer s.Close()
	fn := s.Lambda.CreateFunction(FunctionConfig{Name: "f", MemoryMB: 512, Concurrency: 3, Env: []string{"TZ=:Elsewhere", "X=1"}})
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
	snap := s.Lambda.CreateFunction(FunctionConfig{Name: "g", SnapStart: true})
	if env := strings.Join(snap.Environ(), "\n"); strings.Contains(env, "AWS_SECRET_ACCESS_KEY") || !strings.Contains(env, "AWS_CONTAINER_CREDENTIALS_FULL_URI") {
		t.Errorf("SnapStart's credentials:\n%s", env)
	}
}
