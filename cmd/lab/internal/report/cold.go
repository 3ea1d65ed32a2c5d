package report

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/stats"
)

// Cold is the report of `lab cold`: the starts of several functions at several memory sizes.
type Cold struct {
	Kind string `json:"kind"` // KindCold
	Conditions
	RoundTrip float64   `json:"roundTripMs"`
	Rows      int64     `json:"rows"`
	Bytes     int64     `json:"bytes"`
	N         int       `json:"n"`
	Functions []Program `json:"functions"` // ours first
	Results   []Result  `json:"cells"`     // by memory size, then in the order of the functions
	Ratios    []Ratio   `json:"ratios"`
	OK        bool      `json:"ok"`
}

// SetRatios sets the ratios of the results.
func (r *Cold) SetRatios() { r.Ratios = ratios(r.Results, len(r.Functions)) }

// Print writes the report as text.
func (r *Cold) Print(p *cli.Page) error {
	if r.AWS != nil {
		return r.printAWS(p)
	}
	p.Heading("From start to first answer, on %s", r.Where)
	p.Note("%s rows, %s; %s; round trip %v ms; page cache %s; n = %d; %s",
		cli.Thousands(r.Rows), cli.Size(r.Bytes), transport(r.TLS), r.RoundTrip, r.Cache, r.N, r.Machine)
	for _, note := range r.notes() {
		p.Note("%s", note)
	}
	for size := range slices.Chunk(r.Results, len(r.Functions)) {
		r.printSize(p, size)
	}
	figures := "p50 and p90"
	if r.N >= stats.EnoughForP99 {
		figures = "p50, p90 and p99"
	}
	p.Blank()
	p.Note("Milliseconds, %s; memory, reads and faults at p50. lab help cold explains the columns.", figures)
	if len(r.Functions) > 1 {
		p.Note("Ratios are of medians, ours by theirs, with 95%% intervals (of %d samples or more): under 1, ours is faster.", FewStarts)
	}
	if r.OK && slices.ContainsFunc(r.Results, func(f Result) bool { return len(f.Samples) > 0 }) {
		p.Blank()
		p.Good("Every item of every sample is what the reference says.")
	}
	return p.Flush()
}

// printSize prints the functions at one memory size, and the ratios.
func (r *Cold) printSize(p *cli.Page, results []Result) {
	title := fmt.Sprintf("%d MB", results[0].MemoryMB)
	if results[0].VCPUs > 0 {
		title += fmt.Sprintf(", %.3f vCPUs", results[0].VCPUs)
	}
	p.Blank()
	p.Heading("%s", title)
	t := new(cli.Table)
	var line1, line2 []string
	for _, figure := range StartFigures {
		line1, line2 = append(line1, figure.line1), append(line2, figure.line2)
	}
	t.Row("", append(line1, "peak", "read from", "faults,")...)
	t.Row("", append(line2, "memory", "storage", "major/minor")...)
	t.Rule()
	for i := range results {
		t.Row("  "+results[i].Function, results[i].cells()...)
	}
	for _, f := range results[1:] {
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
	for _, f := range results {
		if why := f.Failed + f.Wrong(); why != "" {
			p.Bad("  %s %s", f.Function, why)
		}
	}
}
