// Package machine tells what the machine is that something is measured on, and how much of its
// CPU time went elsewhere meanwhile.
package machine

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Name returns the system, the architecture, and the number and kind of processors:
// "linux/amd64, 2 CPUs, AMD EPYC".
func Name() string {
	name := fmt.Sprintf("%s/%s, %d CPUs", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if runtime.NumCPU() == 1 {
		name = strings.TrimSuffix(name, "s")
	}
	info, _ := os.ReadFile("/proc/cpuinfo") // Linux only, and on arm64 without a model name
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return name + ", " + strings.Join(strings.Fields(value), " ")
		}
	}
	return name
}
