package report

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/stats"
)

// A Result is a function at one memory size, over one file and one network: its samples, and
// their summaries. Where Failed says why there are none, it has no times.
type Result struct {
	Function  string   `json:"function"`
	MemoryMB  int      `json:"memoryMB"`
	VCPUs     float64  `json:"vCPUs,omitempty"` // the share of CPU time that it was limited to
	Rows      int64    `json:"rows"`
	RoundTrip float64  `json:"roundTripMs"`
	Failed    string   `json:"failed,omitempty"`
	Samples   []Sample `json:"samples"`          // one for each start
	Starts    int      `json:"starts,omitempty"` // on AWS: all of them, of which Samples has the cold ones

	StartToNext *stats.Summary `json:"startToNextMs,omitempty"`
	Init        *stats.Summary `json:"initMs,omitempty"`
	Billed      *stats.Summary `json:"initAndInvocationMs,omitempty"`
	Client      *stats.Summary `json:"clientSawMs,omitempty"`
	Warm        *stats.Summary `json:"warmMs,omitempty"` // of all warm invocations of all starts
	MaxMemory   *stats.Summary `json:"maxMemoryBytes,omitempty"`
	ReadBytes   *stats.Summary `json:"readBytes,omitempty"`
	Major       *stats.Summary `json:"majorFaults,omitempty"`
	Minor       *stats.Summary `json:"minorFaults,omitempty"`
}

// Summarise sets the summaries of the samples.
func (r *Result) Summarise() {
	set := func(to **stats.Summary, values []float64) {
		s := stats.Summarise(values)
		*to = &s
	}
	for _, figure := range StartFigures {
		if figure.Name == FigureStart && r.Samples[0].AWS != nil {
			continue // AWS does not say when the process asked for its first event
		}
		set(figure.summaryRef(r), r.values(figure.Of))
	}
	if warm := slices.Concat(r.warm()...); len(warm) > 0 {
		set(&r.Warm, warm)
	}
	if r.Samples[0].MaxMemory > 0 {
		set(&r.MaxMemory, r.values(func(s *Sample) float64 { return float64(s.MaxMemory) }))
	}
	if r.Samples[0].Counted != nil {
		set(&r.ReadBytes, r.values(func(s *Sample) float64 { return float64(s.Counted.Read) }))
		set(&r.Major, r.values(func(s *Sample) float64 { return float64(s.Counted.Major) }))
		set(&r.Minor, r.values(func(s *Sample) float64 { return float64(s.Counted.Minor) }))
	}
}

// Summary returns the summary of a figure, nil where there is none.
func (r *Result) Summary(figure string) *stats.Summary {
	if figure == FigureWarm {
		return r.Warm
	}
	for _, f := range StartFigures {
		if f.Name == figure {
			return *f.summaryRef(r)
		}
	}
	return nil
}

// Wrong says how the function's items differ from the reference's, though it has times; ""
// when they do not.
func (r *Result) Wrong() string {
	for i := range r.Samples {
		if wrong := r.Samples[i].wrong(); wrong != "" {
			return wrong
		}
	}
	return ""
}

// values returns a figure of each sample.
func (r *Result) values(of func(*Sample) float64) []float64 {
	out := make([]float64, len(r.Samples))
	for i := range r.Samples {
		out[i] = of(&r.Samples[i])
	}
	return out
}

// warm returns the durations of warm invocations, grouped by start.
func (r *Result) warm() [][]float64 {
	var out [][]float64
	for i := range r.Samples {
		if len(r.Samples[i].Warm) > 0 {
			out = append(out, r.Samples[i].Warm)
		}
	}
	return out
}

// cells returns the row of a table that has all figures of a start.
func (r *Result) cells() []string {
	var out []string
	for _, figure := range StartFigures {
		out = append(out, percentiles(*figure.summaryRef(r)))
	}
	return append(out, r.peak(), r.read(), r.faults())
}

// peak writes the peak memory.
func (r *Result) peak() string {
	if r.MaxMemory == nil {
		return "-"
	}
	return cli.Size(int64(r.MaxMemory.P50))
}

// read writes how much was read from storage.
func (r *Result) read() string {
	if r.ReadBytes == nil {
		return "-"
	}
	return cli.Size(int64(r.ReadBytes.P50))
}

// faults writes the major and minor page faults.
func (r *Result) faults() string {
	if r.Major == nil || r.Minor == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f/%.0f", r.Major.P50, r.Minor.P50)
}

// percentiles writes a summary of milliseconds.
func percentiles(s *stats.Summary) string {
	if s == nil {
		return "-"
	}
	out := cli.ThreeDigits(s.P50) + " " + cli.ThreeDigits(s.P90)
	if s.P99 != nil {
		out += " " + cli.ThreeDigits(*s.P99)
	}
	return out
}
