package sandbox

import (
	"testing"
	"time"
)

// The switches are known if no thread has ended since, whatever the clocks' resolution.
func TestSwitchesSince(t *testing.T) {
	was := CPU{Time: 100, Switches: 10, ended: 40}
	for _, test := range []struct {
		now CPU
		ok  bool
	}{
		{CPU{Time: 200, Switches: 15, ended: 40}, true},
		{CPU{Time: 200, Switches: 15, ended: 40 + clockStep}, true},
		{CPU{Time: 200, Switches: 15, ended: 40 - clockStep}, true},
		{CPU{Time: 200, Switches: 15, ended: 41 + clockStep}, false},
		{CPU{Time: 200, Switches: 15, ended: 40 + 20*time.Microsecond}, false},
	} {
		if n, ok := test.now.SwitchesSince(was); n != 5 || ok != test.ok {
			t.Errorf("%+v: %d, %v", test.now, n, ok)
		}
	}
}
