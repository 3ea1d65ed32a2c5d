package report

import "reduction/cmd/lab/internal/stats"

// A Ratio is our median divided by a peer's, of one figure.
type Ratio struct {
	Peer      string  `json:"peer"`
	MemoryMB  int     `json:"memoryMB"`
	Rows      int64   `json:"rows"`
	RoundTrip float64 `json:"roundTripMs"`
	Figure    string  `json:"figure"`        // its name
	Few       bool    `json:"few,omitempty"` // one of the two has fewer than FewStarts starts
	stats.Interval
}

// FewStarts is the least number of starts for a 95% interval: of fewer, the bootstrap's bounds
// are the values themselves.
const FewStarts = 5

// ratios divides ours by each peer, of every figure. Results that differ in the function alone
// are next to each other, ours first; so many functions take part.
func ratios(results []Result, functions int) []Ratio {
	out := []Ratio{}
	for i := 0; i < len(results); i += functions {
		ours := &results[i]
		for j := range results[i+1 : i+functions] {
			peer := &results[i+1+j]
			if len(ours.Samples) == 0 || len(peer.Samples) == 0 {
				continue
			}
			add := func(figure string, a, b [][]float64) {
				few := min(len(ours.Samples), len(peer.Samples)) < FewStarts
				out = append(out, Ratio{peer.Function, peer.MemoryMB, peer.Rows, peer.RoundTrip, figure, few, stats.RatioOfMedians(a, b)})
			}
			for _, figure := range StartFigures {
				if figure.Name == FigureStart && ours.Samples[0].AWS != nil {
					continue
				}
				add(figure.Name, stats.Singles(ours.values(figure.Of)), stats.Singles(peer.values(figure.Of)))
			}
			if a, b := ours.warm(), peer.warm(); len(a) > 0 && len(b) > 0 {
				add(FigureWarm, a, b)
			}
		}
	}
	return out
}
