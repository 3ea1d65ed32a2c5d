package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine names this one: system, architecture, number and kind of processors.
func machine() string {
	name := fmt.Sprintf("%s/%s, %d CPUs", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	info, _ := os.ReadFile("/proc/cpuinfo") // there is none but on Linux, and no name in it on arm64
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return name + ", " + strings.TrimSpace(value)
		}
	}
	return name
}
