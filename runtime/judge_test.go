package runtime_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"reduction/runtime"
	"reduction/runtime/lambdatest"
)

// These tests run a function as Lambda runs it: as a process, started again after its end,
// behind a Runtime API that knows nothing of this package.

// TestFunctionProcess is not a test: it is that process.
func TestFunctionProcess(t *testing.T) {
	switch os.Getenv("RUNTIME_TEST") {
	case "":
		return
	case "function":
		runtime.Start(function)
	case "stream":
		runtime.StartStream(streaming)
	case "init error":
		runtime.NewClient(os.Getenv).InitError(errors.New("no table"))
	case "cleanup":
		c := runtime.NewClient(os.Getenv)
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := c.RequestSIGTERM("cleanup"); err != nil {
			fmt.Println(err)
		}
		c.Serve(ctx, function)
		fmt.Println("cleaned up")
	case "snapstart":
		c := runtime.NewClient(os.Getenv)
		c.AfterRestore = func() error {
			fmt.Println("restored")
			return nil
		}
		c.Serve(context.Background(), function)
	}
	os.Exit(1)
}

// released ends overdue invocations.
var released = make(chan struct{})

// function does what its event says.
func function(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
	switch string(inv.Payload) {
	case `"fail"`:
		return nil, errors.New("failed")
	case `"panic"`:
		panic("panicked")
	case `"exit"`:
		os.Exit(3)
	case `"large"`:
		return make([]byte, runtime.MaxResponse+1), nil
	case `"hang"`:
		select {}
	case `"overdue"`:
		<-ctx.Done()
		<-released
	case `"release"`:
		close(released)
	}
	return bytes.Clone(inv.Payload), nil
}

func streaming(ctx context.Context, inv *runtime.Invocation) (io.Reader, error) {
	start := io.Reader(strings.NewReader("the beginning, "))
	if string(inv.Payload) == `"fail"` {
		return io.MultiReader(start, iotest.ErrReader(errors.New("failed"))), nil
	}
	return io.MultiReader(start, strings.NewReader("and the end")), nil
}

// patience is how long a test waits for what must come, even on a slow machine.
const patience = time.Minute

func newFunction(t *testing.T, what string, cfg lambdatest.FunctionConfig) *lambdatest.Function {
	srv := lambdatest.NewServer()
	t.Cleanup(srv.Close)
	cfg.Name = "f"
	cfg.Timeout = cmp.Or(cfg.Timeout, patience)
	cfg.ShutdownTimeout = patience
	cfg.Exec = []string{os.Args[0], "-test.run=^TestFunctionProcess$"}
	cfg.Env = append(cfg.Env, "RUNTIME_TEST="+what)
	return srv.Lambda.CreateFunction(cfg)
}

