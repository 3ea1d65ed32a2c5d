package serve

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"runtime"

	"reduction/cmd/lab/internal/measure"
)

// findFunction returns the absolute path of a program that this machine can run. Otherwise only the
// first invocation would tell.
func findFunction(path string) (string, error) {
	abs, _, err := measure.FindProgram(path)
	if err == nil && runtime.GOOS == "linux" {
		err = checkLinuxProgram(abs)
	}
	if err != nil {
		return "", fmt.Errorf("--function %w", err)
	}
	return abs, nil
}

// machines are the names that ELF files have for GOARCH.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// checkLinuxProgram returns an error for a file that execve(2) would refuse.
func checkLinuxProgram(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	program, err := elf.NewFile(f)
	if err != nil {
		start := make([]byte, 2)
		if _, err := f.ReadAt(start, 0); err != nil && err != io.EOF {
			return err
		}
		if !bytes.Equal(start, []byte("#!")) {
			return fmt.Errorf("%s: neither a Linux executable nor a script that begins with #!", path)
		}
		return nil
	}
	if want, ok := machines[runtime.GOARCH]; ok && program.Machine != want {
		return fmt.Errorf("%s: built for %v, and this machine is %v", path, program.Machine, want)
	}
	return nil
}
