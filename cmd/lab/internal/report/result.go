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
	Failed    string   `json:"failed,omitempty"` // in one line
	Log       string   `json:"log,omitempty"`    // of a function that failed: the end of what it printed
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

	InitCPU      *stats.Summary `json:"initCpuMs,omitempty"`
	StartCPU     *stats.Summary `json:"initAndInvocationCpuMs,omitempty"`
	WarmCPU      *stats.Summary `json:"warmCpuMs,omitempty"`
	WarmSwitches *stats.Summary `json:"warmContextSwitches,omitempty"`
}

// Summarise sets the summaries of the samples.
func (r *Result) Summarise() {
	set := func(to **stats.Summary, values []float64) {
		if len(values) > 0 {
			s := stats.Summarise(values)
			*to = &s
		}
	}
	for _, figure := range StartFigures {
		if figure.Name != FigureStart || r.Samples[0].AWS == nil { // AWS does not say when it asked for its first event
			set(figure.summaryRef(r), r.values(figure.Of))
		}
	}
	for _, figure := range CPUFigures {
		set(figure.summaryRef(r), known(r.values(figure.Of)))
	}
	set(&r.Warm, slices.Concat(r.groups(warm)...))
	set(&r.WarmCPU, slices.Concat(r.groups(warmCPU)...))
	set(&r.WarmSwitches, slices.Concat(r.groups(warmSwitches)...))
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
	switch figure {
	case FigureWarm:
		return r.Warm
	case FigureWarmCPU:
		return r.WarmCPU
	}
	for _, f := range slices.Concat(StartFigures, CPUFigures) {
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

// known returns the values other than 0, which stands for what is not known.
func known(values []float64) []float64 {
	return slices.DeleteFunc(values, func(v float64) bool { return v == 0 })
}

// What a sample has of each of its warm invocations.
func warm(s *Sample) []float64         { return s.Warm }
func warmCPU(s *Sample) []float64      { return s.WarmCPU }
func warmSwitches(s *Sample) []float64 { return s.WarmSwitches }

// groups returns what the samples have of their warm invocations, a group for each start.
func (r *Result) groups(of func(*Sample) []float64) [][]float64 {
	var out [][]float64
	for i := range r.Samples {
		if values := of(&r.Samples[i]); len(values) > 0 {
			out = append(out, values)
		}
	}
	return out
}

// A column is one of a table of starts.
type column struct {
	line1, line2 string
	figure       string // the name of the figure; "" is none
	of           func(*Result) string
}

// column returns the column of a figure.
func (f Figure) column() column {
	return column{f.line1, f.line2, f.Name, func(r *Result) string { return percentiles(*f.summaryRef(r)) }}
}

// InitDiffers reports whether INIT is not the same as the time to the first GET /next. Without an
// extension it is.
func InitDiffers(results []Result) bool {
	return slices.ContainsFunc(results, func(r Result) bool {
		return slices.ContainsFunc(r.Samples, func(s Sample) bool { return s.Init != s.StartToNext })
	})
}

// startColumns returns the columns that tell the results apart: INIT only where it is not the same
// as the time to /next, CPU time and what was read from storage only where there is any.
func startColumns(results []Result) []column {
	has := func(of func(*Sample) bool) bool {
		return slices.ContainsFunc(results, func(r Result) bool {
			return slices.ContainsFunc(r.Samples, func(s Sample) bool { return of(&s) })
		})
	}
	var out []column
	add := func(figures ...Figure) {
		for _, f := range figures {
			out = append(out, f.column())
		}
	}
	add(StartFigures...)
	if !InitDiffers(results) {
		out = slices.Delete(out, 1, 2)
		out[0].line1, out[0].line2 = "INIT,", "to /next"
	}
	if has(func(s *Sample) bool { return s.InitCPU > 0 }) {
		add(CPUFigures...)
	}
	out = append(out, column{"peak", "memory", "", (*Result).peak})
	if has(func(s *Sample) bool { return s.Counted != nil && s.Counted.Read > 0 }) {
		out = append(out, column{"read from", "storage", "", (*Result).read})
	}
	return append(out, column{"faults,", "major/minor", "", (*Result).faults})
}

// cellsOf returns the row of a result.
func cellsOf(columns []column, r *Result) []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.of(r))
	}
	return out
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

// switches writes the context switches of a warm invocation.
func (r *Result) switches() string {
	if r.WarmSwitches == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f", r.WarmSwitches.P50)
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
