package report

import (
	"encoding/json"
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/stats"
)

// A Ratio is the median of a peer divided by that of the first function, ours as a rule, of one
// figure: over 1, the first is faster.
type Ratio struct {
	Peer           string  `json:"peer"`
	MemoryMB       int     `json:"memoryMB"`
	Rows           int64   `json:"rows"`
	RoundTrip      float64 `json:"roundTripMs"`
	Figure         string  `json:"figure"`        // its name
	Few            bool    `json:"few,omitempty"` // one of the two has fewer than FewStarts starts
	stats.Interval `json:"times"`

	// NoDifference: the ratio is one that the first function has to itself, too, by chance.
	NoDifference bool `json:"noDifference,omitempty"`
}

// UnmarshalJSON also reads the ratios of older reports. They divided the first function by the peer,
// and their value, low and high were among the ratio's own fields.
func (r *Ratio) UnmarshalJSON(data []byte) error {
	type fields Ratio
	var in struct {
		fields
		stats.Interval
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = Ratio(in.fields)
	if in.Interval != (stats.Interval{}) {
		r.Interval = in.Interval.Inverse()
	}
	return nil
}

// FewStarts is the least number of starts for a 95% interval: of fewer, the bootstrap's bounds
// are the values themselves.
const FewStarts = 5

// ratios divides each peer by the first function, of every figure. Results that differ in the
// function alone are next to each other, in the order of the functions.
func ratios(results []Result, functions []Program) []Ratio {
	out := []Ratio{}
	for same := range slices.Chunk(results, len(functions)) {
		var these []Ratio
		for i := range same[1:] {
			these = append(these, ratiosOf(&same[0], &same[1+i])...)
		}
		markNoDifference(these, functions)
		out = append(out, these...)
	}
	return out
}

// ratiosOf divides the figures of a peer by those of the first function.
func ratiosOf(first, peer *Result) []Ratio {
	var out []Ratio
	add := func(figure string, ours, theirs [][]float64) {
		if len(ours) > 0 && len(theirs) > 0 {
			few := min(len(ours), len(theirs)) < FewStarts
			out = append(out, Ratio{peer.Function, peer.MemoryMB, peer.Rows, peer.RoundTrip, figure, few, stats.RatioOfMedians(theirs, ours), false})
		}
	}
	for _, figure := range StartFigures {
		if figure.Name == FigureStart && len(first.Samples) > 0 && first.Samples[0].AWS != nil {
			continue
		}
		add(figure.Name, stats.Singles(first.values(figure.Of)), stats.Singles(peer.values(figure.Of)))
	}
	for _, figure := range CPUFigures {
		add(figure.Name, stats.Singles(known(first.values(figure.Of))), stats.Singles(known(peer.values(figure.Of))))
	}
	add(FigureWarm, first.groups(warm), peer.groups(warm))
	add(FigureWarmCPU, first.groups(warmCPU), peer.groups(warmCPU))
	return out
}

// markNoDifference marks the ratios that lie within the interval of a peer that is the first
// function's program again. The ratios differ in peer and figure alone.
func markNoDifference(ratios []Ratio, functions []Program) {
	for _, again := range functions[1:] {
		if again.Path != functions[0].Path || again.Path == "" {
			continue
		}
		for _, noise := range ratios {
			if noise.Peer != again.Name || noise.Few {
				continue
			}
			for i := range ratios {
				r := &ratios[i]
				if r.Figure == noise.Figure && r.Peer != again.Name && !r.Few && min(noise.Low, 1) <= r.Value && r.Value <= max(noise.High, 1) {
					r.NoDifference = true
				}
			}
		}
	}
}

// times says how many times the first function's median the peer's is.
func (r *Ratio) times() string { return cli.ThreeDigits(r.Value) }

// interval writes the interval of times.
func (r *Ratio) interval() string {
	return cli.ThreeDigits(r.Low) + "-" + cli.ThreeDigits(r.High)
}

// text writes times with its interval, or that there is no difference.
func (r *Ratio) text() string {
	switch {
	case r.NoDifference:
		return noDifference
	case r.Few:
		return r.times()
	}
	return fmt.Sprintf("%s (%s)", r.times(), r.interval())
}

const noDifference = "no difference"
