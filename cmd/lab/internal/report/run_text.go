package report

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
)

// runLegend explains the rows of the table.
var runLegend = [][2]string{
	{"start to ready", "from the start of the process to its GET /next; its pages are in the page cache here, and AWS reads them from storage"},
	{"INIT", "the same, as Lambda's REPORT line counts and bills it"},
	{"CPU", "CPU time in user and system mode, as the kernel counts it; AWS bills the time, and a small memory size waits for the CPU"},
	{"first answer", "from the start of the process to the end of the first invocation"},
	{"fastest, median", "warm invocations, from the event to the GET /next that follows; the phases are those of the median, as the function reports them"},
	{"rows a second", "of the fastest invocation"},
	{"peak memory", "resident memory of the process at its highest, in all invocations"},
}

// Print writes the report as text.
func (r *Run) Print(p *cli.Page) error {
	p.Heading("The function on %s.", r.Where)
	p.Note("%s, %s", r.Bootstrap, cli.Size(r.Size))
	p.Note("memory setting %d MB (not enforced here; lab cold enforces it); S3 and DynamoDB over TLS; %s", r.MemoryMB, r.Machine)
	p.Blank()
	p.Table(r.table())
	r.printSample(p)
	p.Blank()
	p.Definitions(runLegend)
	for _, s := range r.Runs {
		printWrong(p, s)
	}
	p.Blank()
	switch {
	case r.Interrupted:
		p.Bad("Interrupted: these are the files that were done until then.")
	case r.OK:
		p.Good("Every item of every invocation is what the reference says.")
	}
	return p.Flush()
}

// table has a column for each size.
func (r *Run) table() *cli.Table {
	t := new(cli.Table)
	row := func(label string, cell func(*RunSize) string) {
		var cells []string
		for _, s := range r.Runs {
			cells = append(cells, cell(s))
		}
		t.Row(label, cells...)
	}
	ms := func(label string, of func(*RunSize) float64) {
		row(label, func(s *RunSize) string { return cli.Milliseconds(of(s)) })
	}
	cpu := func(of func(*RunSize) *Invocation) {
		if slices.ContainsFunc(r.Runs, func(s *RunSize) bool { return of(s).CPU > 0 }) {
			ms("    CPU", func(s *RunSize) float64 { return of(s).CPU })
		}
		if slices.ContainsFunc(r.Runs, func(s *RunSize) bool { return of(s).Switches != nil }) {
			row("    context switches", func(s *RunSize) string { return switchesText(of(s).Switches) })
		}
	}
	phases := func(of func(*RunSize) *Invocation) {
		ms("    S3 answers", func(s *RunSize) float64 { return of(s).Answer.Ms.Open })
		ms("    read, reduce", func(s *RunSize) float64 { return of(s).Answer.Ms.Read })
		ms("    write items", func(s *RunSize) float64 { return of(s).Answer.Ms.Write })
	}
	row("", func(s *RunSize) string { return cli.Thousands(s.Rows) + " rows" })
	row("", func(s *RunSize) string { return cli.Size(s.Bytes) })
	t.Rule()
	t.Title("Cold")
	ms("  start to ready", func(s *RunSize) float64 { return s.StartToReady })
	ms("  INIT", func(s *RunSize) float64 { return s.Init })
	if slices.ContainsFunc(r.Runs, func(s *RunSize) bool { return s.InitCPU > 0 }) {
		ms("    CPU", func(s *RunSize) float64 { return s.InitCPU })
	}
	ms("  first answer", func(s *RunSize) float64 { return s.FirstAnswer })
	phases(func(s *RunSize) *Invocation { return &s.Cold })
	cpu(func(s *RunSize) *Invocation { return &s.Cold })
	if warm := len(r.Runs[0].Warm); warm > 0 {
		t.Title(fmt.Sprintf("Warm, %d times", warm))
		ms("  fastest", func(s *RunSize) float64 { return s.WarmMin })
		ms("  median", func(s *RunSize) float64 { return s.WarmMedian })
		phases(func(s *RunSize) *Invocation { v := s.Median(); return &v })
		cpu(func(s *RunSize) *Invocation { v := s.MedianCPU(); return &v })
	}
	t.Title("All")
	row("  rows a second", func(s *RunSize) string { return cli.Thousands(int64(s.RowsPerSecond)) })
	row("  peak memory", func(s *RunSize) string {
		if s.MaxMemory == 0 {
			return "not known here"
		}
		return cli.Size(s.MaxMemory)
	})
	row("  items written", func(s *RunSize) string {
		return cli.Thousands(int64(s.Items)) + " of " + cli.Thousands(int64(s.Groups*(1+len(s.Warm))))
	})
	row("  checked", func(s *RunSize) string {
		if len(s.Wrong) > 0 {
			return "WRONG"
		}
		return "all right"
	})
	return t
}

func switchesText(n *int64) string {
	if n == nil {
		return "-"
	}
	return cli.Thousands(*n)
}

// printSample prints some of the largest file's items.
func (r *Run) printSample(p *cli.Page) {
	last := r.Runs[len(r.Runs)-1]
	if len(last.Sample) == 0 {
		return
	}
	p.Blank()
	p.Heading("From the table, of %s rows", cli.Thousands(last.Rows))
	t := &cli.Table{Left: true}
	t.Row("  Diagnosis", "Hospital", "AverageRecoveryTime", "MostUsedTreatment")
	t.Rule()
	for _, item := range last.Sample {
		t.Row("  "+item.Diagnosis, item.Hospital, item.Mean, item.Treatment)
	}
	p.Table(t)
}

func printWrong(p *cli.Page, s *RunSize) {
	const most = 5
	if len(s.Wrong) == 0 {
		return
	}
	p.Blank()
	p.Bad("%s rows, differences from the reference: %d", cli.Thousands(s.Rows), len(s.Wrong))
	for _, wrong := range s.Wrong[:min(most, len(s.Wrong))] {
		p.Text("  %s", wrong)
	}
}
