package compare

import (
	"slices"
	"testing"
	"time"
)

func TestPlan(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	for _, test := range []struct {
		name    string
		targets []tried
		n, warm int
		left    time.Duration
		want    []planned // Each is not compared
	}{
		{"time enough", []tried{{1 * s, 100 * ms, 1}, {2 * s, s, 1}}, 20, 10, time.Hour, []planned{{20, 10, 0}, {20, 2, 0}}},
		{"warm ones as long as the start", []tried{{10 * ms, 100 * ms, 1}, {s, 300 * ms, 1}, {s, 2 * s, 1}}, 1, 10, time.Hour, []planned{{1, 3, 0}, {1, 3, 0}, {1, 1, 0}}},
		{"a fourth of the time, twice the starts", []tried{{s / 2, s / 2, 1}, {2 * s, 2 * s, 1}}, 100, 1, 100 * s, []planned{{30, 1, 0}, {15, 1, 0}}},
		{"no less than five of the slow", []tried{{s / 2, s / 2, 1}, {5 * s, 5 * s, 1}}, 100, 1, 70 * s, []planned{{13, 1, 0}, {5, 1, 0}}},
		{"less than five where it must be", []tried{{s / 2, s / 2, 1}, {5 * s, 5 * s, 1}}, 100, 1, 40 * s, []planned{{6, 1, 0}, {3, 1, 0}}},
		{"even less", []tried{{s / 2, s / 2, 1}, {5 * s, 5 * s, 1}}, 100, 1, 30 * s, []planned{{7, 1, 0}, {2, 1, 0}}},
		{"once, whatever it takes", []tried{{5 * s, 5 * s, 1}, {5 * s, 5 * s, 1}}, 100, 1, s, []planned{{1, 1, 0}, {1, 1, 0}}},
		{"once, if the time is up", []tried{{5 * s, 5 * s, 1}}, 100, 1, -s, []planned{{1, 1, 0}}},
		{"twice the weight and a fourth of the time, four times the starts", []tried{{s / 2, s / 2, 2}, {2 * s, 2 * s, 1}}, 100, 1, 100 * s, []planned{{46, 1, 0}, {11, 1, 0}}},
		{"what failed gets nothing", []tried{{}, {s, s / 2, 1}}, 3, 10, time.Hour, []planned{{}, {3, 2, 0}}},
		{"none", nil, 3, 10, time.Hour, []planned{}},
	} {
		got := makePlan(test.targets, test.n, test.warm, test.left)
		for i := range got {
			got[i].Each = 0
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestRounds(t *testing.T) {
	p := []planned{{Starts: 10}, {Starts: 0}, {Starts: 3}, {Starts: 10}, {Starts: 1}}
	all := makeRounds(p, 1)
	if len(all) != 10 {
		t.Fatalf("%d rounds", len(all))
	}
	in := make([][]int, len(p))
	orders := map[int]bool{}
	for round, targets := range all {
		for _, n := range targets {
			in[n] = append(in[n], round)
		}
		orders[slices.Index(targets, 0)-slices.Index(targets, 3)] = true
	}
	for n, want := range [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, nil, {1, 5, 8}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {5}} {
		if !slices.Equal(in[n], want) {
			t.Errorf("target %d starts in rounds %v, want %v", n, in[n], want)
		}
	}
	if len(orders) < 2 {
		t.Error("the order is always the same")
	}
	again, other := makeRounds(p, 1), makeRounds(p, 2)
	same := func(a, b []int) bool { return slices.Equal(a, b) }
	if !slices.EqualFunc(all, again, same) || slices.EqualFunc(all, other, same) {
		t.Error("the order is not the seed's")
	}
}
