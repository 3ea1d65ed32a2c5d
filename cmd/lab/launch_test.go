package main

import (
	"os"
	"testing"

	"reduction/cmd/lab/internal/sandbox"
)

// The test binary is the launcher of sandboxes, too.
func TestMain(m *testing.M) {
	sandbox.Launch()
	os.Exit(m.Run())
}
