// Package labtest is for the tests of lab that run functions: it builds ours, and makes programs
// that are others.
package labtest

import (
	"archive/zip"
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
// program that Slow, Liar and Echo copy.
func Main(m *testing.M) {
	sandbox.Launch()
	switch filepath.Base(os.Args[0]) {
	case slow:
		next()
		select {}
	case liar:
		for {
			id, _ := next()
			request("POST", id+"/response", `{"rows":1}`)
		}
	case echo:
		for {
			id, event := next()
			if os.Getenv("FAIL") != "" {
				request("POST", id+"/error", `{"errorType": "Function.Told", "errorMessage": "as it was told"}`)
				continue
			}
			request("POST", id+"/response", event)
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
	Zip(t, path+".zip", path) // as make zip leaves it: compressing takes longer than the tests
	return path
}

// Zip writes a deployment package of files, which it does not compress. They are below the folder of
// the first one.
func Zip(t testing.TB, name string, files ...string) {
	t.Helper()
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	z := zip.NewWriter(out)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		below, err := filepath.Rel(filepath.Dir(files[0]), file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: filepath.ToSlash(below), Method: zip.Store})
		if err == nil {
			_, err = w.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
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
	echo = "echo"
)

// Slow returns the path of a function that asks for an event and never answers.
func Slow(t testing.TB) string { return copyAs(t, slow) }

// Liar returns the path of a function that answers every event, and writes nothing.
func Liar(t testing.TB) string { return copyAs(t, liar) }

// Echo returns the path of a function that answers every event with the event, or with an error if
// it finds a variable FAIL.
func Echo(t testing.TB) string { return copyAs(t, echo) }

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

// next asks the Runtime API for an event. It returns the request ID and the event.
func next() (id, event string) {
	header, event := request("GET", "next", "")
	return header.Get("Lambda-Runtime-Aws-Request-Id"), event
}

// request sends a request to the Runtime API and returns the header and the body of the response.
func request(method, path, body string) (http.Header, string) {
	url := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/" + path
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err)
	}
	return response.Header, string(text)
}

// Flat returns text without its line breaks, for tests that do not depend on where lines wrap.
func Flat(text string) string { return strings.Join(strings.Fields(text), " ") }
