// The smallest function with AWS's library for Go, which asks the kernel for its own pages
// first: build.sh links it with package prefetch's entry.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	_ "reduction/runtime/prefetch"
)

func main() { lambda.Start(func() (string, error) { return "hello", nil }) }
