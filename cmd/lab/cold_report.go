package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// coldReport is what `lab cold` found.
type coldReport struct {
	Kind string `json:"kind"` // kindCold
	conditions
	RoundTrip float64   `json:"roundTripMs"`
	Rows      int64     `json:"rows"`
	Bytes     int64     `json:"bytes"`
	N         int       `json:"n"`
	Functions []program `json:"functions"`
	Cells     []found   `json:"cells"`
	Ratios    []ratio   `json:"ratios"`
	OK        bool      `json:"ok"`
}

const kindCold = "lab cold"

// conditions are what figures were taken under: all that a reader needs to judge them.
type conditions struct {
	Where    string   `json:"where"`   // what these figures are of
	Date     string   `json:"date"`    // RFC 3339, of the start
	Machine  string   `json:"machine"` // system, architecture, CPUs
	Sandbox  []string `json:"sandbox"` // what was held to Lambda's measures, and what not
	Limited  bool     `json:"limited"`
	PeriodMs float64  `json:"periodMs"` // of the CPU quota
	TLS      bool     `json:"tls"`
	Cache    string   `json:"pageCache"` // its state before a start
	Seed     uint64   `json:"seed"`      // of the data and of the order
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

	StartToNext *summary `json:"startToNextMs,omitempty"`
	Init        *summary `json:"initMs,omitempty"`
	Billed      *summary `json:"initAndInvocationMs,omitempty"`
	Client      *summary `json:"clientSawMs,omitempty"`
	Warm        *summary `json:"warmMs,omitempty"` // of all warm invocations of all starts
	MaxMemory   *summary `json:"maxMemoryBytes,omitempty"`
	ReadBytes   *summary `json:"readBytes,omitempty"`
	Major       *summary `json:"majorFaults,omitempty"`
	Minor       *summary `json:"minorFaults,omitempty"`
}

// ratio is our median by a peer's, of one figure.
type ratio struct {
	Peer      string  `json:"peer"`
	MemoryMB  int     `json:"memoryMB"`
	Rows      int64   `json:"rows"`
	RoundTrip float64 `json:"roundTripMs"`
	Figure    string  `json:"figure"` // its name in found
	interval
}

// coldFigures are the four figures, never to be mixed up.
var coldFigures = []struct {
	name, first, second string // in JSON, and over the table's column
	of                  func(*coldSample) float64
	summary             func(*found) **summary
}{
	{"startToNextMs", "start", "to /next", func(s *coldSample) float64 { return s.StartToNext }, func(f *found) **summary { return &f.StartToNext }},
	{"initMs", "", "INIT", func(s *coldSample) float64 { return s.Init }, func(f *found) **summary { return &f.Init }},
	{"initAndInvocationMs", "INIT +", "invocation", func(s *coldSample) float64 { return s.Billed }, func(f *found) **summary { return &f.Billed }},
	{"clientSawMs", "client", "saw", func(s *coldSample) float64 { return s.Client }, func(f *found) **summary { return &f.Client }},
}

// conditions are those of now.
func (c *coldRun) conditions() conditions {
	return conditions{
		Where:    "this machine's emulator of S3, DynamoDB and Lambda, not AWS",
		Date:     time.Now().UTC().Format(time.RFC3339),
		Machine:  fmt.Sprintf("%s/%s, %d CPUs", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()),
		Sandbox:  c.host.notes(),
		Limited:  c.host.limited(),
		PeriodMs: ms(c.period),
		TLS:      !c.noTLS,
		Cache:    c.cache,
		Seed:     c.seed,
	}
}

func (c *coldRun) report(size int64) *coldReport {
	r := &coldReport{
		Kind:       kindCold,
		conditions: c.conditions(),
		RoundTrip:  ms(c.rtt),
		Rows:       c.rows,
		Bytes:      size,
		N:          c.n,
		Functions:  c.functions,
		Ratios:     []ratio{},
		OK:         true,
	}
	for _, x := range c.cells {
		r.OK = r.OK && (x.failed == "" || x.ok)
		r.Cells = append(r.Cells, x.found())
	}
	r.compare()
	return r
}

