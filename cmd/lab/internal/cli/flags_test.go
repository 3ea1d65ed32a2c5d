package cli

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWhole(t *testing.T) {
	for _, test := range []struct {
		in   string
		want int64 // -1: refused
	}{
		{"0", 0}, {"2000", 2000}, {"1_000_000", 1e6}, {"1,000,000", 1e6}, {"1000001", -1},
		{"", -1}, {"1e3", -1}, {"0x10", -1}, {" 1", -1}, {"-1", -1}, {"99999999999999999999", -1},
	} {
		var n int64
		f := newFlags("test")
		Whole(f, &n, "n", -1, 0, 1e6, "")
		if _, err := f.parse([]string{"--n", test.in}); n != test.want || (err == nil) != (test.want >= 0) {
			t.Errorf("%q: %d, %v", test.in, n, err)
		}
	}
}

func TestLists(t *testing.T) {
	for _, test := range []struct {
		args      string
		memory    []int
		durations []time.Duration
		says      string // "": no error
	}{
		{"", []int{256}, []time.Duration{1}, ""},
		{"--memory 512,128,512", []int{128, 512}, []time.Duration{1}, ""},
		{"--memory=512,", []int{256}, []time.Duration{1}, `invalid value "512," for --memory: expected numbers from 128 to 10,240 with commas between`},
		{"--memory=127", []int{256}, []time.Duration{1}, "expected numbers from 128"},
		{"--rtt 5ms,0s,5ms", []int{256}, []time.Duration{5 * time.Millisecond, 0}, ""},
		{"--rtt 5ms,5", []int{256}, []time.Duration{1}, `invalid value "5ms,5" for --rtt: expected times from 0s to 1m0s with commas between, as in 5ms,0s`},
		{"--rtt 61s", []int{256}, []time.Duration{1}, "expected times from 0s"},
	} {
		var memory []int
		var durations []time.Duration
		f := newFlags("test")
		WholeList(f, &memory, "memory", []int{256}, 128, 10_240, "")
		f.DurationList(&durations, "rtt", []time.Duration{1}, 0, time.Minute, "")
		_, err := f.parse(strings.Fields(test.args))
		if !slices.Equal(memory, test.memory) || !slices.Equal(durations, test.durations) {
			t.Errorf("%s: %v, %v", test.args, memory, durations)
		}
		if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: %v, want %q", test.args, err, test.says)
		}
	}
}

// Flags and arguments may come in any order.
func TestParse(t *testing.T) {
	for _, test := range []struct {
		args string
		flag bool
		time time.Duration
		rest []string
		says string
	}{
		{"a --flag b", true, 0, []string{"a", "b"}, ""},
		{"a -- --flag", false, 0, []string{"a", "--flag"}, ""},
		{"-- --flag", false, 0, []string{"--flag"}, ""},
		{"- --time 5ms", false, 5 * time.Millisecond, []string{"-"}, ""},
		{"--time 5", false, 0, nil, `invalid value "5" for --time: expected a time from 0s to 1s, as in 5ms`},
		{"--time", false, 0, nil, "--time needs a value"},
		{"--frob", false, 0, nil, "unknown flag --frob"},
		{"--flag=perhaps", false, 0, nil, `invalid value "perhaps" for --flag: expected true or false`},
	} {
		var flag bool
		var d time.Duration
		f := newFlags("test")
		f.Bool(&flag, "flag", "")
		f.Duration(&d, "time", 0, 0, time.Second, "")
		rest, err := f.parse(strings.Fields(test.args))
		if !slices.Equal(rest, test.rest) || flag != test.flag || d != test.time {
			t.Errorf("%s: %q, %v, %v", test.args, rest, flag, d)
		}
		if test.says == "" {
			if err != nil {
				t.Errorf("%s: %v", test.args, err)
			}
			continue
		}
		if usage, ok := errors.AsType[*UsageError](err); !ok || usage.Error() != test.says {
			t.Errorf("%s: %v, want %q", test.args, err, test.says)
		}
	}
}
