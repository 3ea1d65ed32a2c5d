package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// target is what is built for. An empty arch is this machine's.
type target struct{ os, arch string }

// fast is what is compiled with inlining: what runs for each byte, row or item, and what a TLS
// handshake and a signature are made of. Inlining makes code faster and larger, and everything
// else runs a few times in an invocation.
//
// A package that promises not to allocate is here, too, with what it stands on: without inlining
// more of its values escape to the heap. TestFast holds that each name is linked.
var fast = []string{
	"runtime", "internal/runtime/...", "internal/bytealg", "internal/abi", "internal/cpu", "internal/byteorder",
	"sync/atomic", "bytes", "strings", "unicode/utf8", "math/bits", "encoding/binary", "hash/...",
	"crypto/hmac", "crypto/sha256", "crypto/internal/fips140/sha256", "crypto/internal/fips140/hmac",
	"crypto/internal/fips140/bigmod", "crypto/internal/fips140/edwards25519/field", "crypto/internal/fips140/mlkem",
	"reduction/csvfast", "reduction/aggregate", "reduction/sigv4", "reduction/ddbwire",
	"reduction/internal/json", "reduction/internal/crc64nvme",
}

const (
	// No sample of the memory profile, which nobody reads: the first is taken before main.
	linkerFlags = "-s -w -buildid= -funcalign=16 -X=runtime.godebugDefault=memprofilerate=0"

	// The entry of package prefetch asks the kernel for all pages before Go's runtime begins. A
	// module that has copied the package has it under another path with this end.
	prefetch = "/runtime/prefetch"

	ours = "reduction" // this module
)

// compilerFlags returns the flags of go build, and of go test. Packages of a module other than
// this one are that module's to judge: they are compiled with inlining.
func compilerFlags(module string) []string {
	flags := []string{"-gcflags=all=-l"}
	for _, p := range fast {
		flags = append(flags, "-gcflags="+p+"=")
	}
	if module != ours {
		flags = append(flags, "-gcflags="+module+"/...=")
	}
	return flags
}

// environment is what the go command is run with. Of Go 1.26's two collectors it asks for the
// one without bitmaps in every span and kernels in assembly: 17 KB less of a deployment package,
// and fewer pages to fault in at the start. A Go that has no choice takes what it has.
func environment(t target) []string {
	env := append(os.Environ(), "CGO_ENABLED=0", "GOOS="+t.os, "GOARCH="+cmp.Or(t.arch, runtime.GOARCH))
	const collector = "GOEXPERIMENT=nogreenteagc"
	probe := exec.Command("go", "env", "GOEXPERIMENT")
	probe.Env = append(env, collector)
	if probe.Run() == nil {
		env = append(env, collector)
	}
	return env
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Name string
	Deps             []string
	Module           *struct{ Path string }
}

func list(env []string, pkg string) (*listed, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Deps,Module", pkg)
	cmd.Env, cmd.Stderr = env, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var l listed
	if err := json.Unmarshal(out, &l); err != nil {
		return nil, err
	}
	if l.Name != "main" {
		return nil, fmt.Errorf("%s is no program: its package is called %s, not main", pkg, l.Name)
	}
	return &l, nil
}

// build compiles a package into an executable.
func build(t target, pkg, out string) error {
	env := environment(t)
	l, err := list(env, pkg)
	if err != nil {
		return err
	}
	linker := linkerFlags
	for _, dep := range l.Deps {
		if t.os == "linux" && strings.HasSuffix(dep, prefetch) {
			linker += " -E=" + dep + ".entry"
		}
	}
	return goBuild(env, l, linker, pkg, out)
}

func goBuild(env []string, l *listed, linker, pkg, out string) error {
	module := ours
	if l.Module != nil {
		module = l.Module.Path
	}
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=" + linker}
	args = append(append(args, compilerFlags(module)...), "-o", out, pkg)
	cmd := exec.Command("go", args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, os.Stdout, os.Stderr
	return cmd.Run()
}

// test runs go test with the flags of build, for the machine that it runs on.
func test(args []string) error {
	cmd := exec.Command("go", append(append([]string{"test"}, compilerFlags(ours)...), args...)...)
	cmd.Env = environment(target{cmp.Or(os.Getenv("GOOS"), runtime.GOOS), os.Getenv("GOARCH")})
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// temporary returns the path of a file that is removed by the function returned with it.
func temporary() (path string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "pack")
	if err != nil {
		return "", nil, err
	}
	return filepath.Join(dir, "bootstrap"), func() { os.RemoveAll(dir) }, nil
}
