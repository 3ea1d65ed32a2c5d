package report

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
)

// Print writes the report as text.
func (r *Tune) Print(p *cli.Page) error {
	p.Heading("By memory size, on %s", r.Where)
	if r.AWS != nil {
		r.printAbout(p, r.N)
	} else {
		p.Note("%s, %s; %s; %s; round trip %v ms; n = %d; %s", r.Function.Name, cli.Size(r.Function.Bytes),
			r.job(r.Rows, r.Bytes), r.transport(), r.RoundTrip, r.N, r.Machine)
		for _, note := range r.notes() {
			p.Note("%s", note)
		}
	}
	p.Note("AWS's prices for %s in %s, %s", r.Prices.Architecture, r.Prices.Region, r.Prices.Date)
	if slices.ContainsFunc(r.Sizes, func(t TunedSize) bool { return t.Mean != nil }) {
		r.printTable(p)
	}
	if r.PowerTuning != nil {
		r.printChoice(p)
	}
	return r.printEnd(p, r.Failures(), r.OK)
}

// Failures returns why sizes have no times, or times that do not count, each reason once.
func (r *Tune) Failures() []string {
	var out []Result
	for _, t := range r.Sizes {
		f := Result{Function: r.Function.Name, MemoryMB: t.MemoryMB, Rows: r.Rows, Failed: t.Failed}
		if t.Cold != nil {
			f.Samples = []Sample{*t.Cold}
		}
		out = append(out, f)
	}
	return Failures(out)
}

// A tuneColumn is one of the table.
type tuneColumn struct {
	line1, line2 string
	of           func(*TunedSize) string
}

var tuneColumns = []tuneColumn{
	{"trimmed", "mean", func(t *TunedSize) string { return cli.ThreeDigits(t.Mean.Value) }},
	{"95%", "interval", func(t *TunedSize) string { return cli.ThreeDigits(t.Mean.Low) + "-" + cli.ThreeDigits(t.Mean.High) }},
	{"", "p50", func(t *TunedSize) string { return cli.ThreeDigits(t.P50.Value) }},
	{"", "p95", func(t *TunedSize) string { return cli.ThreeDigits(t.P95.Value) }},
	{"INIT +", "first", func(t *TunedSize) string { return cli.ThreeDigits(t.Cold.Billed) }},
	{"CPU", "p50", func(t *TunedSize) string {
		if t.CPU == nil {
			return "-"
		}
		return cli.ThreeDigits(t.CPU.Value)
	}},
	{"context", "switches", func(t *TunedSize) string {
		if t.Switches == nil {
			return "-"
		}
		return fmt.Sprintf("%.0f", *t.Switches)
	}},
	{"peak", "memory", func(t *TunedSize) string {
		if t.MaxMemory == 0 {
			return "-"
		}
		return cli.Size(t.MaxMemory)
	}},
}

// limitedColumns are those of sizes that differ in their share of CPU time.
var limitedColumns = []tuneColumn{
	{"", "vCPUs", func(t *TunedSize) string { return fmt.Sprintf("%.3f", t.VCPUs) }},
	{"$ per", "compute", func(t *TunedSize) string { return aMillion(t.Cost.Compute) }},
	{"million", "all", func(t *TunedSize) string { return aMillion(t.Cost.Total) }},
}

func (r *Tune) printTable(p *cli.Page) {
	columns := tuneColumns
	if r.Limited {
		columns = slices.Concat(limitedColumns[:1], tuneColumns, limitedColumns[1:])
	}
	t := new(cli.Table)
	row := func(label string, of func(*tuneColumn) string) {
		var cells []string
		for i := range columns {
			cells = append(cells, of(&columns[i]))
		}
		t.Row(label, cells...)
	}
	row("", func(c *tuneColumn) string { return c.line1 })
	row("", func(c *tuneColumn) string { return c.line2 })
	t.Rule()
	for i := range r.Sizes {
		if size := &r.Sizes[i]; size.Mean != nil {
			row(Megabytes([]int{size.MemoryMB}), func(c *tuneColumn) string { return c.of(size) })
		}
	}
	p.Blank()
	p.Table(t)
	p.Note("Milliseconds of warm invocations. The intervals are of the %d invocations of one process each. AWS bills the time, not the CPU time.", r.N)
	if !r.Limited {
		p.Note("Without limits memory sizes differ in nothing, so one was measured and none is chosen.")
	}
}

// printChoice prints which sizes the strategies choose, what each service charges, and the link.
func (r *Tune) printChoice(p *cli.Page) {
	p.Blank()
	p.Text("Cheapest %d MB, fastest %d MB, balanced (weight %v) %d MB, by time and compute.", r.Best.Cost, r.Best.Speed, r.Weight, r.Best.Balanced)
	if r.AWS != nil {
		p.Note("What the function makes other services charge is not in the price.")
	} else {
		at := slices.IndexFunc(r.Sizes, func(t TunedSize) bool { return t.MemoryMB == r.PowerTuning.Power })
		c := r.Sizes[at].Cost
		p.Text("A million at %d MB: compute %s, requests %s, S3 %s (%d each), DynamoDB %s (%d write units each).",
			r.PowerTuning.Power, aMillion(c.Compute), aMillion(c.Request), aMillion(c.S3), c.S3Gets, aMillion(c.DynamoDB), c.WriteUnits)
	}
	p.Blank()
	p.Text("%s", r.PowerTuning.StateMachine.Visualization)
}

// aMillion writes the price of a million invocations.
func aMillion(each float64) string { return cli.Dollars(each * 1e6) }
