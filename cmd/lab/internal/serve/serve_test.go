package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/account"
	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
	"reduction/internal/dataset"
)

// start starts a service. It returns the environment that it prints, all lines, and a function that
// ends it and returns its error.
func start(t *testing.T, s *Service) (env map[string]string, lines []string, end func() error) {
	t.Helper()
	if s.Log == nil {
		s.Log = io.Discard
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := s.Run(ctx, w)
		w.CloseWithError(err)
		ended <- err
	}()
	var b [4096]byte
	n, err := r.Read(b[:]) // all of it is one write
	if err != nil {
		t.Fatal(err)
	}
	env = make(map[string]string)
	for line := range strings.Lines(string(b[:n])) {
		line = strings.TrimSpace(line)
		lines = append(lines, line)
		if variable, ok := strings.CutPrefix(line, "export "); ok {
			name, value, _ := strings.Cut(variable, "=")
			if quoted, ok := strings.CutPrefix(value, "'"); ok {
				value = strings.ReplaceAll(strings.TrimSuffix(quoted, "'"), `'\''`, "'")
			}
			env[name] = value
		}
	}
	return env, lines, func() error { cancel(); return <-ended }
}

// ask sends a request as a client in that environment does. It returns the status, and the body if
// the request was carried out.
func ask(t *testing.T, env map[string]string, service, method, path string, body []byte) (int, []byte) {
	t.Helper()
	a, err := account.Load(account.Source{Getenv: func(name string) string { return env[name] }, Home: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer a.HTTP.CloseIdleConnections()
	response, err := a.Do(t.Context(), &account.Request{Operation: method, Service: service, Method: method, Path: path, Body: body, Once: true})
	if refused, ok := errors.AsType[*account.Error](err); ok {
		return refused.Status, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return response.Status, response.Body
}

func TestServe(t *testing.T) {
	for _, s := range []*Service{
		{Addr: "127.0.0.1:0", Region: "us-east-1"},
		{Addr: "127.0.0.1:0", Region: "eu-west-1", TLS: true, Token: "a token with 'quotes'", AccessKey: "AKIDOTHER", SecretKey: "other"},
	} {
		s.Buckets, s.Tables, s.Key, s.Rows, s.Name = "one, two,one", "t1,t2", "data.csv", 100, "f"
		env, lines, end := start(t, s)
		token := "unset AWS_SESSION_TOKEN"
		if s.Token != "" {
			token = `export AWS_SESSION_TOKEN='a token with '\''quotes'\'''`
		}
		if !slices.Contains(lines, token) {
			t.Errorf("no %q in %q", token, lines)
		}
		for _, want := range []string{"# bucket    one", "# bucket    two", "# object    s3://one/data.csv, 100 rows", "# table     t1", "# table     t2"} {
			if !slices.Contains(lines, want) {
				t.Errorf("%q not in %q", want, lines)
			}
		}
		if status, body := ask(t, env, "s3", "GET", "/one/data.csv", nil); status != 200 || !bytes.Equal(body, dataset.New(100, dataset.DefaultSeed).Bytes()) {
			t.Errorf("GET: %d, %d bytes", status, len(body))
		}
		if status, _ := ask(t, env, "s3", "PUT", "/two/x", []byte("y")); status != 200 {
			t.Errorf("PUT: %d", status)
		}
		for _, name := range []string{"AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_SESSION_TOKEN"} {
			right := env[name]
			env[name] = "wrong"
			if status, _ := ask(t, env, "s3", "GET", "/one/data.csv", nil); status < 400 || status > 403 {
				t.Errorf("with a wrong %s: %d", name, status)
			}
			env[name] = right
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	}
}

// The function gets the variables that it is given, the last of a name, and its log and requests are
// shown.
func TestServeFunction(t *testing.T) {
	log, err := os.Create(filepath.Join(t.TempDir(), "log")) // several goroutines write it
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	env, _, end := start(t, &Service{
		Addr: "127.0.0.1:0", Region: "us-east-1", Buckets: measure.Bucket, Tables: measure.Table + ",other", Key: "records.csv", Rows: 500,
		Function: labtest.Bootstrap(t), Name: "f", MemoryMB: 128, Timeout: measure.LongestTimeout,
		Env: []string{"DB_TABLE=other"}, Log: log,
	})
	status, body := ask(t, env, "lambda", "POST", "/2015-03-31/functions/f/invocations", []byte("{}"))
	var a report.Answer
	if err := json.Unmarshal(body, &a); status != 200 || err != nil || a.Rows != 500 || a.Items != a.Groups || a.Groups < 200 {
		t.Errorf("status %d, %s", status, body)
	}
	ask(t, env, "s3", "GET", "/none", nil)
	if err := end(); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(log.Name())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"s3 GetObject s3://" + measure.Bucket + "/records.csv: 20",
		"dynamodb BatchWriteItem: 200, ",
		`table="other"`,
		"REPORT RequestId: ",
		"lambda Invoke /2015-03-31/functions/f/invocations: 200, ",
		"s3 ListObjects s3://none: 404 NoSuchBucket: The specified bucket does not exist",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in the log:\n%s", want, text)
		}
	}
}

// A program that cannot become a function is refused at the start.
func TestFindFunction(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Linux's executables are ELF files")
	}
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	foreign := bytes.Clone(program[:64<<10])
	foreign[18], foreign[19] = 0x08, 0 // e_machine of the ELF header: EM_MIPS
	for _, test := range []struct{ path, says string }{
		{self, ""},
		{file("script", "#!/bin/sh\n", 0o755), ""},
		{file("text", "hello\n", 0o755), "neither a Linux executable nor a script"},
		{file("empty", "", 0o755), "neither a Linux executable nor a script"},
		{file("not-executable", "#!/bin/sh\n", 0o644), "not a program"},
		{filepath.Join(dir, "none"), "no such file"},
		{dir, ""},
	} {
		path, err := findFunction(test.path)
		if test.path == dir {
			if err == nil {
				t.Errorf("a folder: %s", path)
			}
			continue
		}
		if (err == nil) != (test.says == "") || err != nil && (!strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), test.path)) {
			t.Errorf("%s: %q, %v; want %q", test.path, path, err, test.says)
		}
	}
	if machines[runtime.GOARCH] != 0 {
		if path, err := findFunction(file("foreign", string(foreign), 0o755)); err == nil {
			t.Errorf("built for another machine: %s", path)
		}
	}
}

// An address that is in use is an error that names it.
func TestServeFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = (&Service{Addr: l.Addr().String()}).Run(t.Context(), io.Discard)
	if err == nil || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("%v", err)
	}
}

func TestShellQuote(t *testing.T) {
	for in, want := range map[string]string{"": "''", "abc": "abc", "a/b+c=": "a/b+c=", "a b": "'a b'", "a'b": `'a'\''b'`, "$x": "'$x'", "a;b": "'a;b'"} {
		if got := shellQuote(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
