//go:build amd64 || arm64

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
)

// The test binary is lab's launcher, and the function that it starts: what that does, it is
// told by a variable.
const actVariable = "LAB_TEST_ACT"

func TestMain(m *testing.M) {
	launchIfAsked()
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

// actSpin waits for a line, then takes all the CPU time it gets, and says what part of the
// time that was.
func actSpin() {
	runtime.LockOSThread()
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	var before, after syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	start := time.Now()
	for time.Since(start) < 500*time.Millisecond {
	}
	wall := time.Since(start)
	syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	cpu := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	fmt.Println(cpu.Seconds() / wall.Seconds())
}

// actEat takes memory until it is stopped.
func actEat() {
	var held [][]byte
	for range 1024 {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		held = append(held, b)
	}
	fmt.Println("never stopped", len(held))
}

// actLook says what of the sandbox can be seen from inside.
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

// outside begins the name of a file that the machine's /tmp has, and the sandbox's has not.
const outside = "lab-outside-"

// actFetch fetches what a variable names, trusting the system's roots, and says which of the
// files that Amazon Linux has are there, and what certificates they hold.
func actFetch() {
	_, bundle := os.LookupEnv(bundleVariable)
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

// actCount says every few milliseconds that it lives.
func actCount() {
	for {
		fmt.Println("alive")
		time.Sleep(5 * time.Millisecond)
	}
}

// act starts the test binary, as the function in a sandbox.
func act(t *testing.T, b *sandbox, what string) (*exec.Cmd, io.Writer, *bufio.Reader) {
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
	command := b.command(path)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), actVariable+"="+what)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.thaw()
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd, in, bufio.NewReader(out)
}

// limitedSandbox skips where this machine lets nobody make control groups.
func limitedSandbox(t *testing.T, memoryMB int) *sandbox {
	t.Helper()
	return sandboxOf(t, isolation{period: lambdaPeriod}, memoryMB)
}

