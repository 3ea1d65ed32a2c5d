package runtime

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestInvocation(t *testing.T) {
	t.Setenv("_X_AMZN_TRACE_ID", "an older one")
	deadline := time.Now().Add(time.Minute).Truncate(time.Millisecond)
	a := newAPI(t,
		event("8286a188", `{"a":1}`,
			"Lambda-Runtime-Deadline-Ms", fmt.Sprint(deadline.UnixMilli()),
			"Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:f:live",
			"Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1",
			"Lambda-Runtime-Client-Context", `{"client":{}}`,
			"Lambda-Runtime-Cognito-Identity", `{"cognitoIdentityId":"x"}`,
			"Lambda-Runtime-Aws-Tenant-Id", "blue",
			"Lambda-Runtime-Invocation-Id", "nonce"),
		event("8286a189", ""))
	c, log := a.client()
	seen := make(chan Invocation, 2)
	a.serve(c, func(ctx context.Context, inv *Invocation) ([]byte, error) {
		d, ok := ctx.Deadline()
		if !d.Equal(inv.Deadline) || ok == inv.Deadline.IsZero() {
			t.Errorf("the context's deadline is %v", d)
		}
		if FromContext(ctx) != inv || FromContext(context.WithoutCancel(ctx)) != inv {
			t.Error("the context does not have the invocation")
		}
		if id, _ := ctx.Value("x-amzn-trace-id").(string); id != inv.TraceID || os.Getenv("_X_AMZN_TRACE_ID") != id {
			t.Errorf("trace ID %q, in the environment %q", id, os.Getenv("_X_AMZN_TRACE_ID"))
		}
		kept := *inv
		kept.Payload = append([]byte{}, inv.Payload...)
		seen <- kept
		return []byte("done"), nil
	})
	for _, want := range []Invocation{
		{"8286a188", deadline, "arn:aws:lambda:us-east-1:123456789012:function:f:live", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1",
			`{"client":{}}`, `{"cognitoIdentityId":"x"}`, "blue", "nonce", []byte(`{"a":1}`)},
		{RequestID: "8286a189", Payload: []byte{}},
	} {
		p := a.posted()
		if p.Path != "/invocation/"+want.RequestID+"/response" || string(p.Body) != "done" || p.Header.Get("Content-Type") != "application/json" {
			t.Errorf("posted %+v", p)
		}
		if p.Header.Get("Lambda-Runtime-Invocation-Id") != want.InvocationID || len(p.Header.Values("Lambda-Runtime-Invocation-Id")) != min(1, len(want.InvocationID)) {
			t.Errorf("posted %v", p.Header)
		}
		if got := <-seen; fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
	}
	if n := a.conns.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
	if log.errors() != nil {
		t.Error(log.errors())
	}
	if FromContext(context.Background()) != nil {
		t.Error("an invocation out of nothing")
	}
}

// Events of any size and speed arrive whole, and the buffer is reused.
func TestEvents(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 6<<20/16)
	slowly := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(fieldRequestID, "1")
		for i := 0; i < 100; i += 10 {
			io.WriteString(w, large[i:i+10])
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
	}
	chunked := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(fieldRequestID, "1")
		w.(http.Flusher).Flush()
		io.WriteString(w, large)
	}
	a := newAPI(t, event("1", "small"), slowly, event("1", large), chunked, event("1", "small"), event("1", ""))
	c, _ := a.client()
	a.serve(c, echo)
	for i, want := range []string{"small", large[:100], large, large, "small", ""} {
		if p := a.posted(); string(p.Body) != want {
			t.Errorf("event %d: %d bytes came back, want %d", i, len(p.Body), len(want))
		}
	}
}

