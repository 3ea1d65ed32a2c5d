//go:build amd64 || arm64

package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

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

// A machine with version 2 alone, as Linux 6.1 shows it, below a folder: groups are made in the lab's
// own scope once its children have the controllers.
func TestOpenHierarchies(t *testing.T) {
	const scope = "sys/fs/cgroup/system.slice/session-1.scope"
	for _, test := range []struct {
		name  string
		files map[string]string
		says  string // the error; "" is none
	}{
		{"version 2", map[string]string{scope + "/cgroup.controllers": "cpu memory\n", scope + "/cgroup.subtree_control": "\n"}, ""},
		{"no delegation", map[string]string{scope + "/cgroup.controllers": "cpu memory\n"}, "control groups, version 2: "},
		{"no memory controller", map[string]string{scope + "/cgroup.controllers": "cpu pids\n"}, "control groups: no cpu controller"},
	} {
		root := t.TempDir()
		test.files["proc/self/mountinfo"] = "22 1 0:20 / /proc rw,relatime - proc proc rw\n26 23 0:23 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"
		test.files["proc/self/cgroup"] = "0::/system.slice/session-1.scope\n"
		for name, text := range test.files {
			if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		tree, err := openHierarchies(root)
		if test.says != "" {
			if err == nil || !strings.HasPrefix(err.Error(), test.says) {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		own := filepath.Join(root, scope)
		if err != nil || tree.version != 2 || tree.cpu != own || tree.memory != own || tree.freezer != own || tree.account != own {
			t.Errorf("%s: %+v, %v", test.name, tree, err)
		}
		if text, _ := os.ReadFile(filepath.Join(own, "cgroup.subtree_control")); string(text) != "+cpu +memory" {
			t.Errorf("%s: the children have %q", test.name, text)
		}
	}
}

// What is written into which file, in a folder of plain files instead of the kernel's.
func TestGroupFiles(t *testing.T) {
	for _, test := range []struct {
		version int
		files   map[string]string // the files' content
		want    map[string]string // what is written
	}{
		{1, map[string]string{"freezer.state": "", "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
			"cpuacct.usage": "1234567\n", "tasks": "7\n8\n"}, map[string]string{
			"memory.limit_in_bytes": "134217728", "memory.memsw.limit_in_bytes": "134217728",
			"cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "1447", "freezer.state": "FROZEN",
		}},
		{2, map[string]string{"cgroup.events": "populated 1\nfrozen 1\n", "memory.events": "low 0\noom 4\noom_kill 3\n",
			"cpu.stat": "usage_usec 1234\nuser_usec 1000\nsystem_usec 234\n", "cgroup.threads": "7\n8\n"}, map[string]string{
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
		g := &group{test.version, dir, dir, dir, dir}
		for _, err := range []error{g.limitMemory(128 << 20), g.limitCPU(Quota(128, LambdaPeriod), LambdaPeriod), g.freeze(true)} {
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
		if used, err := g.cpuTime(); err != nil || used.Microseconds() != 1234 {
			t.Errorf("version %d: CPU time %v, %v", test.version, used, err)
		}
		if threads, err := g.threads(); err != nil || !slices.Equal(threads, []string{"7", "8"}) {
			t.Errorf("version %d: threads %q, %v", test.version, threads, err)
		}
	}
}

// A lab that is in a group of version 2 itself moves into a child of it, and back in the end.
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
	if control := filepath.Join(unified.mount, "cgroup.subtree_control"); !hasWords(control, name) {
		if err := writeControl(control, "+"+name); err != nil {
			t.Skip("control groups cannot be changed: ", err)
		}
		t.Cleanup(func() { writeControl(control, "-"+name) })
	}
	dir := filepath.Join(unified.mount, fmt.Sprintf("lab-test-%d", os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Skip("control groups cannot be made: ", err)
	}
	t.Cleanup(func() {
		writeControl(filepath.Join(unified.own, "cgroup.procs"), "0")
		if err := settled(func() error { return os.Remove(dir) }); err != nil {
			t.Error(err)
		}
	})
	if err := writeControl(filepath.Join(dir, "cgroup.procs"), "0"); err != nil {
		t.Skip("this process cannot change its control group: ", err)
	}

	parent, leave, err := delegate(hierarchy{unified.mount, dir}, name)
	if err != nil || parent != dir {
		t.Fatalf("%s, %v; want %s", parent, err, dir)
	}
	if !hasWords(filepath.Join(dir, "cgroup.subtree_control"), name) {
		t.Errorf("children do not have the controller %s", name)
	}
	leave()
	if now, _ := os.ReadFile("/proc/self/cgroup"); !strings.Contains(string(now), filepath.Base(dir)+"\n") {
		t.Errorf("not back: %s", now)
	}
}
