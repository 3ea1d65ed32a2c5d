package main

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
)

// The function runs as Lambda would run it, on an emulator of Lambda and DynamoDB in this process.
func TestFunction(t *testing.T) {
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", bootstrap, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server := lambdatest.NewServer()
	defer server.Close()
	server.DynamoDB.CreateTable("notes")
	fn := server.Lambda.CreateFunction(lambdatest.FunctionConfig{
		Name: "notes", Exec: []string{bootstrap}, Env: []string{"TABLE=notes"}, Timeout: time.Minute,
	})

	result, err := fn.Invoke(t.Context(), []byte(`{"topic":"go","text":"One file."}`))
	if err != nil || result.FunctionError != "" {
		t.Fatalf("%v, %s\n%s", err, result.Payload, fn.Log())
	}
	items := server.DynamoDB.Items("notes")
	if len(items) != 1 || items[0]["PK"].Text() != "go" || items[0]["SK"].Text() != result.RequestID || items[0]["Text"].Text() != "One file." {
		t.Errorf("the table has %v", items)
	}

	// A note without a topic has no key: DynamoDB refuses it, and the invocation fails.
	result, err = fn.Invoke(t.Context(), []byte(`{"text":"?"}`))
	if err != nil || result.FunctionError == "" {
		t.Errorf("%v, %s", err, result.Payload)
	}
}
