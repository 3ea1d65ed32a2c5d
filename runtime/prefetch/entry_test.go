//go:build linux && (amd64 || arm64) && !purego

package prefetch

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// filtered is an environment variable. It makes the test binary run another program under a
// seccomp filter; its value is the filter's action.
const filtered = "PREFETCH_TEST_FILTER"

func TestMain(m *testing.M) {
	if action := os.Getenv(filtered); action != "" {
		refuse(seccompActions[action])
		panic(syscall.Exec(os.Args[1], os.Args[1:], []string{}))
	}
	os.Exit(m.Run())
}

// linux/seccomp.h
var seccompActions = map[string]uint32{
	"kill":  0x80000000,                         // SECCOMP_RET_KILL_PROCESS
	"EPERM": 0x00050000 | uint32(syscall.EPERM), // SECCOMP_RET_ERRNO
}

// refuse makes the kernel take that action at each madvise with MADV_WILLNEED. Go's runtime never
// makes this call.
func refuse(action uint32) {
	const (
		load, equal, answer       = 0x20, 0x15, 0x06 // BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET
		number, advice            = 0, 32            // in struct seccomp_data
		willNeed                  = 3
		allow                     = 0x7fff0000
		setSeccomp, setNoNewPrivs = 22, 38
		filter                    = 2
	)
	program := []syscall.SockFilter{
		{Code: load, K: number},
		{Code: equal, K: syscall.SYS_MADVISE, Jf: 3},
		{Code: load, K: advice},
		{Code: equal, K: willNeed, Jf: 1},
		{Code: answer, K: action},
		{Code: answer, K: allow},
	}
	all := syscall.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	runtime.LockOSThread()
	if _, _, err := syscall.RawSyscall6(syscall.SYS_PRCTL, setNoNewPrivs, 1, 0, 0, 0, 0); err != 0 {
		panic(err)
	}
	if _, _, err := syscall.RawSyscall(syscall.SYS_PRCTL, setSeccomp, filter, uintptr(unsafe.Pointer(&all))); err != 0 {
		panic(err)
	}
}

// TestEntry checks that a program linked as the package doc says requests its pages, that one
// linked otherwise does not, and that a refusal does no harm.
func TestEntry(t *testing.T) {
	dir := t.TempDir()
	with, without := build(t, dir, "-E=reduction/runtime/prefetch.entry"), build(t, dir, "")
	for _, c := range []struct {
		name, program, action string
		dies                  bool
	}{
		{"asks", with, "kill", true},
		{"does not ask", without, "kill", false},
		{"refused", with, "EPERM", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], c.program)
			cmd.Env = []string{filtered + "=" + c.action}
			out, err := cmd.CombinedOutput()
			exit, ok := errors.AsType[*exec.ExitError](err)
			if !ok {
				t.Fatalf("%v\n%s", err, out)
			}
			status := exit.Sys().(syscall.WaitStatus)
			if died := status.Signaled() && status.Signal() == syscall.SIGSYS; died != c.dies {
				t.Fatalf("%v\n%s", err, out)
			}
			if !c.dies && !strings.Contains(string(out), "AWS_LAMBDA_RUNTIME_API is not set") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func build(t *testing.T, dir, flag string) string {
	t.Helper()
	program := filepath.Join(dir, "bootstrap"+flag[:min(2, len(flag))])
	cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags="+flag, "-o", program, "reduction/bootstrap")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}
