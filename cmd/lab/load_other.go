//go:build !linux

package main

// cpuTimes knows nothing here.
func cpuTimes() (cpuTime, bool) { return cpuTime{}, false }
