package lambda_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/lambda"
)

// maxResponse is the largest response that is not streamed: 6 MB (Developer Guide, Lambda quotas)
// and the 100 bytes more that the Runtime API accepts.
const maxResponse = 6<<20 + 100

// A testRuntime is a runtime in the test's process. A test drives it step by step.
type testRuntime struct {
	t    *testing.T
	addr string
}

func (rt testRuntime) do(method, path string, body io.Reader, header ...string) (int, http.Header, string) {
	rt.t.Helper()
	r, err := http.NewRequest(method, "http://"+rt.addr+path, body)
	if err != nil {
		rt.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		rt.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		rt.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(answer)
}

// next fetches an invocation and returns its request ID, its headers and its event.
func (rt testRuntime) next() (id string, h http.Header, event string) {
	rt.t.Helper()
	status, h, event := rt.do("GET", "/2018-06-01/runtime/invocation/next", nil)
	if status != 200 {
		rt.t.Fatalf("/next: %d %s", status, event)
	}
	return h.Get("Lambda-Runtime-Aws-Request-Id"), h, event
}

func (rt testRuntime) post(path, body string, header ...string) int {
	rt.t.Helper()
	status, _, _ := rt.do("POST", "/2018-06-01/runtime/"+path, strings.NewReader(body), header...)
	return status
}

// inProcess returns a function without a command, and a runtime for it.
func inProcess(t *testing.T, cfg lambda.FunctionConfig) (*lambda.Function, testRuntime) {
	s := lambdatest.NewServer()
	t.Cleanup(s.Close)
	cfg.Name = "f"
	cfg.Timeout = cmp.Or(cfg.Timeout, patience)
	fn := s.Lambda.CreateFunction(cfg)
	return fn, testRuntime{t, fn.RuntimeAPI}
}

// invoke starts an invocation. Its result comes through the channel.
func invoke(t *testing.T, fn *lambda.Function, payload string) <-chan *lambda.Result {
	out := make(chan *lambda.Result, 1)
	go func() {
		res, err := fn.Invoke(context.Background(), []byte(payload))
		if err != nil {
			t.Errorf("Invoke: %v", err)
		}
		out <- res
	}()
	return out
}

func TestRuntimeAPIContract(t *testing.T) {
	big := strings.Repeat("x", maxResponse)
	for _, test := range []struct {
		name, path, body string
		header           []string
		status           int
		functionError    string
		errorType        string
	}{
		// ID in a path stands for the invocation's own, ECHO in a header for its invocation ID.
		{"response", "invocation/ID/response", "1", nil, 202, "", ""},
		{"echo", "invocation/ID/response", "1", []string{"Lambda-Runtime-Invocation-Id", "ECHO"}, 202, "", ""},
		{"largest", "invocation/ID/response", big, nil, 202, "", ""},
		{"too large", "invocation/ID/response", big + "x", nil, 413, "Unhandled", "Function.ResponseSizeTooLarge"},
		{"streaming", "invocation/ID/response", big + "x", []string{"Lambda-Runtime-Function-Response-Mode", "streaming"}, 202, "", ""},
		{"mode", "invocation/ID/response", "1", []string{"Lambda-Runtime-Function-Response-Mode", "Streaming"}, 400, "Unhandled", "Runtime.InvalidResponseModeHeader"},
		{"error", "invocation/ID/error", "{}", []string{"Lambda-Runtime-Function-Error-Type", "Function.Bad"}, 202, "Unhandled", "Function.Bad"},
		{"error without type", "invocation/ID/error", "{}", nil, 202, "Unhandled", "Runtime.Unknown"},
		{"error of wrong type", "invocation/ID/error", "{}", []string{"Lambda-Runtime-Function-Error-Type", "Function.bad"}, 202, "Unhandled", "Function.Unknown"},
		{"largest error", "invocation/ID/error", big, nil, 202, "Unhandled", "Runtime.Unknown"},
		{"error too large", "invocation/ID/error", big + "x", nil, 413, "Unhandled", "Function.ResponseSizeTooLarge"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fn, rt := inProcess(t, lambda.FunctionConfig{})
			result := invoke(t, fn, `{"a":1}`)
			id, h, event := rt.next()
			if event != `{"a":1}` {
				t.Errorf("event %q", event)
			}
			for i := range test.header {
				test.header[i] = strings.ReplaceAll(test.header[i], "ECHO", h.Get("Lambda-Runtime-Invocation-Id"))
			}
			status := rt.post(strings.ReplaceAll(test.path, "ID", id), test.body, test.header...)
			res := <-result
			if status != test.status || res.FunctionError != test.functionError || res.ErrorType != test.errorType {
				t.Errorf("got %d %q %q, want %d %q %q", status, res.FunctionError, res.ErrorType, test.status, test.functionError, test.errorType)
			}
			if res.RequestID != id || !res.Cold {
				t.Errorf("got %s cold=%v", res.RequestID, res.Cold)
			}
		})
	}
}

