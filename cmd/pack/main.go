// Command pack builds a function for Lambda's custom runtime (provided.al2023) and packs it into
// a deployment package:
//
//	pack build [-os OS] [-arch ARCH] -o FILE PACKAGE     the executable
//	pack zip [-arch ARCH] -o FILE.zip PACKAGE|EXECUTABLE  the deployment package
//	pack test [ARGUMENTS OF go test]                      tests with the flags of build
//	pack size                                             sizes of this module's function, against their budgets
//
// It works from any module that can import this one: `go tool reduction/cmd/pack`, after
// `go mod edit -tool=reduction/cmd/pack`. Without its path, `go tool pack` is Go's own archiver.
//
// The flags of build make the executable small, which is what a cold start reads: see build.go.
// The same sources and the same Go give the same bytes, of the executable and of the package.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok { // which has said why itself
			fmt.Fprintln(os.Stderr, "pack:", err)
		}
		os.Exit(1)
	}
}

var errUsage = errors.New(`usage:
	pack build [-os OS] [-arch ARCH] -o FILE PACKAGE
	pack zip [-arch ARCH] -o FILE.zip PACKAGE|EXECUTABLE
	pack test [ARGUMENTS OF go test]
	pack size`)

func run(args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	if args[0] == "test" {
		return test(args[1:])
	}
	flags := flag.NewFlagSet("pack "+args[0], flag.ContinueOnError)
	t := target{}
	flags.StringVar(&t.os, "os", "linux", "the `system` to build for")
	flags.StringVar(&t.arch, "arch", "", "the `architecture` to build for, if not this machine's: amd64, which Lambda calls x86_64, or arm64")
	out := flags.String("o", "", "the `file` to write")
	if err := flags.Parse(args[1:]); err != nil {
		return errUsage
	}
	switch {
	case args[0] == "size" && flags.NArg() == 0:
		return size()
	case args[0] == "build" && flags.NArg() == 1 && *out != "":
		return build(t, flags.Arg(0), *out)
	case args[0] == "zip" && flags.NArg() == 1 && *out != "":
		return zipFile(t, flags.Arg(0), *out)
	}
	return errUsage
}
