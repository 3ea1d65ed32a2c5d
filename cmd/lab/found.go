package main

import (
	"slices"

	"reduction/cmd/lab/internal/sandbox"
	"reduction/cmd/lab/internal/stats"
	"reduction/internal/machine"
)

// conditions are what figures were taken under: all that a reader needs to judge them.
type conditions struct {
	Where    string        `json:"where"`   // what these figures are of
	Date     string        `json:"date"`    // RFC 3339, of the start
	Machine  string        `json:"machine"` // system, architecture, CPUs
	Sandbox  []string      `json:"sandbox"` // what was held to Lambda's measures, and what not
	Limited  bool          `json:"limited"`
	PeriodMs float64       `json:"periodMs"` // of the CPU quota
	TLS      bool          `json:"tls"`
	Cache    string        `json:"pageCache"` // its state before a start
	Seed     uint64        `json:"seed"`      // of the data and of the order
	Load     *machine.Load `json:"load,omitempty"`
}

// notes say what the figures were taken under, a line each.
func (c *conditions) notes() []string {
	if c.Load == nil {
		return c.Sandbox
	}
	return append(slices.Clone(c.Sandbox), c.Load.String())
}

// found is what a function came to at a memory size. The summaries are of the samples.
type found struct {
	Function  string       `json:"function"`
	MemoryMB  int          `json:"memoryMB"`
	VCPUs     float64      `json:"vCPUs,omitempty"` // that it was held to
	Rows      int64        `json:"rows"`
	RoundTrip float64      `json:"roundTripMs"`
	Failed    string       `json:"failed,omitempty"`
	Samples   []coldSample `json:"samples"` // one a start

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

// ratio is our median by a peer's, of one figure.
type ratio struct {
	Peer      string  `json:"peer"`
	MemoryMB  int     `json:"memoryMB"`
	Rows      int64   `json:"rows"`
	RoundTrip float64 `json:"roundTripMs"`
	Figure    string  `json:"figure"`        // its name in found
	Few       bool    `json:"few,omitempty"` // starts of either, too few for the interval to be one of 95%
	stats.Interval
}

// coldFigures are the four figures, never to be mixed up.
var coldFigures = []struct {
	name, first, second string // in JSON, and over the table's column
	of                  func(*coldSample) float64
	summary             func(*found) **stats.Summary
}{
	{"startToNextMs", "start", "to /next", func(s *coldSample) float64 { return s.StartToNext }, func(f *found) **stats.Summary { return &f.StartToNext }},
	{"initMs", "", "INIT", func(s *coldSample) float64 { return s.Init }, func(f *found) **stats.Summary { return &f.Init }},
	{"initAndInvocationMs", "INIT +", "invocation", func(s *coldSample) float64 { return s.Billed }, func(f *found) **stats.Summary { return &f.Billed }},
	{"clientSawMs", "client", "saw", func(s *coldSample) float64 { return s.Client }, func(f *found) **stats.Summary { return &f.Client }},
}

// found summarises a cell. One that failed at last has no times, whatever came before.
func (x *cell) found() found {
	f := found{Function: x.function.Name, MemoryMB: x.memory, Rows: x.object.rows, RoundTrip: ms(x.trip), Failed: x.failed, Samples: []coldSample{}}
	if x.rig.host.Limited() {
		f.VCPUs = sandbox.VCPUs(x.memory)
	}
	if x.failed != "" || len(x.samples) == 0 {
		return f
	}
	f.Samples = x.samples
	set := func(to **stats.Summary, of func(*coldSample) float64) {
		s := stats.Summarise(f.values(of))
		*to = &s
	}
	for _, figure := range coldFigures {
		set(figure.summary(&f), figure.of)
	}
	if warm := slices.Concat(f.warm()...); len(warm) > 0 {
		s := stats.Summarise(warm)
		f.Warm = &s
	}
	if f.Samples[0].MaxMemory > 0 {
		set(&f.MaxMemory, func(s *coldSample) float64 { return float64(s.MaxMemory) })
	}
	if f.Samples[0].Counted != nil {
		set(&f.ReadBytes, func(s *coldSample) float64 { return float64(s.Counted.Read) })
		set(&f.Major, func(s *coldSample) float64 { return float64(s.Counted.Major) })
		set(&f.Minor, func(s *coldSample) float64 { return float64(s.Counted.Minor) })
	}
	return f
}

// wrong says how what the function wrote differs from the reference, though it has times; ""
// where nothing does.
func (f *found) wrong() string {
	for i := range f.Samples {
		if wrong := f.Samples[i].wrong(); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (s *coldSample) wrong() string {
	if s.Wrong == "" {
		return ""
	}
	return "wrong, and timed all the same: " + s.Wrong
}

func (f *found) values(of func(*coldSample) float64) []float64 {
	out := make([]float64, len(f.Samples))
	for i := range f.Samples {
		out[i] = of(&f.Samples[i])
	}
	return out
}

// warm returns the durations of warm invocations, those of each start together.
func (f *found) warm() [][]float64 {
	var out [][]float64
	for i := range f.Samples {
		if len(f.Samples[i].Warm) > 0 {
			out = append(out, f.Samples[i].Warm)
		}
	}
	return out
}

// fewStarts is how many starts make an interval of 95%: with fewer the bootstrap's bounds
// are the values themselves.
const fewStarts = 5

func few(a, b *found) bool { return min(len(a.Samples), len(b.Samples)) < fewStarts }