func TestRuntimeAPIRefuses(t *testing.T) {
	fn, rt := inProcess(t, lambda.FunctionConfig{})
	result := invoke(t, fn, "1")
	id, h, _ := rt.next()
	for _, test := range []struct {
		what, method, path string
		header             []string
		status             int
	}{
		{"/next while running", "GET", "invocation/next", nil, 200},
		{"init error while running", "POST", "init/error", nil, 403},
		{"an unknown ID", "POST", "invocation/nobody/response", nil, 400},
		{"an unknown ID's error", "POST", "invocation/nobody/error", nil, 400},
		{"another's echo", "POST", "invocation/" + id + "/response", []string{"Lambda-Runtime-Invocation-Id", "x"}, 410},
		{"restore without SnapStart", "GET", "restore/next", nil, 404},
		{"a wrong path", "GET", "nowhere", nil, 404},
		{"a wrong method", "GET", "invocation/" + id + "/response", nil, 405},
		{"the answer", "POST", "invocation/" + id + "/response", []string{"Lambda-Runtime-Invocation-Id", h.Get("Lambda-Runtime-Invocation-Id")}, 202},
		{"the answer again", "POST", "invocation/" + id + "/response", nil, 403},
		{"an error after it", "POST", "invocation/" + id + "/error", nil, 403},
	} {
		status, _, body := rt.do(test.method, "/2018-06-01/runtime/"+test.path, nil, test.header...)
		if status != test.status {
			t.Errorf("%s: %d %s, want %d", test.what, status, body, test.status)
		}
	}
	if res := <-result; res.FunctionError != "" {
		t.Errorf("result %+v", res)
	}
	if n := len(fn.Requests()); n != 12 {
		t.Errorf("%d requests recorded", n)
	}
}

func TestStreamingTrailers(t *testing.T) {
	for _, announced := range []bool{true, false} {
		fn, rt := inProcess(t, lambda.FunctionConfig{})
		result := invoke(t, fn, "1")
		id, _, _ := rt.next()
		trailer := ""
		if announced {
			trailer = "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n"
		}
		conn, err := net.Dial("tcp", rt.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\n%s"+
			"Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n"+
			"4\r\nhalf\r\n0\r\nLambda-Runtime-Function-Error-Type: Function.Late\r\nLambda-Runtime-Function-Error-Body: %s\r\n\r\n",
			id, trailer, base64.StdEncoding.EncodeToString([]byte(`{"errorMessage":"late"}`)))
		res := <-result
		want := lambda.Result{Payload: []byte("half"), Streamed: true}
		if announced {
			want.FunctionError, want.ErrorType, want.ErrorBody = "Unhandled", "Function.Late", []byte(`{"errorMessage":"late"}`)
		}
		if !bytes.Equal(res.Payload, want.Payload) || !res.Streamed || res.FunctionError != want.FunctionError ||
			res.ErrorType != want.ErrorType || !bytes.Equal(res.ErrorBody, want.ErrorBody) {
			t.Errorf("announced %v: %+v", announced, res)
		}
	}
}

func TestTruncatedResponse(t *testing.T) {
	fn, rt := inProcess(t, lambda.FunctionConfig{})
	result := invoke(t, fn, "1")
	id, _, _ := rt.next()
	conn, err := net.Dial("tcp", rt.addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nshort", id)
	conn.Close()
	if res := <-result; res.ErrorType != "Runtime.TruncatedResponse" {
		t.Errorf("%+v", res)
	}
}

// A runtime in the test's process lives on after the timeout. Its late answer is refused.
func TestLateAnswer(t *testing.T) {
	fn, rt := inProcess(t, lambda.FunctionConfig{Timeout: time.Millisecond})
	result := invoke(t, fn, "1")
	id, h, _ := rt.next()
	res := <-result
	if res.ErrorType != "Sandbox.Timedout" || !bytes.Contains(res.LogTail, []byte("Task timed out after 0.00 seconds")) {
		t.Errorf("%+v\n%s", res, res.LogTail)
	}
	if got := rt.post("invocation/"+id+"/response", "1", "Lambda-Runtime-Invocation-Id", h.Get("Lambda-Runtime-Invocation-Id")); got != 410 {
		t.Errorf("with its invocation ID: %d", got)
	}
	if got := rt.post("invocation/"+id+"/response", "1"); got != 400 {
		t.Errorf("without: %d", got)
	}
}

func TestInitError(t *testing.T) {
	fn, rt := inProcess(t, lambda.FunctionConfig{})
	result := invoke(t, fn, "1")
	if got := rt.post("init/error", `{"errorMessage":"no config"}`, "Lambda-Runtime-Function-Error-Type", "Runtime.NoConfig"); got != 202 {
		t.Errorf("%d", got)
	}
	if res := <-result; res.ErrorType != "Runtime.NoConfig" || string(res.Payload) != `{"errorMessage":"no config"}` {
		t.Errorf("%+v", res)
	}
}

func TestIntercept(t *testing.T) {
	fn, rt := inProcess(t, lambda.FunctionConfig{
		Intercept: func(w http.ResponseWriter, r *http.Request) bool {
			w.WriteHeader(http.StatusTeapot)
			return true
		},
	})
	if status, _, _ := rt.do("GET", "/2018-06-01/runtime/invocation/next", nil); status != http.StatusTeapot {
		t.Errorf("%d", status)
	}
	if got := fn.Requests()[0].Status; got != http.StatusTeapot {
		t.Errorf("recorded %d", got)
	}
}

// A Managed Instance runs as many invocations at the same time as its loops ask for.
func TestConcurrency(t *testing.T) {
	const loops = 8
	fn, rt := inProcess(t, lambda.FunctionConfig{Concurrency: loops})
	var results []<-chan *lambda.Result
	for i := range loops {
		results = append(results, invoke(t, fn, fmt.Sprint(i)))
	}
	type got struct{ id, event string }
	var all []got
	for range loops {
		id, _, event := rt.next()
		all = append(all, got{id, event})
	}
	if status, _, _ := rt.do("GET", "/2018-06-01/runtime/invocation/next", nil); status != 403 {
		t.Errorf("one /next too many: %d", status)
	}
	for _, g := range all {
		if status := rt.post("invocation/"+g.id+"/response", g.event); status != 202 {
			t.Errorf("%s: %d", g.event, status)
		}
	}
	for i, result := range results {
		if res := <-result; string(res.Payload) != fmt.Sprint(i) {
			t.Errorf("invocation %d got %s", i, res.Payload)
		}
	}
}
