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

// skipped says why a memory size is not measured: it has more vCPUs than the function has CPUs here.
// "" is no reason.
func (p placement) skipped(memoryMB int) string {
	needs, free := VCPUs(memoryMB), len(p.function)
	if free == 0 || needs <= float64(free) {
		return ""
	}
	s := fmt.Sprintf("skipped: needs %.4g CPUs, %d %s free", needs, free, map[bool]string{true: "is", false: "are"}[free == 1])
	if all := len(p.servers) + free; p.apart() && needs <= float64(all) {
		s += "; try --shared"
	}
	return s
}

// apart reports whether function and servers have CPUs of their own.
func (p placement) apart() bool {
	return len(p.servers) > 0 && len(p.function) > 0 && p.servers[0] != p.function[0]
}

// note says in a line who runs on which CPU.
func (p placement) note() string {
	if !p.apart() {
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
