package main

import (
	"fmt"
	"io"
	"strings"
)

func (r *tuneReport) print(w io.Writer, s *style) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%sBy memory size, on %s%s\n%s", s.bold, r.Where, s.off, s.dim)
	fmt.Fprintf(&b, "%s, %s; %s rows, %s; %s; round trip %v ms; n = %d; %s\n", r.Function.Name, size(r.Function.Bytes),
		thousands(r.Rows), size(r.Bytes), transport(r.TLS), r.RoundTrip, r.N, r.Machine)
	for _, note := range r.notes() {
		fmt.Fprintf(&b, "%s\n", note)
	}
	fmt.Fprintf(&b, "AWS's prices for %s in %s, %s%s\n\n", r.Prices.Architecture, r.Prices.Region, r.Prices.Date, s.off)

	t := &table{style: s}
	t.row("", []string{"", "", "trimmed", "95%", "", "", "INIT +", "peak", "US dollars", "a million"})
	t.row("", []string{"MB", "vCPUs", "mean", "interval", "p50", "p95", "first", "memory", "compute", "all"})
	t.rule()
	for i := range r.Sizes {
		t.row("", r.Sizes[i].cells())
	}
	t.print(&b)
	for _, size := range r.Sizes {
		if why := size.Failed + size.wrong(); why != "" {
			fmt.Fprintf(&b, "  %s%d MB %s%s\n", s.bad, size.MemoryMB, why, s.off)
		}
	}
	if r.PowerTuning != nil {
		r.printChoice(&b, s)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *tuned) wrong() string {
	if t.Cold == nil {
		return ""
	}
	return t.Cold.wrong()
}

func (t *tuned) cells() []string {
	cells := []string{fmt.Sprint(t.MemoryMB), "-", "-", "-", "-", "-", "-", "-", "-", "-"}
	if t.VCPUs > 0 {
		cells[1] = fmt.Sprintf("%.3f", t.VCPUs)
	}
	if t.Mean == nil {
		return cells
	}
	if t.MaxMemory > 0 {
		cells[7] = size(t.MaxMemory)
	}
	copy(cells[2:], []string{digits(t.Mean.Value), digits(t.Mean.Low) + "-" + digits(t.Mean.High),
		digits(t.P50.Value), digits(t.P95.Value), digits(t.Cold.Billed)})
	copy(cells[8:], []string{dollars(t.Cost.Compute), dollars(t.Cost.Total)})
	return cells
}

// printChoice prints which sizes the strategies prefer, what others charge, and the link.
func (r *tuneReport) printChoice(b *strings.Builder, s *style) {
	fmt.Fprintf(b, "\nCheapest %s%d MB%s, fastest %s%d MB%s, balanced (weight %v) %s%d MB%s, by time and compute.\n",
		s.bold, r.Best.Cost, s.off, s.bold, r.Best.Speed, s.off, r.Weight, s.bold, r.Best.Balanced, s.off)
	for _, t := range r.Sizes {
		if t.Cost == nil || t.MemoryMB != r.PowerTuning.Power {
			continue
		}
		c := t.Cost
		fmt.Fprintf(b, "A million at %d MB: compute %s, requests %s, S3 %s (%d each), DynamoDB %s (%d write units each).\n",
			t.MemoryMB, dollars(c.Compute), dollars(c.Request), dollars(c.S3), c.S3Gets, dollars(c.DynamoDB), c.WriteUnits)
	}
	fmt.Fprintf(b, "%sMilliseconds. The intervals are of the %d invocations of one process.%s\n", s.dim, r.N, s.off)
	fmt.Fprintf(b, "\n%s\n", r.PowerTuning.StateMachine.Visualization)
	if r.OK {
		fmt.Fprintf(b, "\n%sEvery item of every invocation is what the reference says.%s\n", s.good, s.off)
	}
}

// dollars writes the price of a million times what costs so much.
func dollars(each float64) string {
	million := each * 1e6
	if million < 99.95 {
		return fmt.Sprintf("$%.2f", million)
	}
	return "$" + thousands(int64(million+0.5))
}

// transport says what S3 and DynamoDB are spoken to over.
func transport(tls bool) string {
	if tls {
		return "TLS"
	}
	return "no TLS"
}
