//go:build amd64 || arm64

package sandbox

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary is the launcher, and the function that the launcher becomes, too. The
// variable says what the function does.
const actVariable = "LAB_TEST_ACT"

func TestMain(m *testing.M) {
	Launch()
	if act := acts[os.Getenv(actVariable)]; act != nil {
		act()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var acts = map[string]func(){
	"spin":  actSpin,
	"eat":   actEat,
	"look":  actLook,
	"count": actCount,
	"fetch": actFetch,
}

// actSpin takes all the CPU time that it gets, until it is killed.
func actSpin() {
	fmt.Println("ready")
	for {
	}
}

// actEat takes memory until it is killed.
func actEat() {
	var all [][]byte
	for range 1024 {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		all = append(all, b)
	}
	fmt.Println("never stopped", len(all))
}

// actLook prints what a function sees of its sandbox.
func actLook() {
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	groups, _ := os.ReadFile("/proc/self/cgroup")
	cpus, _ := affinity(0)
	dir, _ := os.Getwd()
	err := os.WriteFile(filepath.Join(dir, "written"), nil, 0o600)
	fmt.Println("mounts", len(cgroupMounts(string(mounts))))
	fmt.Println("named", strings.Contains(string(groups), "lab-"))
	fmt.Println("cpus", cpus)
	fmt.Println("written", err == nil)

	var fs syscall.Statfs_t
	syscall.Statfs(tmpDir, &fs)
	err = os.WriteFile(filepath.Join(tmpDir, "written"), nil, 0o600)
	others, _ := filepath.Glob(filepath.Join(tmpDir, outside+"*"))
	fmt.Println("tmp", int64(fs.Blocks)*fs.Bsize>>20, err == nil, len(others))
}

// outside begins the name of a file that is in the machine's /tmp, and not in the sandbox's.
const outside = "lab-outside-"

// actFetch fetches the address that a variable names, trusting the system's roots. It prints
// which of Amazon Linux's files exist, and whether they hold certificates.
func actFetch() {
	_, bundle := os.LookupEnv(CABundle)
	fmt.Println("bundle", bundle)
	for _, name := range []string{"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-bundle.crt", "/etc/pki/tls/cert.pem"} {
		text, _ := os.ReadFile(name)
		fmt.Println(name, bytes.Count(text, []byte("BEGIN CERTIFICATE")) > 1)
	}
	files, _ := filepath.Glob("/etc/ssl/certs/root-*.pem")
	fmt.Println("files", len(files) > 1)
	r, err := http.Get(os.Getenv("LAB_TEST_URL"))
	fmt.Println("answered", r != nil, err)
}

// actCount prints a line every few milliseconds.
func actCount() {
	for {
		fmt.Println("alive")
		time.Sleep(5 * time.Millisecond)
	}
}

// start starts the test binary as the function in a sandbox.
func start(t *testing.T, b *Sandbox, act string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	// A copy, in a folder of its own that may become read-only.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "function")
	if err := os.Link(self, path); err != nil {
		program, err := os.ReadFile(self)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, program, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	command := b.Command(path)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), actVariable+"="+act)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.Thaw()
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd, bufio.NewReader(out)
}

// said returns all that a function prints until it ends.
func said(out io.Reader) string {
	text, _ := io.ReadAll(out)
	return string(text)
}
