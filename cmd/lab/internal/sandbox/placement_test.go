package sandbox

import (
	"reflect"
	"testing"
	"time"
)

func TestQuota(t *testing.T) {
	for _, test := range []struct {
		memory int
		period time.Duration
		want   time.Duration
	}{
		{1769, 20 * time.Millisecond, 20 * time.Millisecond},
		{128, 20 * time.Millisecond, 1447 * time.Microsecond},
		{128, 100 * time.Millisecond, 7235 * time.Microsecond},
		{512, 20 * time.Millisecond, 5788 * time.Microsecond},
		{3538, 20 * time.Millisecond, 40 * time.Millisecond},
	} {
		if got := Quota(test.memory, test.period); got != test.want {
			t.Errorf("%d MB of %v: %v, want %v", test.memory, test.period, got, test.want)
		}
	}
}

func TestPlace(t *testing.T) {
	for _, test := range []struct {
		cpus              []int
		memory            int
		shared            bool
		function, servers []int
		skipped           string
	}{
		{[]int{0}, 128, false, []int{0}, []int{0}, ""},
		{[]int{0}, 2048, false, []int{0}, []int{0}, "skipped: needs 1.158 CPUs, 1 is free"},
		{[]int{0, 1}, 1769, false, []int{1}, []int{0}, ""},
		{[]int{0, 1}, 1770, false, []int{1}, []int{0}, "skipped: needs 1.001 CPUs, 1 is free; try --shared"},
		{[]int{0, 1}, 3008, false, []int{1}, []int{0}, "skipped: needs 1.7 CPUs, 1 is free; try --shared"},
		{[]int{0, 1}, 5000, false, []int{1}, []int{0}, "skipped: needs 2.826 CPUs, 1 is free"},
		{[]int{0, 1}, 2048, true, []int{0, 1}, []int{0, 1}, ""},
		{[]int{0, 1}, 5000, true, []int{0, 1}, []int{0, 1}, "skipped: needs 2.826 CPUs, 2 are free"},
		{[]int{2, 5, 7}, 128, false, []int{5, 7}, []int{2}, ""},
		{[]int{0, 1, 2, 3}, 128, false, []int{2, 3}, []int{0, 1}, ""},
		{[]int{0, 1, 2, 3}, 5307, false, []int{1, 2, 3}, []int{0}, ""},
		{[]int{0, 1, 2, 3}, 5308, false, []int{1, 2, 3}, []int{0}, "skipped: needs 3.001 CPUs, 3 are free; try --shared"},
		{[]int{0, 1, 2, 3, 4, 5, 6, 7}, 10_240, false, []int{2, 3, 4, 5, 6, 7}, []int{0, 1}, ""},
	} {
		p := place(test.cpus, test.memory, test.shared)
		if want := (placement{test.function, test.servers}); !reflect.DeepEqual(p, want) {
			t.Errorf("%v, %d MB: %v, want %v", test.cpus, test.memory, p, want)
		}
		if got := p.skipped(test.memory); got != test.skipped {
			t.Errorf("%v, %d MB: %q, want %q", test.cpus, test.memory, got, test.skipped)
		}
	}
}

func TestPlacementNote(t *testing.T) {
	for _, test := range []struct {
		cpus []int
		want string
	}{
		{[]int{3}, "function and servers share CPU 3 and take each other's time"},
		{[]int{0, 1}, "function on CPU 1, servers on CPU 0; Lambda would show it 2"},
		{[]int{0, 1, 2, 3}, "function on CPU 2,3, servers on CPU 0,1"},
	} {
		if got := place(test.cpus, 512, false).note(); got != test.want {
			t.Errorf("%v: %s, want %s", test.cpus, got, test.want)
		}
	}
}
