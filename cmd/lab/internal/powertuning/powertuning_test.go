package powertuning

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/published"
)

// parse is the inverse of fragment.
func parse(t *testing.T, text string) []Stat {
	t.Helper()
	parts := strings.Split(text, ";")
	if len(parts) != 3 {
		t.Fatalf("%q has %d parts", text, len(parts))
	}
	var column [3][]byte
	for i, part := range parts {
		var err error
		if column[i], err = base64.StdEncoding.DecodeString(part); err != nil {
			t.Fatal(err)
		}
	}
	stats := make([]Stat, len(column[0])/2)
	for i := range stats {
		stats[i] = Stat{
			Value:           int(int16(binary.LittleEndian.Uint16(column[0][2*i:]))),
			AverageDuration: float64(math.Float32frombits(binary.LittleEndian.Uint32(column[1][4*i:]))),
			AveragePrice:    float64(math.Float32frombits(binary.LittleEndian.Uint32(column[2][4*i:]))),
		}
	}
	return stats
}

// The links in the experiment's README hold the figures that its authors published, and
// fragment makes the same links of them, byte for byte. They also show how the tool
// calculates: the mean is rounded up to whole milliseconds, whose price at 128 MB is 1.7e-9
// dollars on arm64 and 2.1e-9 on x86.
func TestFragment(t *testing.T) {
	prices := map[float64]int{}
	for _, p := range published.Results().PowerTuning {
		stats := parse(t, p.Fragment)
		if len(stats) != len(p.MemoryMB) {
			t.Fatalf("%s, %d rows: %v", p.Strategy, p.Rows, stats)
		}
		if again := fragment(stats); again != p.Fragment {
			t.Errorf("%s, %d rows: %s, want %s", p.Strategy, p.Rows, again, p.Fragment)
		}
		for i, s := range stats {
			if s.Value != p.MemoryMB[i] || math.Abs(s.AverageDuration-p.MeanMs[i]) > 0.051 || math.Abs(s.AveragePrice/p.MeanUSD[i]-1) > 1e-3 {
				t.Errorf("%s, %d rows: %+v, want %d MB, %v ms, %v USD", p.Strategy, p.Rows, s, p.MemoryMB[i], p.MeanMs[i], p.MeanUSD[i])
			}
			each := s.AveragePrice / math.Ceil(s.AverageDuration) / float64(s.Value) * 128
			switch {
			case math.Abs(each/1.7e-9-1) < 1e-5:
				prices[1.7e-9]++
			case math.Abs(each/2.1e-9-1) < 1e-5:
				prices[2.1e-9]++
			default:
				t.Errorf("%s, %d rows, %d MB: %v a millisecond", p.Strategy, p.Rows, s.Value, each)
			}
		}
	}
	if prices[1.7e-9] != 56 || prices[2.1e-9] != 14 { // LLRT's two runs are of x86
		t.Errorf("%v", prices)
	}
}

func TestLink(t *testing.T) {
	const want = "https://lambda-power-tuning.show/#gAAAAQ==;AAAgQgAAoEE=;CtcjPArXozs="
	if got := Link([]Stat{{128, 0.01, 40}, {256, 0.005, 20}}); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestChoose(t *testing.T) {
	stats := []Stat{{128, 10, 1000}, {256, 8, 500}, {512, 8, 400}, {1024, 16, 200}, {2048, 30, 200}}
	for _, test := range []struct {
		strategy string
		weight   float64
		want     int
	}{
		{Cost, 0.5, 512},     // as cheap as 256, and faster
		{Speed, 0.5, 1024},   // as fast as 2048, and cheaper
		{Balanced, 0, 1024},  // time alone; of two the first
		{Balanced, 1, 256},   // cost alone; of two the first
		{Balanced, 0.5, 512}, // (8/30 + 400/1000)/2 = 0.333; 1024 has 0.367
		{Balanced, 0.4, 1024},
	} {
		if got := Choose(stats, test.strategy, test.weight); got.Value != test.want {
			t.Errorf("%s, weight %v: %d MB, want %d", test.strategy, test.weight, got.Value, test.want)
		}
	}
}