// An event that is cut off fails only its own invocation.
func TestDamagedEvents(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: cut\r\n"
	a := newAPI(t,
		raw(head+"Content-Length: 10\r\n\r\n{\"a\":"),
		raw(head+"Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n"),
		raw(head+"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
		raw(head+"Connection: close\r\n\r\n{}"), // the end of the body is not marked
		event("cut", "{}", fieldDeadline, "tomorrow"),
		event("whole", "{}"))
	c, log := a.client()
	a.serve(c, echo)
	for _, kind := range []string{"Runtime.DamagedEvent", "Runtime.DamagedEvent", "Runtime.DamagedEvent", "Runtime.DamagedEvent", "Runtime.BadDeadline"} {
		p := a.posted()
		if r := p.report(t); p.Path != "/invocation/cut/error" || r.ErrorType != kind {
			t.Errorf("%s %s", p.Path, p.Body)
		}
	}
	if p := a.posted(); p.Path != "/invocation/whole/response" {
		t.Errorf("%s %s", p.Path, p.Body)
	}
	if n := len(log.errors()); n != 5 {
		t.Error(log.errors())
	}
}

// If no invocation can be fetched, Serve ends, and does not ask again.
func TestNextFails(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(code)
			io.WriteString(w, `{"errorType":"InvalidStateTransition"}`)
		}
	}
	for _, test := range []struct {
		name   string
		next   http.HandlerFunc
		status int
		err    error
	}{
		{"closed", raw(""), 0, io.ErrUnexpectedEOF},
		{"cut", raw("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Req"), 0, io.ErrUnexpectedEOF},
		{"garbage", raw("\x16\x03\x01 no HTTP\r\n\r\n"), 0, nil},
		{"without ID", raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), 0, errNoRequestID},
		{"403", status(403), 403, nil},
		{"500", status(500), 500, nil},
		{"404", status(404), 404, nil},
		{"204", status(204), 204, nil},
	} {
		a := newAPI(t, test.next)
		c, log := a.client()
		err := wait(t, a.serve(c, echo))
		refused, _ := errors.AsType[*APIError](err)
		if err == nil || test.err != nil && !errors.Is(err, test.err) || test.status > 0 && (refused == nil || refused.Status != test.status) {
			t.Errorf("%s: %v", test.name, err)
		}
		if n := a.asked.Load(); n != 1 || log.errors() != nil {
			t.Errorf("%s: asked %d times, logged %v", test.name, n, log.errors())
		}
	}
}

// A kept connection that was closed meanwhile is replaced without an error.
func TestStaleConnection(t *testing.T) {
	a := newAPI(t, event("1", "a"), event("2", "b"))
	c, log := a.client()
	a.serve(c, func(ctx context.Context, inv *Invocation) ([]byte, error) {
		a.CloseClientConnections() // the answer finds its connection closed
		return inv.Payload, nil
	})
	for _, want := range []string{"/invocation/1/response", "/invocation/2/response"} {
		if p := a.posted(); p.Path != want {
			t.Errorf("%s, want %s", p.Path, want)
		}
	}
	if log.errors() != nil {
		t.Error(log.errors())
	}
}

func TestContextEnds(t *testing.T) {
	stopped := errors.New("stopped")
	for _, loops := range []string{"1", "8"} {
		a := newAPI(t)
		c, _ := a.client("AWS_LAMBDA_MAX_CONCURRENCY", loops)
		ctx, cancel := context.WithCancelCause(context.Background())
		ended := make(chan error, 1)
		handling, seen := make(chan struct{}), make(chan struct{})
		go func() {
			ended <- c.Serve(ctx, func(ctx context.Context, inv *Invocation) ([]byte, error) {
				close(handling)
				<-ctx.Done() // the handler's context ends, and Serve waits for the handler
				close(seen)
				return []byte("finished"), nil
			})
		}()
		a.events <- event("1", "")
		<-handling
		cancel(stopped)
		<-seen
		if p := a.posted(); string(p.Body) != "finished" {
			t.Errorf("%s %s", p.Path, p.Body)
		}
		if err := wait(t, ended); err != stopped {
			t.Error(err)
		}
	}
}

