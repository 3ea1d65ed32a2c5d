// Package labtest is for the tests of lab that run functions: it builds ours, and makes programs
// that are others.
package labtest

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/sandbox"
)

// Main is the main function of a test binary, which is the launcher of sandboxes, too, and the
// program that Slow and Liar copy.
func Main(m *testing.M) {
	sandbox.Launch()
	switch filepath.Base(os.Args[0]) {
	case slow:
		next()
		select {}
	case liar:
		for {
			request("POST", next()+"/response", `{"rows":1}`)
		}
	}
	os.Exit(m.Run())
}

// Bootstrap builds our function and returns its path.
func Bootstrap(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", path, "reduction/bootstrap")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building bootstrap: %v\n%s", err, out)
	}
	// With a zip beside it, as make zip leaves it: compressing takes longer than the tests.
	if err := os.WriteFile(path+".zip", make([]byte, 1_000_000), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Script writes a shell script into a folder of its own and returns its path.
func Script(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// The names of the programs that are copies of the test binary.
const (
	slow = "slow"
	liar = "liar"
)

// Slow returns the path of a function that asks for an event and never answers.
func Slow(t testing.TB) string { return copyAs(t, slow) }

// Liar returns the path of a function that answers every event, and writes nothing.
func Liar(t testing.TB) string { return copyAs(t, liar) }

func copyAs(t testing.TB, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, program, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// next asks the Runtime API for an event and returns its request ID.
func next() string {
	return request("GET", "next", "").Get("Lambda-Runtime-Aws-Request-Id")
}

// request sends a request to the Runtime API and returns the header of the response.
func request(method, path, body string) http.Header {
	url := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/" + path
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return response.Header
}

// Flat returns text without its line breaks, for tests that do not depend on where lines wrap.
func Flat(text string) string { return strings.Join(strings.Fields(text), " ") }
