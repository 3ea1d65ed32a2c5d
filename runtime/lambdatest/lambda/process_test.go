package lambda_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/lambda"
)

// patience is how long a test waits for what must come, however slow the machine is.
const patience = time.Minute

// The paths of the Runtime API and of the Extensions API.
const (
	runtimePath   = "/2018-06-01/runtime/"
	extensionPath = "/2020-01-01/extension/"
)

// TestFunctionProcess is no test. It is the process of the functions below: their command is the
// test binary itself.
func TestFunctionProcess(t *testing.T) {
	behaviour := os.Getenv("LAMBDATEST_FUNCTION")
	if behaviour == "" {
		return
	}
	os.Exit(functionProcess(behaviour))
}

// functionProcess is a small runtime. It echoes events, or misbehaves as it is told.
func functionProcess(behaviour string) int {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API")
	fmt.Println("starting")
	switch behaviour {
	case "exit in init":
		return 3
	case "init error":
		http.Post(api+runtimePath+"init/error", "application/json", strings.NewReader(`{"errorType":"X"}`))
		return 1
	case "sigterm":
		r, _ := http.NewRequest("POST", api+extensionPath+"register", strings.NewReader(`{"events":[]}`))
		r.Header.Set("Lambda-Extension-Name", "sigterm")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return 1
		}
		go func() {
			r, _ := http.NewRequest("GET", api+extensionPath+"event/next", nil)
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
		resp, err := http.Get(api + runtimePath + "invocation/next")
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
			http.Post(api+runtimePath+"invocation/"+id+"/error", "application/json", strings.NewReader(`{"errorType":"X"}`))
			continue
		case "panic":
			http.Post(api+runtimePath+"invocation/"+id+"/error", "application/json", strings.NewReader(`{"errorType":"P"}`))
			return 2
		}
		http.Post(api+runtimePath+"invocation/"+id+"/response", "application/json", bytes.NewReader(event))
		fmt.Print("answered\n")
	}
}

// functionOf returns a function whose process behaves as named.
func functionOf(t *testing.T, behaviour string) *lambda.Function {
	_, fn := serverOf(t, behaviour)
	return fn
}

func serverOf(t *testing.T, behaviour string) (*lambdatest.Server, *lambda.Function) {
	s := lambdatest.NewServer()
	t.Cleanup(s.Close)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	timeout := patience
	if behaviour == "hang" {
		timeout = time.Second
	}
	return s, s.Lambda.CreateFunction(lambda.FunctionConfig{
		Name:        "f",
		Timeout:     timeout,
		Exec:        []string{exe, "-test.run=^TestFunctionProcess$"},
		Env:         []string{"LAMBDATEST_FUNCTION=" + behaviour},
		RetryDelays: []time.Duration{0, 0},

		ShutdownTimeout: patience,
	})
}

func mustInvoke(t *testing.T, fn *lambda.Function, payload string) *lambda.Result {
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
	// Everything that the process wrote before it asked for the next event is there, in order.
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

// A relative command is relative to the test's working directory. The process runs in the folder
// of its program.
func TestRelativeCommand(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(filepath.Dir(exe)))
	s := lambdatest.NewServer()
	defer s.Close()
	fn := s.Lambda.CreateFunction(lambda.FunctionConfig{
		Name: "f",
		Exec: []string{"./" + filepath.Join(filepath.Base(filepath.Dir(exe)), filepath.Base(exe)), "-test.run=^TestFunctionProcess$"},
		Env:  []string{"LAMBDATEST_FUNCTION=echo"},
	})
	if res := mustInvoke(t, fn, "1"); res.FunctionError != "" {
		t.Errorf("%s", res.Payload)
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
			for range 2 { // the second time in a new process, except for "fail"
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
	s := lambdatest.NewServer()
	defer s.Close()
	fn := s.Lambda.CreateFunction(lambda.FunctionConfig{Name: "f", Exec: []string{"/nowhere/bootstrap"}})
	if res := mustInvoke(t, fn, "1"); res.ErrorType != "Runtime.InvalidEntrypoint" {
		t.Errorf("%+v", res)
	}
}

func TestCallerLeaves(t *testing.T) {
	fn, rt := inProcess(t, lambda.FunctionConfig{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := fn.Invoke(ctx, nil); err != context.Canceled {
		t.Errorf("%v", err)
	}
	result := invoke(t, fn, "2")
	id, _, event := rt.next() // not the event of the caller that has gone
	if event != "2" {
		t.Errorf("event %s", event)
	}
	rt.post("invocation/"+id+"/response", "1")
	<-result
}

// The process ID is that of the present process, and there is none before and after it.
func TestPID(t *testing.T) {
	fn := functionOf(t, "echo")
	none := func(when string) {
		t.Helper()
		if pid := fn.PID(); pid != 0 {
			t.Errorf("%s: process %d", when, pid)
		}
	}
	none("before the first invocation")
	mustInvoke(t, fn, "1")
	first := fn.PID()
	mustInvoke(t, fn, "1")
	if pid := fn.PID(); first == 0 || pid != first {
		t.Errorf("process %d, then %d", first, pid)
	}
	fn.Shutdown()
	none("after its end")
}
