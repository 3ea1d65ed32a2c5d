package main

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/cmd/lab/internal/stats"
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
					stats.RatioOfMedians(stats.Singles(our.values(figure.of)), stats.Singles(peer.values(figure.of)))})
			}
		}
	}
}

func (r *coldReport) print(p *cli.Page) error {
	p.Heading("From start to first answer, on %s", r.Where)
	p.Note("%s rows, %s; %s; round trip %v ms; page cache %s; n = %d; %s",
		cli.Thousands(r.Rows), cli.Size(r.Bytes), transport(r.TLS), r.RoundTrip, r.Cache, r.N, r.Machine)
	for _, note := range r.notes() {
		p.Note("%s", note)
	}
	for i := 0; i < len(r.Cells); i += len(r.Functions) {
		r.printSize(p, r.Cells[i:i+len(r.Functions)])
	}
	percentiles := "p50 and p90"
	if r.N >= stats.EnoughForP99 {
		percentiles = "p50, p90 and p99"
	}
	p.Blank()
	p.Note("Milliseconds, %s; memory, reads and faults at p50. lab help cold says what each is.", percentiles)
	if len(r.Functions) > 1 {
		p.Note("Ratios are of medians, ours by theirs, with 95%% intervals (of 5 samples or more): under 1, ours is faster.")
	}
	if r.OK && slices.ContainsFunc(r.Cells, func(f found) bool { return len(f.Samples) > 0 }) {
		p.Blank()
		p.Good("Every item of every sample is what the reference says.")
	}
	return p.Flush()
}

// printSize prints the functions at one memory size, and the ratios.
func (r *coldReport) printSize(p *cli.Page, cells []found) {
	title := fmt.Sprintf("%d MB", cells[0].MemoryMB)
	if r.Limited {
		title += fmt.Sprintf(", %.3f vCPUs", sandbox.VCPUs(cells[0].MemoryMB))
	}
	p.Blank()
	p.Heading("%s", title)
	t := new(cli.Table)
	var first, second []string
	for _, figure := range coldFigures {
		first, second = append(first, figure.first), append(second, figure.second)
	}
	t.Row("", append(first, "peak", "read from", "faults,")...)
	t.Row("", append(second, "memory", "storage", "major/minor")...)
	t.Rule()
	for i := range cells {
		t.Row("  "+cells[i].Function, cells[i].cells()...)
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
			t.Row("  ours / "+f.Function, values...)
			if len(intervals) > 0 {
				t.Row("", intervals...)
			}
		}
	}
	p.Table(t)
	for _, f := range cells {
		if why := f.Failed + f.wrong(); why != "" {
			p.Bad("  %s %s", f.Function, why)
		}
	}
}

// cells returns what stands in a function's row.
func (f *found) cells() []string {
	var out []string
	for _, figure := range coldFigures {
		out = append(out, percentilesText(*figure.summary(f)))
	}
	memory, read, faults := "-", "-", "-"
	if f.MaxMemory != nil {
		memory = cli.Size(int64(f.MaxMemory.P50))
	}
	if f.ReadBytes != nil {
		read = cli.Size(int64(f.ReadBytes.P50))
		faults = fmt.Sprintf("%.0f/%.0f", f.Major.P50, f.Minor.P50)
	}
	return append(out, memory, read, faults)
}

// percentilesText is a summary in a table.
func percentilesText(s *stats.Summary) string {
	if s == nil {
		return "-"
	}
	out := cli.ThreeDigits(s.P50) + " " + cli.ThreeDigits(s.P90)
	if s.P99 != nil {
		out += " " + cli.ThreeDigits(*s.P99)
	}
	return out
}
