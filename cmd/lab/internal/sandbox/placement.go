package sandbox

import (
	"fmt"
	"strconv"
	"strings"
)

// A placement divides the machine's CPUs.
type placement struct {
	function, servers []int
}

// place divides the CPUs between a function and the servers that it talks to, so that neither
// takes the other's time. On two CPUs the function gets one, though Lambda would show it two;
// a single CPU is shared.
func place(cpus []int, memoryMB int, shared bool) placement {
	if shared || len(cpus) < 2 {
		return placement{cpus, cpus}
	}
	shown := max(fewestCPUs, (memoryMB+memoryOfOneCPU-1)/memoryOfOneCPU)
	first := max(1, len(cpus)-shown)
	return placement{cpus[first:], cpus[:first]}
}

// emulable says why the function's CPUs are too few for a memory size; "" when they are not.
func (p placement) emulable(memoryMB int) string {
	if len(p.function) == 0 || VCPUs(memoryMB) <= float64(len(p.function)) {
		return ""
	}
	return fmt.Sprintf("not emulable: it has %.2f vCPUs, and the function's CPUs here are %d", VCPUs(memoryMB), len(p.function))
}

// note says in a line who runs on which CPU.
func (p placement) note() string {
	if len(p.function) == len(p.servers) && p.function[0] == p.servers[0] {
		return fmt.Sprintf("function and servers share CPU %s and take each other's time", list(p.function))
	}
	s := fmt.Sprintf("function on CPU %s, servers on CPU %s", list(p.function), list(p.servers))
	if len(p.function) < fewestCPUs {
		s += fmt.Sprintf("; Lambda would show it %d", fewestCPUs)
	}
	return s
}

// list writes numbers with commas between them.
func list(numbers []int) string {
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ",")
}
