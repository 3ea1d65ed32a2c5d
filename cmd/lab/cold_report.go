package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
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

func (c *coldRun) report() *coldReport {
	r := &coldReport{
		Kind:       kindCold,
		conditions: c.conditions(),
		RoundTrip:  ms(c.rtt),
		Rows:       c.rows,
		Bytes:      c.objects[c.rows].bytes,
		N:          c.n,
		Functions:  c.functions,
		Ratios:     []ratio{},
		OK:         true,
	}
	for n, x := range c.cells {
		r.Cells = append(r.Cells, x.found())
		r.OK = r.OK && (x.failed == "" || x.ok) && r.Cells[n].wrong() == ""
	}
	r.compare()
	return r
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
				r.Ratios = append(r.Ratios, ratio{peer.Function, peer.MemoryMB, peer.Rows, peer.RoundTrip, figure.name, few(our, peer),
					ratioOfMedians(alone(our.values(figure.of)), alone(peer.values(figure.of)))})
			}
		}
	}
}

func (r *coldReport) print(w io.Writer, s *style) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%sFrom start to first answer, on %s%s\n%s", s.bold, r.Where, s.off, s.dim)
	fmt.Fprintf(&b, "%s rows, %s; %s; round trip %v ms; page cache %s; n = %d; %s\n",
		thousands(r.Rows), size(r.Bytes), transport(r.TLS), r.RoundTrip, r.Cache, r.N, r.Machine)
	for _, note := range r.notes() {
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
		b.WriteString("Ratios are of medians, ours by theirs, with 95% intervals (of 5 samples or more): under 1, ours is faster.\n")
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
				if !ratio.Few {
					intervals = append(intervals, fmt.Sprintf("%.2f-%.2f", ratio.Low, ratio.High))
				}
			}
		}
		if len(values) > 0 {
			t.row("  ours / "+f.Function, values)
			if len(intervals) > 0 {
				t.row("", intervals)
			}
		}
	}
	t.print(b)
	for _, f := range cells {
		if why := f.Failed + f.wrong(); why != "" {
			fmt.Fprintf(b, "  %s%s %s%s\n", s.bad, f.Function, why, s.off)
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
