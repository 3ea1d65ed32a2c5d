package machine

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// userHZ is how many ticks /proc/stat counts a second. time(7).
const userHZ = 100

// CPUTimes reads how long this machine's CPUs have existed, computed and been stolen by their
// host, and how much of it lab and the functions that have ended computed.
func CPUTimes() (t CPUTime, ok bool) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return t, false
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	field := strings.Fields(line) // cpu user nice system idle iowait irq softirq steal ...; proc_stat(5)
	if len(field) < 9 || field[0] != "cpu" {
		return t, false
	}
	var ticks [8]time.Duration
	for i := range ticks {
		n, err := strconv.ParseInt(field[1+i], 10, 64)
		if err != nil {
			return t, false
		}
		ticks[i] = time.Duration(n) * time.Second / userHZ
		t.All += ticks[i]
	}
	t.Computed, t.Stolen = ticks[0]+ticks[1]+ticks[2], ticks[7]
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var use syscall.Rusage
		if err := syscall.Getrusage(who, &use); err != nil {
			return t, false
		}
		t.Own += time.Duration(use.Utime.Nano() + use.Stime.Nano())
	}
	return t, true
}
