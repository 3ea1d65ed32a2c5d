package main

import (
	"fmt"

	"reduction/cmd/lab/internal/cli"
	"reduction/internal/machine"
)

// report is what `lab run` found.
type report struct {
	Where     string     `json:"where"` // what these figures are of
	Machine   string     `json:"machine"`
	Bootstrap string     `json:"bootstrap"`
	Size      int64      `json:"bootstrapBytes"`
	MemoryMB  int        `json:"memoryMB"`
	Runs      []*figures `json:"runs"`
	OK        bool       `json:"ok"`
}

func newReport(b *bench, size int64) *report {
	return &report{
		Where:     "this machine's emulator of S3, DynamoDB and Lambda, not AWS",
		Machine:   machine.Name(),
		Bootstrap: b.binary,
		Size:      size,
		MemoryMB:  b.memory,
		OK:        true,
	}
}

// legend says which figure is which.
var legend = [][2]string{
	{"start to ready", "from the start of the process to its GET /next, its pages being in the machine's cache; AWS starts the environment first, and reads the pages"},
	{"INIT", "the same, as Lambda's REPORT line counts and bills it"},
	{"first answer", "from the start of the process to the end of the first invocation"},
	{"fastest, median", "warm invocations, from the event to the GET /next that follows; the phases are those of the median, as the function reports them"},
	{"rows a second", "of the fastest invocation"},
	{"peak memory", "resident memory of the process at its highest, all invocations"},
}

func (r *report) print(p *cli.Page) error {
	p.Heading("The function on %s.", r.Where)
	p.Note("%s, %s", r.Bootstrap, cli.Size(r.Size))
	p.Note("told it has %d MB; S3 and DynamoDB over TLS; %s", r.MemoryMB, r.Machine)
	p.Blank()
	r.printFigures(p)
	r.printSample(p)
	p.Blank()
	p.Definitions(legend)
	for _, f := range r.Runs {
		printWrong(p, f)
	}
	if r.OK {
		p.Blank()
		p.Good("Every item of every invocation is what the reference says.")
	}
	return p.Flush()
}

func printWrong(p *cli.Page, f *figures) {
	const most = 5
	if len(f.Wrong) == 0 {
		return
	}
	p.Blank()
	p.Bad("%s rows: %d things disagree with the reference", cli.Thousands(f.Rows), len(f.Wrong))
	for _, wrong := range f.Wrong[:min(most, len(f.Wrong))] {
		p.Text("  %s", wrong)
	}
}

func (r *report) printFigures(p *cli.Page) {
	t := new(cli.Table)
	t.Row("", r.each(func(f *figures) string { return cli.Thousands(f.Rows) + " rows" })...)
	t.Row("", r.each(func(f *figures) string { return cli.Size(f.Bytes) })...)
	t.Rule()
	t.Title("Cold")
	t.Row("  start to ready", r.each(func(f *figures) string { return cli.Milliseconds(f.StartToReady) })...)
	t.Row("  INIT", r.each(func(f *figures) string { return cli.Milliseconds(f.Init) })...)
	t.Row("  first answer", r.each(func(f *figures) string { return cli.Milliseconds(f.FirstAnswer) })...)
	r.phases(t, func(f *figures) answer { return f.Cold.Answer })
	if warm := len(r.Runs[0].Warm); warm > 0 {
		t.Title(fmt.Sprintf("Warm, %d times", warm))
		t.Row("  fastest", r.each(func(f *figures) string { return cli.Milliseconds(f.WarmMin) })...)
		t.Row("  median", r.each(func(f *figures) string { return cli.Milliseconds(f.WarmMedian) })...)
		r.phases(t, func(f *figures) answer { return f.median().Answer })
	}
	t.Title("All")
	t.Row("  rows a second", r.each(func(f *figures) string { return cli.Thousands(int64(f.RowsPerSecond)) })...)
	t.Row("  peak memory", r.each(func(f *figures) string {
		if f.MaxMemory == 0 {
			return "not known here"
		}
		return cli.Size(f.MaxMemory)
	})...)
	t.Row("  items written", r.each(func(f *figures) string {
		return cli.Thousands(int64(f.Items)) + " of " + cli.Thousands(int64(f.Groups*(1+len(f.Warm))))
	})...)
	t.Row("  checked", r.each(func(f *figures) string {
		if len(f.Wrong) > 0 {
			return "WRONG"
		}
		return "all right"
	})...)
	p.Table(t)
}

// printSample prints a few of the largest run's items.
func (r *report) printSample(p *cli.Page) {
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

// phases adds what the function itself measured.
func (r *report) phases(t *cli.Table, of func(*figures) answer) {
	t.Row("    S3 answers", r.each(func(f *figures) string { return cli.Milliseconds(of(f).Ms.Open) })...)
	t.Row("    read, reduce", r.each(func(f *figures) string { return cli.Milliseconds(of(f).Ms.Read) })...)
	t.Row("    write items", r.each(func(f *figures) string { return cli.Milliseconds(of(f).Ms.Write) })...)
}

// each returns one cell a size.
func (r *report) each(cell func(*figures) string) []string {
	out := make([]string, len(r.Runs))
	for i, f := range r.Runs {
		out[i] = cell(f)
	}
	return out
}
