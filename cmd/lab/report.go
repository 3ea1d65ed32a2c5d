package main

import (
	"fmt"
	"io"
	"strings"

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
const legend = `
start to ready    from the start of the process to its GET /next, its pages being in the
                  machine's cache; AWS starts the environment first, and reads the pages
INIT              the same, as Lambda's REPORT line counts and bills it
first answer      from the start of the process to the end of the first invocation
fastest, median   warm invocations, from the event to the GET /next that follows; the
                  phases are those of the median, as the function reports them
rows a second     of the fastest invocation
peak memory       resident memory of the process at its highest, all invocations
`

func (r *report) print(w io.Writer, s *style) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%sThe function on %s.%s\n", s.bold, r.Where, s.off)
	fmt.Fprintf(&b, "%s%s, %s\n", s.dim, r.Bootstrap, size(r.Size))
	fmt.Fprintf(&b, "told it has %d MB; S3 and DynamoDB over TLS; %s%s\n\n", r.MemoryMB, r.Machine, s.off)

	r.printFigures(&b, s)
	r.printSample(&b, s)
	fmt.Fprintf(&b, "\n%s%s%s\n", s.dim, strings.TrimSpace(legend), s.off)
	for _, f := range r.Runs {
		printWrong(&b, f, s)
	}
	if r.OK {
		fmt.Fprintf(&b, "\n%sEvery item of every invocation is what the reference says.%s\n", s.good, s.off)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printWrong(b *strings.Builder, f *figures, s *style) {
	const most = 5
	if len(f.Wrong) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s%s rows: %d things disagree with the reference%s\n", s.bad, thousands(f.Rows), len(f.Wrong), s.off)
	for _, wrong := range f.Wrong[:min(most, len(f.Wrong))] {
		fmt.Fprintf(b, "  %s\n", wrong)
	}
}

func (r *report) printFigures(b *strings.Builder, s *style) {
	t := &table{style: s}
	t.row("", r.each(func(f *figures) string { return thousands(f.Rows) + " rows" }))
	t.row("", r.each(func(f *figures) string { return size(f.Bytes) }))
	t.rule()
	t.title("Cold")
	t.row("  start to ready", r.each(func(f *figures) string { return millis(f.StartToReady) }))
	t.row("  INIT", r.each(func(f *figures) string { return millis(f.Init) }))
	t.row("  first answer", r.each(func(f *figures) string { return millis(f.FirstAnswer) }))
	r.phases(t, func(f *figures) answer { return f.Cold.Answer })
	if warm := len(r.Runs[0].Warm); warm > 0 {
		t.title(fmt.Sprintf("Warm, %d times", warm))
		t.row("  fastest", r.each(func(f *figures) string { return millis(f.WarmMin) }))
		t.row("  median", r.each(func(f *figures) string { return millis(f.WarmMedian) }))
		r.phases(t, func(f *figures) answer { return f.median().Answer })
	}
	t.title("All")
	t.row("  rows a second", r.each(func(f *figures) string { return thousands(int64(f.RowsPerSecond)) }))
	t.row("  peak memory", r.each(func(f *figures) string {
		if f.MaxMemory == 0 {
			return "not known here"
		}
		return size(f.MaxMemory)
	}))
	t.row("  items written", r.each(func(f *figures) string {
		return thousands(int64(f.Items)) + " of " + thousands(int64(f.Groups*(1+len(f.Warm))))
	}))
	t.row("  checked", r.each(func(f *figures) string {
		if len(f.Wrong) > 0 {
			return "WRONG"
		}
		return "all right"
	}))
	t.print(b)
}

// printSample prints a few of the largest run's items.
func (r *report) printSample(b *strings.Builder, s *style) {
	last := r.Runs[len(r.Runs)-1]
	if len(last.Sample) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%sFrom the table, of %s rows%s\n", s.bold, thousands(last.Rows), s.off)
	t := &table{style: s, left: true}
	t.row("  Diagnosis", []string{"Hospital", "AverageRecoveryTime", "MostUsedTreatment"})
	t.rule()
	for _, item := range last.Sample {
		t.row("  "+item.Diagnosis, []string{item.Hospital, item.Mean, item.Treatment})
	}
	t.print(b)
}

// phases adds what the function itself measured.
func (r *report) phases(t *table, of func(*figures) answer) {
	t.row("    S3 answers", r.each(func(f *figures) string { return millis(of(f).Ms.Open) }))
	t.row("    read, reduce", r.each(func(f *figures) string { return millis(of(f).Ms.Read) }))
	t.row("    write items", r.each(func(f *figures) string { return millis(of(f).Ms.Write) }))
}

// each returns one cell a size.
func (r *report) each(cell func(*figures) string) []string {
	out := make([]string, len(r.Runs))
	for i, f := range r.Runs {
		out[i] = cell(f)
	}
	return out
}

// millis writes milliseconds with as many places as they are worth.
func millis(ms float64) string {
	switch {
	case ms < 9.995:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 99.95:
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}