func invoke(t *testing.T, fn *lambdatest.Function, event string) *lambdatest.Result {
	t.Helper()
	res, err := fn.Invoke(context.Background(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestProcess(t *testing.T) {
	fn := newFunction(t, "function", lambdatest.FunctionConfig{})
	for _, test := range []struct {
		event     string
		errorType string
		payload   string // a part of it
		cold      bool
	}{
		{`{"a":1}`, "", `{"a":1}`, true},
		{`"fail"`, "Function.Error", `{"errorMessage":"failed","errorType":"Function.Error"}`, false},
		{`"large"`, "Function.ResponseSizeTooLarge", "6291556 bytes", false},
		{`"panic"`, "Function.Panic", `"errorMessage":"panic: panicked","errorType":"Function.Panic","stackTrace":[{"path":`, false},
		{`1`, "", `1`, true},
		{`"exit"`, "Runtime.ExitError", "exit status 3", false},
		{`2`, "", `2`, true},
		{`3`, "", `3`, false},
	} {
		res := invoke(t, fn, test.event)
		if res.ErrorType != test.errorType || !strings.Contains(string(res.Payload), test.payload) || res.Cold != test.cold {
			t.Errorf("%s: %s, %s, cold %v\n%s", test.event, res.ErrorType, res.Payload, res.Cold, res.LogTail)
		}
	}
	for _, line := range []string{"\tERROR\tfailed\terrorType=\"Function.Error\"\n", "\tERROR\tpanic: panicked\terrorType=\"Function.Panic\"\tstackTrace=\"reduction/runtime_test.function "} {
		if !strings.Contains(string(fn.Log()), line) {
			t.Errorf("not logged: %q\n%s", line, fn.Log())
		}
	}
}

func TestTimeout(t *testing.T) {
	fn := newFunction(t, "function", lambdatest.FunctionConfig{Timeout: time.Second})
	if res := invoke(t, fn, `"hang"`); res.ErrorType != "Sandbox.Timedout" || !strings.Contains(string(res.Payload), "timed out") {
		t.Errorf("%s %s", res.ErrorType, res.Payload)
	}
	if res := invoke(t, fn, "1"); !res.Cold {
		t.Errorf("%+v", res)
	}
}

func TestStreamingProcess(t *testing.T) {
	fn := newFunction(t, "stream", lambdatest.FunctionConfig{})
	res := invoke(t, fn, "{}")
	if string(res.Payload) != "the beginning, and the end" || !res.Streamed || res.FunctionError != "" || res.ContentType != "application/octet-stream" {
		t.Errorf("%+v", res)
	}
	res = invoke(t, fn, `"fail"`)
	if string(res.Payload) != "the beginning, " || res.ErrorType != "Function.Error" || string(res.ErrorBody) != `{"errorMessage":"failed","errorType":"Function.Error"}` {
		t.Errorf("%s, then %s %s", res.Payload, res.ErrorType, res.ErrorBody)
	}
	if res = invoke(t, fn, "{}"); res.Cold || res.FunctionError != "" {
		t.Errorf("after an error: %+v", res)
	}
}

func TestInitErrorOfProcess(t *testing.T) {
	res := invoke(t, newFunction(t, "init error", lambdatest.FunctionConfig{}), "{}")
	if res.ErrorType != "Function.Error" || string(res.Payload) != `{"errorMessage":"no table","errorType":"Function.Error"}` {
		t.Errorf("%s %s\n%s", res.ErrorType, res.Payload, res.LogTail)
	}
}

func TestManagedInstance(t *testing.T) {
	const loops = 64
	fn := newFunction(t, "function", lambdatest.FunctionConfig{Concurrency: loops, Timeout: time.Second,
		Env: []string{"AWS_LAMBDA_LOG_FORMAT=JSON"}})
	var all sync.WaitGroup
	for i := range loops {
		all.Go(func() {
			event := fmt.Sprint(i)
			if i == 0 {
				event = `"overdue"`
			}
			res, err := fn.Invoke(context.Background(), []byte(event))
			if err != nil || i > 0 && string(res.Payload) != event {
				t.Errorf("%s: %+v, %v", event, res, err)
			}
		})
	}
	const logged = `"level":"ERROR","message":"runtime: the invocation has run into its timeout`
	for end := time.Now().Add(patience); !bytes.Contains(fn.Log(), []byte(logged)); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("the overdue handler is not logged:\n%s", fn.Log())
			break
		}
	}
	invoke(t, fn, `"release"`)
	all.Wait()
	if res := invoke(t, fn, "5"); string(res.Payload) != "5" {
		t.Errorf("%+v", res)
	}
}

func TestSIGTERM(t *testing.T) {
	fn := newFunction(t, "cleanup", lambdatest.FunctionConfig{})
	invoke(t, fn, "{}")
	fn.Shutdown()
	if !bytes.Contains(fn.Log(), []byte("cleaned up")) {
		t.Errorf("%s", fn.Log())
	}
}

func TestSnapStart(t *testing.T) {
	fn := newFunction(t, "snapstart", lambdatest.FunctionConfig{SnapStart: true})
	if res := invoke(t, fn, "1"); string(res.Payload) != "1" || !bytes.Contains(fn.Log(), []byte("restored")) {
		t.Errorf("%+v\n%s", res, fn.Log())
	}
}