// found summarises a cell. One that failed at last has no times, whatever came before.
func (x *cell) found() found {
	f := found{Function: x.function.Name, MemoryMB: x.memory, Rows: x.run.rows, RoundTrip: ms(x.run.rtt), Failed: x.failed, Samples: []coldSample{}}
	if x.run.host.limited() {
		f.VCPUs = vCPUs(x.memory)
	}
	if x.failed != "" || len(x.samples) == 0 {
		return f
	}
	f.Samples = x.samples
	set := func(to **summary, of func(*coldSample) float64) {
		s := summarise(f.values(of))
		*to = &s
	}
	for _, figure := range coldFigures {
		set(figure.summary(&f), figure.of)
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

func (f *found) values(of func(*coldSample) float64) []float64 {
	out := make([]float64, len(f.Samples))
	for i := range f.Samples {
		out[i] = of(&f.Samples[i])
	}
	return out
}

// compare sets ours against each peer. The cells of a size stand together, ours first.
func (r *coldReport) compare() {
	for i := 0; i < len(r.Cells); i += len(r.Functions) {
		our := &r.Cells[i]
		for j := range r.Cells[i+1 : i+len(r.Functions)] {
			peer := &r.Cells[i+1+j]
			if len(our.Samples) == 0 || len(peer.Samples) == 0 {
				continue
			}
			for _, figure := range coldFigures {
				r.Ratios = append(r.Ratios, ratio{peer.Function, peer.MemoryMB, peer.Rows, peer.RoundTrip, figure.name,
					ratioOfMedians(our.values(figure.of), peer.values(figure.of))})
			}
		}
	}
}

func (r *coldReport) print(w io.Writer, s *style) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%sFrom start to first answer, on %s%s\n%s", s.bold, r.Where, s.off, s.dim)
	tls := "TLS"
	if !r.TLS {
		tls = "no TLS"
	}
	fmt.Fprintf(&b, "%s rows, %s; %s; round trip %v ms; page cache %s; n = %d; %s\n",
		thousands(r.Rows), size(r.Bytes), tls, r.RoundTrip, r.Cache, r.N, r.Machine)
	for _, note := range r.Sandbox {
		fmt.Fprintf(&b, "%s\n", note)
	}
	b.WriteString(s.off)
	for i := 0; i < len(r.Cells); i += len(r.Functions) {
		r.printSize(&b, s, r.Cells[i:i+len(r.Functions)])
	}
	percentiles := "p50 and p90"
	if r.N >= enoughForP99 {
		percentiles = "p50, p90 and p99"
	}
	fmt.Fprintf(&b, "\n%sMilliseconds, %s; memory, reads and faults at p50. lab help cold says what each is.\n", s.dim, percentiles)
	if len(r.Functions) > 1 {
		b.WriteString("Ratios are of medians, ours by theirs, with 95% intervals: under 1, ours is faster.\n")
	}
	b.WriteString(s.off)
	if r.OK && slices.ContainsFunc(r.Cells, func(f found) bool { return len(f.Samples) > 0 }) {
		fmt.Fprintf(&b, "\n%sEvery item of every sample is what the reference says.%s\n", s.good, s.off)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printSize prints the functions at one memory size, and the ratios.
func (r *coldReport) printSize(b *strings.Builder, s *style, cells []found) {
	title := fmt.Sprintf("%d MB", cells[0].MemoryMB)
	if r.Limited {
		title += fmt.Sprintf(", %.3f vCPUs", vCPUs(cells[0].MemoryMB))
	}
	fmt.Fprintf(b, "\n%s%s%s\n", s.bold, title, s.off)
	t := &table{style: s}
	var first, second []string
	for _, figure := range coldFigures {
		first, second = append(first, figure.first), append(second, figure.second)
	}
	t.row("", append(first, "peak", "read from", "faults,"))
	t.row("", append(second, "memory", "storage", "major/minor"))
	t.rule()
	for i := range cells {
		t.row("  "+cells[i].Function, cells[i].cells())
	}
	for _, f := range cells[1:] {
		var values, intervals []string
		for _, ratio := range r.Ratios {
			if ratio.Peer == f.Function && ratio.MemoryMB == f.MemoryMB {
				values = append(values, fmt.Sprintf("%.2f", ratio.Value))
				intervals = append(intervals, fmt.Sprintf("%.2f-%.2f", ratio.Low, ratio.High))
			}
		}
		if len(values) > 0 {
			t.row("  ours / "+f.Function, values)
			t.row("", intervals)
		}
	}
	t.print(b)
	for _, f := range cells {
		if f.Failed != "" {
			fmt.Fprintf(b, "  %s%s %s%s\n", s.bad, f.Function, f.Failed, s.off)
		}
	}
}

// cells returns what stands in a function's row.
func (f *found) cells() []string {
	var out []string
	for _, figure := range coldFigures {
		out = append(out, (*figure.summary(f)).cell())
	}
	memory, read, faults := "-", "-", "-"
	if f.MaxMemory != nil {
		memory = size(int64(f.MaxMemory.P50))
	}
	if f.ReadBytes != nil {
		read = size(int64(f.ReadBytes.P50))
		faults = fmt.Sprintf("%.0f/%.0f", f.Major.P50, f.Minor.P50)
	}
	return append(out, memory, read, faults)
}

func (s *summary) cell() string {
	if s == nil {
		return "-"
	}
	out := digits(s.P50) + " " + digits(s.P90)
	if s.P99 != nil {
		out += " " + digits(*s.P99)
	}
	return out
}

// digits writes milliseconds with the places that millis gives them.
func digits(ms float64) string { return strings.TrimSuffix(millis(ms), " ms") }
