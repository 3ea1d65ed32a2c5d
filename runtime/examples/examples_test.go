package examples

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// exchange is an event, and what the function is to make of it.
type exchange struct{ event, answer string }

var examples = []struct {
	name      string
	exchanges []exchange
}{
	{"hello", []exchange{
		{`{"name":"Ada"}`, `{"greeting":"Hello, Ada!"}`},
		{`{}`, `{"greeting":"Hello, world!"}`},
		{`[]`, `error: {"errorMessage":"json: cannot unmarshal array into Go value of type struct { Name string }","errorType":"Function.Error"}`},
	}},
	{"http", []exchange{
		{`{"version":"2.0","rawPath":"/greet","queryStringParameters":{"name":"Ada"},"requestContext":{"http":{"method":"GET","path":"/greet"}},"isBase64Encoded":false}`,
			`{"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"Hello, Ada!\n"}`},
		{`{"version":"2.0","rawPath":"/echo","body":"` + base64.StdEncoding.EncodeToString([]byte("to and fro")) + `","requestContext":{"http":{"method":"POST"}},"isBase64Encoded":true}`,
			`{"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"to and fro\n"}`},
		{`{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}`,
			`{"statusCode":404,"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"there is GET /greet and POST /echo\n"}`},
	}},
	{"stream", []exchange{
		{`{"version":"2.0","rawPath":"/"}`, `stream application/vnd.awslambda.http-integration-response: ` +
			`{"statusCode":200,"headers":{"Content-Type":"text/csv"}}` + strings.Repeat("\x00", 8) +
			"n,square\n1,1\n2,4\n3,9\n4,16\n5,25\n6,36\n7,49\n8,64\n9,81\n10,100\n"},
	}},
	{"notes", nil}, // it has a test of its own, on the emulator
	{"sqs", []exchange{
		{`{"Records":[{"messageId":"a","body":"{\"quantity\":3}"},{"messageId":"b","body":"{\"quantity\":0}"},{"messageId":"c","body":"?"}]}`,
			`{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"c"}]}`},
		{`{"Records":[{"messageId":"a","body":"{\"quantity\":3}"}]}`, `{"batchItemFailures":[]}`},
	}},
}

// Each example is built and run as Lambda would run it.
func TestExamples(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", dir+string(filepath.Separator), "./...").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	built, err := filepath.Glob("*/main.go")
	if err != nil || len(built) != len(examples) {
		t.Fatalf("%d examples are tested, there are %v", len(examples), built)
	}
	for _, example := range examples {
		t.Run(example.name, func(t *testing.T) {
			t.Parallel()
			answers := run(t, filepath.Join(dir, example.name), example.exchanges)
			for _, x := range example.exchanges {
				select {
				case got := <-answers:
					if got != x.answer {
						t.Errorf("%s\ngot  %q\nwant %q", x.event, got, x.answer)
					}
				case <-time.After(30 * time.Second):
					t.Fatal("no answer to ", x.event)
				}
			}
		})
	}
}

func TestExamplesAreShort(t *testing.T) {
	for _, example := range examples {
		source, err := os.ReadFile(filepath.Join(example.name, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), "\n"); n >= 60 {
			t.Errorf("%s has %d lines", example.name, n)
		}
	}
}

// run starts a function under a Runtime API that has these events, and returns its answers.
func run(t *testing.T, bin string, exchanges []exchange) <-chan string {
	answers := make(chan string, len(exchanges))
	events := make(chan string, len(exchanges))
	for _, x := range exchanges {
		events <- x.event
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case e := <-events:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "8286a188-ba32-4475-8077-530cd35c09a9")
			io.WriteString(w, e)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/8286a188-ba32-4475-8077-530cd35c09a9/{what}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		switch {
		case err != nil:
			t.Error(err)
		case r.PathValue("what") == "error":
			body = slices.Concat([]byte("error: "), body)
		case r.Header.Get("Lambda-Runtime-Function-Response-Mode") == "streaming":
			body = slices.Concat([]byte("stream "+r.Header.Get("Content-Type")+": "), body)
		}
		w.WriteHeader(http.StatusAccepted)
		answers <- string(body)
	})
	api := httptest.NewServer(mux)

	cmd := exec.Command(bin)
	cmd.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+api.Listener.Addr().String(), "_HANDLER=bootstrap")
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		api.Close()
	})
	return answers
}
