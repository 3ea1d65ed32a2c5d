package report

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
)

// Cold is the report of `lab cold`: the starts of several functions at several memory sizes.
type Cold struct {
	Kind string `json:"kind"` // KindCold
	Conditions
	RoundTrip float64   `json:"roundTripMs"`
	Rows      int64     `json:"rows"`
	Bytes     int64     `json:"bytes"`
	N         int       `json:"n"`
	Functions []Program `json:"functions"` // the ratios are of the first, ours as a rule
	Results   []Result  `json:"cells"`     // by memory size, then in the order of the functions
	Ratios    []Ratio   `json:"ratios"`
	OK        bool      `json:"ok"`
}

// SetRatios sets the ratios of the results.
func (r *Cold) SetRatios() { r.Ratios = ratios(r.Results, r.Functions) }

// measured reports whether any function has times.
func measured(results []Result) bool {
	return slices.ContainsFunc(results, func(f Result) bool { return len(f.Samples) > 0 })
}

// Print writes the report as text.
func (r *Cold) Print(p *cli.Page) error {
	p.Heading("From start to first answer, on %s", r.Where)
	if r.AWS != nil {
		r.printAbout(p, r.N)
	} else {
		p.Note("%s; %s; round trip %v ms; page cache %s; %s; %s", r.job(r.Rows, r.Bytes), r.transport(), r.RoundTrip, r.Cache, r.samples(), r.Machine)
		for _, note := range r.notes() {
			p.Note("%s", note)
		}
	}
	for size := range slices.Chunk(r.Results, len(r.Functions)) {
		if measured(size) {
			r.printSize(p, size)
		}
	}
	if measured(r.Results) {
		r.printLegend(p)
	}
	if r.AWS != nil {
		p.Note("%s has a line for each invocation, also for those that are in no figure: starts that were not cold.", r.AWS.Record)
	}
	return r.printEnd(p, Failures(r.Results), r.OK)
}

// samples says how many samples the figures are of.
func (r *Cold) samples() string {
	if !r.Interrupted {
		return fmt.Sprintf("n = %d", r.N)
	}
	least, most := r.N, 0
	for _, f := range r.Results {
		if f.Failed == "" {
			least, most = min(least, len(f.Samples)), max(most, len(f.Samples))
		}
	}
	if least == most {
		return fmt.Sprintf("n = %d of %d", most, r.N)
	}
	return fmt.Sprintf("n = %d to %d of %d", least, most, r.N)
}

func (r *Cold) printLegend(p *cli.Page) {
	figures := "p50 and p90"
	if slices.ContainsFunc(r.Results, func(f Result) bool { return f.Billed != nil && f.Billed.P99 != nil }) {
		figures = "p50, p90 and p99"
	}
	p.Blank()
	if r.AWS != nil {
		p.Definitions(awsLegend)
	}
	p.Note("Milliseconds, %s; memory, reads and faults at p50. AWS bills INIT + invocation. lab help cold explains the columns.", figures)
	if len(r.Ratios) > 0 {
		p.Note("A / B: how many times B's median A's is, with its 95%% interval (of %d samples or more): over 1, B is faster.", FewStarts)
	}
}

// printSize prints the functions at one memory size, and the ratios.
func (r *Cold) printSize(p *cli.Page, results []Result) {
	p.Blank()
	if memory := results[0].MemoryMB; r.Limited {
		p.Heading("%d MB, %.3f vCPUs", memory, results[0].VCPUs)
	} else {
		p.Heading("Told that it has %d MB; nothing limits it", memory)
	}
	columns := awsColumns()
	if r.AWS == nil {
		columns = startColumns(results)
	}
	r.printTable(p, columns, results)
}

// printTable prints the functions at one memory size, and the ratios.
func (r *Cold) printTable(p *cli.Page, columns []column, results []Result) {
	t := new(cli.Table)
	var line1, line2 []string
	for _, c := range columns {
		line1, line2 = append(line1, c.line1), append(line2, c.line2)
	}
	t.Row("", line1...)
	t.Row("", line2...)
	t.Rule()
	for i := range results {
		if len(results[i].Samples) > 0 {
			t.Row("  "+results[i].Function, cellsOf(columns, &results[i])...)
		}
	}
	for _, f := range results[1:] {
		var values, intervals []string
		some := false
		for _, c := range columns {
			value, interval := "", ""
			for i := range r.Ratios {
				if x := &r.Ratios[i]; x.Peer == f.Function && x.MemoryMB == f.MemoryMB && x.Figure == c.figure {
					value, some = x.times(), true
					switch {
					case x.NoDifference:
						interval = noDifference
					case !x.Few:
						interval = x.interval()
					}
				}
			}
			values, intervals = append(values, value), append(intervals, interval)
		}
		if some {
			t.Row("  "+f.Function+" / "+results[0].Function, values...)
			if slices.ContainsFunc(intervals, func(s string) bool { return s != "" }) {
				t.Row("", intervals...)
			}
		}
	}
	p.Table(t)
}
