package machine

import (
	"fmt"
	"time"
)

// CPUTime is what all CPUs together have done so far.
type CPUTime struct {
	All, Computed, Stolen time.Duration
	Own                   time.Duration // the part of Computed that this process and its ended children used
}

// Load is what else went on while something was measured. The more there was, the less a
// figure is worth.
type Load struct {
	Others float64 `json:"others"` // the share of all CPU time that other processes had
	Stolen float64 `json:"stolen"` // the share that the machine's host took
}

// Since returns the load since an earlier time, or nil where no time has passed.
func (t CPUTime) Since(was CPUTime) *Load {
	all := t.All - was.All
	if all <= 0 {
		return nil
	}
	others := max(0, (t.Computed-was.Computed)-(t.Own-was.Own))
	return &Load{float64(others) / float64(all), float64(t.Stolen-was.Stolen) / float64(all)}
}

// Busy says whether the load is more than measurements should have beside them.
func (l *Load) Busy() bool { return l != nil && l.Others+l.Stolen > 0.05 }

func (l *Load) String() string {
	return fmt.Sprintf("of the machine's CPU time %.1f%% went to other processes, %.1f%% to its host", 100*l.Others, 100*l.Stolen)
}
