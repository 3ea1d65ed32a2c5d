//go:build amd64 || arm64

package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
)

// newSandbox skips the test where this machine or user has no control groups.
func newSandbox(t *testing.T, options Options, memoryMB int) *Sandbox {
	t.Helper()
	options.Period = LambdaPeriod
	h, err := NewHost(options, memoryMB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	if !h.Limited() {
		t.Skip(h.why)
	}
	b, err := h.NewSandbox(memoryMB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// A function has all of the CPU until INIT ends; then the kernel throttles it.
func TestQuotaHolds(t *testing.T) {
	b := newSandbox(t, Options{}, 128)
	quota := func() string {
		if b.group.version == 2 {
			text, _ := os.ReadFile(filepath.Join(b.group.cpu, "cpu.max"))
			return strings.TrimSpace(string(text))
		}
		quota, _ := os.ReadFile(filepath.Join(b.group.cpu, "cpu.cfs_quota_us"))
		period, _ := os.ReadFile(filepath.Join(b.group.cpu, "cpu.cfs_period_us"))
		return strings.Replace(strings.TrimSpace(string(quota))+" "+strings.TrimSpace(string(period)), "-1 ", "max ", 1)
	}
	throttled := func() int64 {
		n, err := counter(filepath.Join(b.group.cpu, "cpu.stat"), "nr_throttled")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}

	_, out := start(t, b, "spin")
	if line, err := out.ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if got := quota(); got != "max 20000" {
		t.Errorf("in INIT the quota and period are %s", got)
	}
	if n := throttled(); n != 0 {
		t.Errorf("throttled %d times in INIT", n)
	}
	if err := b.EndInit(); err != nil {
		t.Fatal(err)
	}
	if got := quota(); got != "1447 20000" { // 20 ms * 128/1769
		t.Errorf("after INIT the quota and period are %s", got)
	}
	for begun := time.Now(); throttled() == 0; time.Sleep(time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("never throttled")
		}
	}
}

func TestOutOfMemory(t *testing.T) {
	b := newSandbox(t, Options{}, 128)
	cmd, out := start(t, b, "eat")
	text := said(out)
	err := cmd.Wait()
	if err == nil || err.Error() != "signal: killed" || text != "" {
		t.Errorf("%v, %q; want it killed", err, text)
	}
	if !b.OutOfMemory() {
		t.Error("not reported as out of memory")
	}
	if err := b.Reset(); err != nil || b.OutOfMemory() {
		t.Errorf("out of memory after Reset, %v", err)
	}
}

func TestHidden(t *testing.T) {
	b := newSandbox(t, Options{}, 128)
	if b.host.visible != "" {
		t.Skip(b.host.visible)
	}
	file, err := os.CreateTemp(tmpDir, outside)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(file.Name()) })
	_, out := start(t, b, "look")
	cpus := place(b.host.cpus, 128, false).function
	want := fmt.Sprintf("mounts 0\nnamed false\ncpus %v\nwritten false\ntmp 512 true 0\n", cpus)
	if got := said(out); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A function whose folder is reached through a symbolic link into /tmp can be started, too.
func TestFolderBehindLink(t *testing.T) {
	b := newSandbox(t, Options{}, 128)
	if b.host.visible != "" {
		t.Skip(b.host.visible)
	}
	dir, err := os.MkdirTemp(tmpDir, "lab-test-")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	outside, err := os.MkdirTemp("/var/tmp", "lab-test-")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(outside) })
	link := filepath.Join(outside, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", link)
	_, out := start(t, b, "count")
	if line, _ := out.ReadString('\n'); line != "alive\n" {
		t.Errorf("%q", line)
	}
}

