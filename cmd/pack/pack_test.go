package main

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestPack(t *testing.T) {
	executable := []byte(strings.Repeat("\x7fELF", 1000))
	archive, err := pack(executable)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := pack(executable); !bytes.Equal(again, archive) {
		t.Error("not the same bytes every time")
	}
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != 1 || z.File[0].Name != "bootstrap" || z.File[0].Mode() != 0o755 {
		t.Fatalf("%+v", z.File)
	}
	r, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, executable) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// Every name on the list is a package that the function is made of.
func TestFast(t *testing.T) {
	l, err := list(os.Environ(), "reduction/bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range fast {
		if !slices.ContainsFunc(l.Deps, func(pkg string) bool { return matches(pattern, pkg) }) {
			t.Errorf("%s is not linked", pattern)
		}
	}
}

// A program of another module is built, packed and runs.
func TestBuild(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	// All of it at once: without HOME, the go command takes the folder for one that never changes.
	write("go.mod", "module example.com/hello\n\ngo 1.26\n")
	write("main.go", "package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(\"hello\\n\") }\n")
	write("lib/lib.go", "package lib\n")
	t.Chdir(dir)
	if err := run([]string{"build", "-os", runtime.GOOS, "-o", "hello", "."}); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("./hello").CombinedOutput(); string(out) != "hello\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	if err := run([]string{"build", "-arch", "arm64", "-o", "arm64", "."}); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{".", "arm64"} {
		if err := run([]string{"zip", "-o", "dist/hello.zip", what}); err != nil {
			t.Fatal(err)
		}
		if z, err := zip.OpenReader("dist/hello.zip"); err != nil || len(z.File) != 1 {
			t.Errorf("of %s: %v", what, err)
		} else {
			z.Close()
		}
	}
	executable, err := os.ReadFile("arm64")
	if err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint16(executable[18:], uint16(elf.EM_RISCV)) // e_machine
	write("riscv64", string(executable))
	for _, args := range [][]string{{"main.go"}, {"-arch", "amd64", "arm64"}, {"riscv64"}} {
		if err := run(append([]string{"zip", "-o", "bad.zip"}, args...)); err == nil {
			t.Errorf("packed %v", args)
		}
	}
	if err := run([]string{"build", "-o", "nothing", "./lib"}); err == nil || !strings.Contains(err.Error(), "is no program") {
		t.Errorf("a library: %v", err)
	}
	if err := run([]string{"zip", "."}); err != errUsage {
		t.Errorf("without -o: %v", err)
	}
}

// matches says whether a package is one that a pattern names.
func matches(pattern, pkg string) bool {
	prefix, wild := strings.CutSuffix(pattern, "/...")
	return pkg == prefix || wild && strings.HasPrefix(pkg, prefix+"/")
}