func sandboxOf(t *testing.T, iso isolation, memoryMB int) *sandbox {
	t.Helper()
	h, err := newHost(iso, memoryMB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	if !h.limited() {
		t.Skip(h.why)
	}
	b, err := h.sandbox(memoryMB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// Half a second of spinning at 256 MB, 0.145 vCPUs. How much it gets below that is the
// machine's load; it must not get much more.
func TestQuotaHolds(t *testing.T) {
	b := limitedSandbox(t, 256)
	_, in, out := act(t, b, "spin")
	if line, err := out.ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := b.endInit(); err != nil {
		t.Fatal(err)
	}
	io.WriteString(in, "\n")
	var share float64
	if _, err := fmt.Fscan(out, &share); err != nil {
		t.Fatal(err)
	}
	if want := vCPUs(256); share <= 0 || share > 1.5*want {
		t.Errorf("%.3f of a CPU, want %.3f", share, want)
	}
}

func TestOutOfMemory(t *testing.T) {
	b := limitedSandbox(t, 128)
	cmd, _, out := act(t, b, "eat")
	said, _ := io.ReadAll(out)
	err := cmd.Wait()
	if err == nil || err.Error() != "signal: killed" || len(said) > 0 {
		t.Errorf("%v, %q; want it killed", err, said)
	}
	if !b.outOfMemory() {
		t.Error("not seen to be out of memory")
	}
	if err := b.reset(); err != nil || b.outOfMemory() {
		t.Errorf("out of memory still after %v", err)
	}
}

func TestHidden(t *testing.T) {
	b := limitedSandbox(t, 128)
	if !hides() {
		t.Skip("not root: nothing is hidden")
	}
	file, err := os.CreateTemp(tmpDir, outside)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(file.Name()) })
	_, _, out := act(t, b, "look")
	said, _ := io.ReadAll(out)
	cpus := place(b.host.cpus, 128, false).function
	if want := fmt.Sprintf("mounts 0\nnamed false\ncpus %v\nwritten false\ntmp 512 true 0\n", cpus); string(said) != want {
		t.Errorf("got\n%swant\n%s", said, want)
	}
}

// A server whose authority is one of the system's, as an HTTP client without settings sees it.
func TestSystemRoots(t *testing.T) {
	if !hides() {
		t.Skip("not root: there are no roots to be laid out")
	}
	server := lambdatest.NewTLSServer()
	defer server.Close()
	for _, variable := range server.Env() {
		if file, ok := strings.CutPrefix(variable, bundleVariable+"="); ok {
			t.Setenv(bundleVariable, file)
		}
	}
	t.Setenv("SSL_CERT_FILE", "")
	t.Setenv("SSL_CERT_DIR", "")
	t.Setenv("LAB_TEST_URL", server.URL)
	b := sandboxOf(t, isolation{period: lambdaPeriod, systemRoots: true}, 128)
	_, _, out := act(t, b, "fetch")
	said, _ := io.ReadAll(out)
	const want = `bundle false
/etc/pki/tls/certs/ca-bundle.crt true
/etc/ssl/certs/ca-bundle.crt true
/etc/pki/tls/cert.pem true
files true
answered true <nil>
`
	if string(said) != want {
		t.Errorf("got\n%swant\n%s", said, want)
	}
}

// What cannot be had is refused, not passed over.
func TestSystemRootsRefused(t *testing.T) {
	h, err := newHost(isolation{unlimited: true, systemRoots: true}, 128)
	if err == nil {
		t.Error("system roots without a sandbox")
	}
	h.close()
}

func TestFreeze(t *testing.T) {
	b := limitedSandbox(t, 128)
	_, _, out := act(t, b, "count")
	if line, _ := out.ReadString('\n'); line != "alive\n" {
		t.Fatalf("%q", line)
	}
	if err := b.freeze(); err != nil {
		t.Fatal(err)
	}
	birth, err := b.birth()
	if err != nil {
		t.Fatal(err)
	}
	before, err := birth.used()
	if err != nil || before.Minor <= 0 {
		t.Fatalf("%+v, %v", before, err)
	}
	// What is left in the pipe is from before; then nothing comes until it is thawed.
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
	if err := b.thaw(); err != nil {
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

// A launcher that cannot do as it is told never starts the function.
func TestLaunchFails(t *testing.T) {
	b := &sandbox{host: &host{self: os.Args[0]}, file: "/nowhere/birth"}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b.host.self = self
	command := b.command(self)
	var stderr bytes.Buffer
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = &stderr
	err = cmd.Run()
	if cmd.ProcessState.ExitCode() != launchFailed || !strings.HasPrefix(stderr.String(), "lab: the sandbox: ") {
		t.Errorf("%v, %q", err, &stderr)
	}
}

func TestFindHierarchies(t *testing.T) {
	const both = `22 27 0:21 / /proc rw,relatime - proc proc rw
31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 master:1 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
`
	for _, test := range []struct {
		name, mounts, groups string
		want                 map[string]hierarchy
	}{
		{"version 2", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n", "0::/user.slice/run-1.scope\n",
			map[string]hierarchy{"": {"/sys/fs/cgroup", "/sys/fs/cgroup/user.slice/run-1.scope"}}},
		{"both", both, "5:cpu,cpuacct:/a\n4:memory:/docker/x/y\n1:name=systemd:/\n0::/\n", map[string]hierarchy{
			"":        {"/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified"},
			"cpu":     {"/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct/a"},
			"cpuacct": {"/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct/a"},
			"memory":  {"/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/y"},
		}},
		{"elsewhere", both, "4:memory:/other\n", map[string]hierarchy{"memory": {"/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory"}}},
		{"none", "", "0::/\n", map[string]hierarchy{}},
		{"cut", "32 31 - cgroup2\n- cgroup2 a b\n", "0\n", map[string]hierarchy{}},
	} {
		if got := findHierarchies(test.mounts, test.groups); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if got, want := cgroupMounts(both), []string{"/sys/fs/cgroup/unified", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// What is written where, on a tree of plain files in the place of the kernel's.
func TestGroupFiles(t *testing.T) {
	for _, test := range []struct {
		version int
		files   map[string]string // what is there: an event, a state
		want    map[string]string // what is written
	}{
		{1, map[string]string{"freezer.state": "", "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"}, map[string]string{
			"memory.limit_in_bytes": "134217728", "memory.memsw.limit_in_bytes": "134217728",
			"cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "1447", "freezer.state": "FROZEN",
		}},
		{2, map[string]string{"cgroup.events": "populated 1\nfrozen 1\n", "memory.events": "low 0\noom 4\noom_kill 3\n"}, map[string]string{
			"memory.max": "134217728", "memory.swap.max": "0", "memory.oom.group": "1",
			"cpu.max": "1447 20000", "cgroup.freeze": "1",
		}},
	} {
		dir := t.TempDir()
		for name := range test.want {
			os.WriteFile(filepath.Join(dir, name), nil, 0o600)
		}
		for name, text := range test.files {
			os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
		}
		g := &group{test.version, dir, dir, dir}
		for _, err := range []error{g.limitMemory(128 << 20), g.limitCPU(quota(128, lambdaPeriod), lambdaPeriod), g.freeze(true)} {
			if err != nil {
				t.Errorf("version %d: %v", test.version, err)
			}
		}
		for name, want := range test.want {
			if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
				t.Errorf("version %d: %s: %q, want %q", test.version, name, got, want)
			}
		}
		if n := g.kills(); n != 3 {
			t.Errorf("version %d: %d kills, want 3", test.version, n)
		}
	}
}

// In a group of version 2 that holds the lab itself, the lab steps down, and back in the end.
// Any controller will do.
func TestDelegate(t *testing.T) {
	mountinfo, _ := os.ReadFile("/proc/self/mountinfo")
	cgroup, _ := os.ReadFile("/proc/self/cgroup")
	unified := findHierarchies(string(mountinfo), string(cgroup))[""]
	text, err := os.ReadFile(filepath.Join(unified.mount, "cgroup.controllers"))
	controllers := strings.Fields(string(text))
	if err != nil || len(controllers) == 0 {
		t.Skip("no control groups of version 2 with a controller: ", err)
	}
	name := controllers[0]
	if control := filepath.Join(unified.mount, "cgroup.subtree_control"); !has(control, name) {
		if err := put(control, "+"+name); err != nil {
			t.Skip(err)
		}
		t.Cleanup(func() { put(control, "-"+name) })
	}
	dir := filepath.Join(unified.mount, fmt.Sprintf("lab-test-%d", os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		put(filepath.Join(unified.own, "cgroup.procs"), "0")
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	if err := put(filepath.Join(dir, "cgroup.procs"), "0"); err != nil {
		t.Skip(err)
	}

	parent, left, err := delegate(hierarchy{unified.mount, dir}, name)
	if err != nil || parent != dir {
		t.Fatalf("%s, %v; want %s", parent, err, dir)
	}
	if !has(filepath.Join(dir, "cgroup.subtree_control"), name) {
		t.Errorf("children are not given %s", name)
	}
	left()
	if now, _ := os.ReadFile("/proc/self/cgroup"); !strings.Contains(string(now), filepath.Base(dir)+"\n") {
		t.Errorf("not back: %s", now)
	}
}

func TestCountersOf(t *testing.T) {
	before, err := countersOf(os.Getpid())
	if err != nil {
		t.Skip("no counters: ", err)
	}
	b := make([]byte, 8<<20)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	after, err := countersOf(os.Getpid())
	if used := after.since(*before); err != nil || used.Minor <= 0 || used.Major < 0 || used.Read < 0 {
		t.Errorf("%+v, %v", used, err)
	}
	runtime.KeepAlive(b)
}

func TestDropPages(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := dropPages([]string{file, "/nowhere/at/all", "/dev/zero"}); err != nil {
		t.Error(err)
	}
}
