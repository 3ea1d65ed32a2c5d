package main

import (
	"fmt"
	"time"
)

// cpuTime is what the CPUs have done so far, all of them together.
type cpuTime struct {
	all, computed, stolen time.Duration
	own                   time.Duration // of what was computed: lab's and the functions'
}

// load is what else went on while something was measured: figures are worth less for it.
type load struct {
	Others float64 `json:"others"` // the part of all CPU time that other processes had
	Stolen float64 `json:"stolen"` // the part that the machine's host took
}

// since returns the load since an earlier time; nil where no time has passed.
func (t cpuTime) since(was cpuTime) *load {
	all := t.all - was.all
	if all <= 0 {
		return nil
	}
	others := max(0, (t.computed-was.computed)-(t.own-was.own))
	return &load{float64(others) / float64(all), float64(t.stolen-was.stolen) / float64(all)}
}

func (l *load) String() string {
	return fmt.Sprintf("of the machine's CPU time %.1f%% went to other processes, %.1f%% to its host", 100*l.Others, 100*l.Stolen)
}
