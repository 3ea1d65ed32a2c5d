package report

import (
	"fmt"

	"reduction/cmd/lab/internal/cli"
)

// Print writes the report as text.
func (r *Tune) Print(p *cli.Page) error {
	if r.AWS != nil {
		return r.printAWS(p)
	}
	p.Heading("By memory size, on %s", r.Where)
	p.Note("%s, %s; %s rows, %s; %s; round trip %v ms; n = %d; %s", r.Function.Name, cli.Size(r.Function.Bytes),
		cli.Thousands(r.Rows), cli.Size(r.Bytes), transport(r.TLS), r.RoundTrip, r.N, r.Machine)
	for _, note := range r.notes() {
		p.Note("%s", note)
	}
	p.Note("AWS's prices for %s in %s, %s", r.Prices.Architecture, r.Prices.Region, r.Prices.Date)
	p.Blank()
	r.printTable(p)
	if r.PowerTuning != nil {
		r.printChoice(p)
	}
	return p.Flush()
}

// printTable prints a row for each memory size, and why some have no figures.
func (r *Tune) printTable(p *cli.Page) {
	t := new(cli.Table)
	t.Row("", "", "", "trimmed", "95%", "", "", "INIT +", "peak", "US dollars", "a million")
	t.Row("", "MB", "vCPUs", "mean", "interval", "p50", "p95", "first", "memory", "compute", "all")
	t.Rule()
	for i := range r.Sizes {
		t.Row("", r.Sizes[i].cells()...)
	}
	p.Table(t)
	for _, size := range r.Sizes {
		if why := size.Failed + size.Wrong(); why != "" {
			p.Bad("  %d MB %s", size.MemoryMB, why)
		}
	}
}

func (t *TunedSize) cells() []string {
	cells := []string{fmt.Sprint(t.MemoryMB), "-", "-", "-", "-", "-", "-", "-", "-", "-"}
	if t.VCPUs > 0 {
		cells[1] = fmt.Sprintf("%.3f", t.VCPUs)
	}
	if t.Mean == nil {
		return cells
	}
	if t.MaxMemory > 0 {
		cells[7] = cli.Size(t.MaxMemory)
	}
	copy(cells[2:], []string{cli.ThreeDigits(t.Mean.Value), cli.ThreeDigits(t.Mean.Low) + "-" + cli.ThreeDigits(t.Mean.High),
		cli.ThreeDigits(t.P50.Value), cli.ThreeDigits(t.P95.Value), cli.ThreeDigits(t.Cold.Billed)})
	copy(cells[8:], []string{aMillion(t.Cost.Compute), aMillion(t.Cost.Total)})
	return cells
}

// printChoice prints which sizes the strategies choose, what each service charges, and the link.
func (r *Tune) printChoice(p *cli.Page) {
	p.Blank()
	p.Text("Cheapest %d MB, fastest %d MB, balanced (weight %v) %d MB, by time and compute.", r.Best.Cost, r.Best.Speed, r.Weight, r.Best.Balanced)
	for _, t := range r.Sizes {
		if t.Cost == nil || t.MemoryMB != r.PowerTuning.Power {
			continue
		}
		c := t.Cost
		p.Text("A million at %d MB: compute %s, requests %s, S3 %s (%d each), DynamoDB %s (%d write units each).",
			t.MemoryMB, aMillion(c.Compute), aMillion(c.Request), aMillion(c.S3), c.S3Gets, aMillion(c.DynamoDB), c.WriteUnits)
	}
	p.Note("Milliseconds. The intervals are of the %d invocations of one process.", r.N)
	p.Blank()
	p.Text("%s", r.PowerTuning.StateMachine.Visualization)
	if r.OK {
		p.Blank()
		p.Good("Every item of every invocation is what the reference says.")
	}
}

// aMillion writes the price of a million invocations.
func aMillion(each float64) string { return cli.Dollars(each * 1e6) }
