package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"reduction/runtime"
)

// lambda emulates Lambda: a Runtime API with two events.
func lambda() (getenv func(string) string, close func()) {
	events := make(chan string, 2)
	events <- `"Ada"`
	events <- `""`
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		if len(events) == 0 {
			w.WriteHeader(500) // the environment is broken
			return
		}
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "8286a188")
		io.WriteString(w, <-events)
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/8286a188/{what}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "stackTrace") { // whose lines change
			fmt.Printf("%s: %s\n", r.PathValue("what"), body)
		}
		w.WriteHeader(202)
	})
	srv := httptest.NewServer(mux)
	return func(name string) string {
		return map[string]string{"AWS_LAMBDA_RUNTIME_API": srv.Listener.Addr().String()}[name]
	}, srv.Close
}

// nameless is an error that sets its type for Lambda.
type nameless struct{}

func (nameless) Error() string     { return "whom to greet?" }
func (nameless) ErrorType() string { return "Function.Nameless" }

func ExampleClient_Serve() {
	getenv, close := lambda()
	defer close()

	c := runtime.NewClient(getenv)
	c.Log = func(inv *runtime.Invocation, err error) { fmt.Println("log:", inv.RequestID, err) }
	err := c.Serve(context.Background(), func(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
		name := strings.Trim(string(inv.Payload), `"`)
		if name == "" {
			return nil, nameless{}
		}
		return []byte(`"Hello, ` + name + `!"`), nil
	})
	refused, ok := errors.AsType[*runtime.APIError](err)
	fmt.Println(ok && refused.Status == 500)
	// Output:
	// response: "Hello, Ada!"
	// log: 8286a188 whom to greet?
	// error: {"errorMessage":"whom to greet?","errorType":"Function.Nameless"}
	// true
}

func ExampleClient_ServeStream() {
	getenv, close := lambda()
	defer close()

	c := runtime.NewClient(getenv)
	c.ServeStream(context.Background(), func(ctx context.Context, inv *runtime.Invocation) (io.Reader, error) {
		return io.MultiReader(strings.NewReader("Hello, "), strings.NewReader(string(inv.Payload))), nil
	})
	// Output:
	// response: Hello, "Ada"
	// response: Hello, ""
}

func ExampleFromContext() {
	getenv, close := lambda()
	defer close()

	// far is called from below a handler, with nothing but a context.
	far := func(ctx context.Context) string { return runtime.FromContext(ctx).RequestID }

	c := runtime.NewClient(getenv)
	c.Serve(context.Background(), func(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
		return []byte(far(ctx)), nil
	})
	// Output:
	// response: 8286a188
	// response: 8286a188
}

func ExamplePanicError() {
	getenv, close := lambda()
	defer close()

	c := runtime.NewClient(getenv)
	c.Log = func(inv *runtime.Invocation, err error) {
		if p, ok := errors.AsType[*runtime.PanicError](err); ok {
			function, _, _ := strings.Cut(p.Stack(), " ")
			fmt.Println("log:", p, "in", function)
		}
	}
	c.Serve(context.Background(), func(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
		return []byte{inv.Payload[len(inv.Payload)]}, nil
	})
	// Output:
	// log: panic: runtime error: index out of range [5] with length 5 in reduction/runtime_test.ExamplePanicError.func2
}
