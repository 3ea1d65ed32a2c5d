package main

import (
	"os"
	"path/filepath"
	"testing"
)

// asFunction, in the environment, makes the test's program the function.
const asFunction = "REDUCTION_TEST_AS_FUNCTION"

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(asFunction) != "":
		main()
	case filepath.Base(os.Args[0]) == "aws":
		os.Exit(awsCLI(os.Args[1:]))
	}
	os.Exit(m.Run())
}