func TestInitError(t *testing.T) {
	a := newAPI(t)
	c, log := a.client()
	if err := c.InitError(&typedError{"Function.NoTable", "DB_TABLE is not set"}); err != nil {
		t.Error(err)
	}
	p := a.posted()
	if r := p.report(t); p.Path != "/init/error" || r.ErrorMessage != "DB_TABLE is not set" || p.Header.Get(fieldErrorType) != "Function.NoTable" {
		t.Errorf("%+v", p)
	}
	if len(log.errors()) != 1 {
		t.Error(log.errors())
	}
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }))
	defer refusing.Close()
	c, _ = a.client("AWS_LAMBDA_RUNTIME_API", refusing.Listener.Addr().String())
	if err := c.InitError(errors.New("x")); status(err) != 403 {
		t.Error(err)
	}
}

func TestOutsideLambda(t *testing.T) {
	c := NewClient(func(string) string { return "" })
	c.Log = func(*Invocation, error) {}
	if err := c.Serve(context.Background(), echo); err != ErrNoAddress {
		t.Error(err)
	}
	if err := c.InitError(errors.New("x")); err != ErrNoAddress {
		t.Error(err)
	}
	if err := c.RequestSIGTERM("x"); err != ErrNoAddress {
		t.Error(err)
	}
}

// The addresses have all forms that Lambda may use. HTTP_PROXY is ignored.
func TestAddresses(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:1")
	t.Setenv("http_proxy", "http://192.0.2.1:1")
	for _, test := range []struct{ listen, host string }{
		{"127.0.0.1:0", "127.0.0.1"},
		{"127.0.0.1:0", "localhost"},
		{"[::1]:0", "::1"},
	} {
		ln, err := net.Listen("tcp", test.listen)
		if err != nil {
			t.Logf("not run: %s: %v", test.listen, err) // a machine without IPv6
			continue
		}
		a := newAPI(t, event("1", "{}"))
		srv := &http.Server{Handler: a.Config.Handler}
		go srv.Serve(ln)
		defer srv.Close()
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		address := net.JoinHostPort(test.host, port)
		c, _ := a.client("AWS_LAMBDA_RUNTIME_API", address)
		a.serve(c, echo)
		if p := a.posted(); p.Path != "/invocation/1/response" || a.conns.Load() != 0 {
			t.Errorf("%s: %s", address, p.Path)
		}
	}
	for address, want := range map[string]string{
		"runtime.local":    "runtime.local:80",
		"[::1]":            "[::1]:80",
		"::1":              "[::1]:80",
		"169.254.100.1:90": "169.254.100.1:90",
	} {
		c := NewClient(func(name string) string {
			if name == "AWS_LAMBDA_RUNTIME_API" {
				return address
			}
			return ""
		})
		if c.address != want {
			t.Errorf("%s: %s, want %s", address, c.address, want)
		}
	}
}

// The standard library has a package of this name. No exported name is in both, so that
// the wrong import does not compile.
func TestNames(t *testing.T) {
	theirs := exported(t, filepath.Join(build.Default.GOROOT, "src", "runtime"))
	for _, known := range []string{"GC", "Caller", "Error", "Frame"} {
		if !theirs[known] {
			t.Fatalf("%s was not found in the standard package", known)
		}
	}
	for name := range exported(t, ".") {
		if theirs[name] {
			t.Errorf("%s is a name of the standard package, too", name)
		}
	}
}

// exported returns a package's exported names, for every platform.
func exported(t *testing.T, dir string) map[string]bool {
	names := make(map[string]bool)
	notTests := func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }
	pkgs, err := parser.ParseDir(token.NewFileSet(), dir, notTests, parser.SkipObjectResolution)
	if err != nil || pkgs["runtime"] == nil {
		t.Fatal("no package runtime in ", dir, ": ", err)
	}
	add := func(id *ast.Ident) {
		if id.IsExported() {
			names[id.Name] = true
		}
	}
	for _, file := range pkgs["runtime"].Files {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					add(d.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						add(s.Name)
					case *ast.ValueSpec:
						for _, id := range s.Names {
							add(id)
						}
					}
				}
			}
		}
	}
	return names
}