// An HTTP client without settings trusts a server whose authority is one of the system's.
func TestSystemRoots(t *testing.T) {
	if b := newSandbox(t, Options{}, 128); b.host.visible != "" {
		t.Skip(b.host.visible)
	}
	if _, err := systemRoots(); err != nil {
		t.Skip(err)
	}
	if known, err := os.ReadFile("/proc/filesystems"); err != nil || !bytes.Contains(known, []byte("\toverlay\n")) {
		t.Skip("this kernel has no overlay file system")
	}
	server := lambdatest.NewTLSServer()
	defer server.Close()
	t.Setenv(CABundle, server.Getenv(CABundle))
	t.Setenv("SSL_CERT_FILE", "")
	t.Setenv("SSL_CERT_DIR", "")
	t.Setenv("LAB_TEST_URL", server.URL)
	b := newSandbox(t, Options{SystemRoots: true}, 128)
	_, out := start(t, b, "fetch")
	const want = `bundle false
/etc/pki/tls/certs/ca-bundle.crt true
/etc/ssl/certs/ca-bundle.crt true
/etc/pki/tls/cert.pem true
files true
answered true <nil>
`
	if got := said(out); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// What was asked for and is not possible is an error, not a note.
func TestSystemRootsRefused(t *testing.T) {
	_, err := NewHost(Options{Unlimited: true, SystemRoots: true}, 128)
	if _, ok := errors.AsType[*RootsError](err); !ok {
		t.Errorf("%v", err)
	}
}

func TestFreeze(t *testing.T) {
	b := newSandbox(t, Options{}, 128)
	_, out := start(t, b, "count")
	if line, _ := out.ReadString('\n'); line != "alive\n" {
		t.Fatalf("%q", line)
	}
	if err := b.Freeze(); err != nil {
		t.Fatal(err)
	}
	record, err := b.ExecRecord()
	if err != nil {
		t.Fatal(err)
	}
	before, err := record.Used()
	if err != nil || before.Minor <= 0 {
		t.Fatalf("%+v, %v", before, err)
	}
	// The lines that are in the pipe were printed before; no more follow until the thaw.
	lines := make(chan string)
	go func() {
		defer close(lines)
		for {
			line, err := out.ReadString('\n')
			if err != nil {
				return
			}
			lines <- line
		}
	}()
	for quiet := false; !quiet; {
		select {
		case <-lines:
		case <-time.After(50 * time.Millisecond):
			quiet = true
		}
	}
	if err := b.Thaw(); err != nil {
		t.Fatal(err)
	}
	if line := <-lines; line != "alive\n" {
		t.Errorf("after the thaw: %q", line)
	}
	go func() {
		for range lines {
		}
	}()
}

// CPU time is the function's from its exec on, and stands still while the function is frozen.
func TestCPU(t *testing.T) {
	b := newSandbox(t, Options{}, 128)
	_, out := start(t, b, "spin")
	if line, err := out.ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	record, err := b.ExecRecord()
	if err != nil {
		t.Fatal(err)
	}
	const some = 50 * time.Millisecond
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		now, err := b.CPUTime()
		if err != nil {
			t.Fatal(err)
		}
		if now-b.CPUTimeAtExec(record) > some {
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("a function that spins has used %v, %v of it before its exec", now, b.CPUTimeAtExec(record))
		}
	}
	if err := b.Freeze(); err != nil {
		t.Fatal(err)
	}
	first, err := b.CPU()
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.CPU()
	if n, ok := second.SwitchesSince(first); err != nil || second.Time != first.Time || n != 0 || !ok {
		t.Errorf("%+v, then %+v, %v", first, second, err)
	}
	if process, err := ProcessCPU(record.PID); err != nil || process.Switches != first.Switches || process.Time < first.Time {
		t.Errorf("the group %+v, its process %+v, %v", first, process, err)
	}
}

// The CPU time of a process that has children is not known from the process alone.
func TestProcessCPU(t *testing.T) {
	child := exec.Command("/bin/sh", "-c", "echo ready; read line; true | true; echo done; read line; true")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	pipe, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Skip(err)
	}
	defer child.Wait()
	defer in.Close()
	out := bufio.NewReader(pipe)
	out.ReadString('\n')
	if c, err := ProcessCPU(child.Process.Pid); err != nil || c.Time <= 0 {
		t.Errorf("%+v, %v", c, err)
	}
	io.WriteString(in, "\n")
	out.ReadString('\n')
	if c, err := ProcessCPU(child.Process.Pid); err != errChildren {
		t.Errorf("%+v, %v; want %v", c, err, errChildren)
	}
}

// A launcher that cannot do what it is to do does not start the function.
func TestLaunchFails(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b := &Sandbox{host: &Host{self: self}, record: "/nowhere/record"}
	command := b.Command(self)
	var stderr bytes.Buffer
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = &stderr
	err = cmd.Run()
	if cmd.ProcessState.ExitCode() != launchFailed || !strings.HasPrefix(stderr.String(), "lab: the sandbox: ") {
		t.Errorf("%v, %q", err, &stderr)
	}
}

func TestCountersOf(t *testing.T) {
	before, err := countersOf(os.Getpid())
	if err != nil {
		t.Skip("this kernel counts no reads of a process: ", err)
	}
	b := make([]byte, 8<<20)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	after, err := countersOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if used := after.since(*before); used.Minor <= 0 || used.Major < 0 || used.Read < 0 {
		t.Errorf("%+v", used)
	}
	runtime.KeepAlive(b)
}

func TestDropFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := DropFiles([]string{file, "/nowhere/at/all", "/dev/zero"}); err != nil {
		t.Error(err)
	}
}
