//go:build !linux

package machine

// CPUTimes knows nothing here.
func CPUTimes() (CPUTime, bool) { return CPUTime{}, false }
