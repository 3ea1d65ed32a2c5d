package scaffold

import (
	"archive/zip"
	"debug/elf"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/cli"
)

// offline returns an environment in which the go command fetches nothing. With -trimpath it finds in
// its cache what an earlier run built in another folder.
func offline(flags string) []string {
	return append(os.Environ(), "GOFLAGS=-trimpath "+flags, "GOPROXY=off", "GOTOOLCHAIN=local", "GOWORK=", "CGO_ENABLED=0")
}

// run runs a program in a folder.
func run(t *testing.T, dir string, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

// checkZip fails unless the file is a deployment package for an architecture, whose program begins
// at the entry of package prefetch and not at that of Go's runtime.
func checkZip(t *testing.T, file string, machine elf.Machine) {
	t.Helper()
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	if len(archive.File) != 1 || archive.File[0].Name != "bootstrap" || archive.File[0].Mode() != 0o755 {
		t.Fatalf("the zip has %+v", archive.File)
	}
	packed, err := archive.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	program, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	executable, err := elf.NewFile(strings.NewReader(string(program)))
	if err != nil {
		t.Fatal(err)
	}
	if executable.Machine != machine {
		t.Errorf("the program is for %v, want %v", executable.Machine, machine)
	}
	text := executable.Section(".text")
	code := make([]byte, 32)
	if _, err := text.ReadAt(code, int64(executable.Entry-text.Addr)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(code), string(firstInstruction[machine])) {
		t.Errorf("the program begins with % x: that is not the entry of prefetch", code)
	}
}

// firstInstruction is that of prefetch's entry: 128 KB go into a register.
var firstInstruction = map[elf.Machine][]byte{
	elf.EM_X86_64:  {0xbe, 0x00, 0x00, 0x02, 0x00}, // MOVL $(128<<10), SI
	elf.EM_AARCH64: {0xe1, 0x03, 0x6f, 0xb2},       // MOVD $(128<<10), R1
}

// A new module is built, tested and packed at once, without a network.
func TestNew(t *testing.T) {
	t.Parallel()
	needs(t, "make")
	m := Module{Dir: filepath.Join(t.TempDir(), "a folder", "my-function")}
	files, err := m.Write()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{".gitignore", "Makefile", "aws.go", "go.mod", "main.go", "main_test.go", "template.yaml"}
	if slices.Sort(files); !slices.Equal(files, want) {
		t.Errorf("files %q, want %q", files, want)
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(m.Dir, file))
		if err != nil || strings.Contains(string(text), example) {
			t.Errorf("%s: %v\n%s", file, err, text)
		}
	}
	env := offline("-mod=mod")
	run(t, m.Dir, env, "make")
	run(t, m.Dir, env, "make", "test")
	run(t, m.Dir, env, "make", "zip")
	checkZip(t, filepath.Join(m.Dir, "dist/bootstrap.zip"), elf.EM_AARCH64)
	run(t, m.Dir, env, "make", "zip", "ARCH=amd64")
	checkZip(t, filepath.Join(m.Dir, "dist/bootstrap.zip"), elf.EM_X86_64)
	if text, err := exec.Command("gofmt", "-l", m.Dir).CombinedOutput(); err != nil || len(text) > 0 {
		t.Errorf("gofmt: %v, %s", err, text)
	}

	if _, err := m.Write(); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("again: %v", err)
	}
}

func needs(t *testing.T, program string) {
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(err)
	}
}

func TestRefusals(t *testing.T) {
	elsewhere := t.TempDir()
	for _, m := range []Module{
		{Dir: filepath.Join(elsewhere, "no")},
		{Dir: filepath.Join(elsewhere, "1st")},
		{Dir: filepath.Join(elsewhere, "under_score")},
		{Dir: filepath.Join(elsewhere, "a b c")},
		{Dir: filepath.Join(elsewhere, "name"), Reduction: elsewhere},
	} {
		_, err := m.Write()
		if _, usage := errors.AsType[*cli.UsageError](err); !usage {
			t.Errorf("%+v: %v", m, err)
		}
	}
	if entries, err := os.ReadDir(elsewhere); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}
