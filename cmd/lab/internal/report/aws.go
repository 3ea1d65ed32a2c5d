package report

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/stats"
)

// OnAWS takes the place of the rows and of the round trip in reports of functions in an AWS account,
// where neither is known.
const OnAWS = -1

// An Account says how functions in an AWS account were measured.
type Account struct {
	Region     string     `json:"region"`
	Functions  []Measured `json:"functions"`
	EventBytes int        `json:"eventBytes"` // the event itself may hold what is not to be published
	Record     string     `json:"record"`     // the file with the REPORT lines
	Notes      []string   `json:"notes,omitempty"`
}

// A Measured is a function in an account.
type Measured struct {
	Name         string `json:"name"`
	Runtime      string `json:"runtime"`
	Architecture string `json:"architecture"`
	MemoryMB     int    `json:"memoryMB"` // its own
	TimeoutS     int    `json:"timeoutSeconds"`
	CodeSHA256   string `json:"codeSha256,omitempty"`
	Live         bool   `json:"live,omitempty"` // itself, not a copy
}

// A Reported is what else Lambda reports of a start.
type Reported struct {
	RequestID string   `json:"requestId"`
	Round     int      `json:"round"`
	Duration  float64  `json:"durationMs"`
	Billed    float64  `json:"billedDurationMs"`
	Restore   *float64 `json:"restoreDurationMs,omitempty"` // of a snapshot, in the place of INIT
}

// notes returns a line about each function, and what else there is to say.
func (a *Account) notes() []string {
	var out []string
	for _, f := range a.Functions {
		how := "a copy"
		if f.Live {
			how = "itself"
		}
		out = append(out, fmt.Sprintf("%s (%s): %s, %s", f.Name, how, f.Runtime, f.Architecture))
	}
	return append(out, a.Notes...)
}

// awsFigures are the figures that Lambda's report has, and what the client saw.
func awsFigures() []Figure {
	return slices.DeleteFunc(slices.Clone(StartFigures), func(f Figure) bool { return f.Name == FigureStart })
}

func (r *Cold) printAWS(p *cli.Page) error {
	p.Heading("From start to first answer, on %s", r.Where)
	p.Note("n = %d; an event of %s; asked from %s; %s", r.N, cli.Size(int64(r.AWS.EventBytes)), r.Machine, day(r.Date))
	for _, note := range r.AWS.notes() {
		p.Note("%s", note)
	}
	for size := range slices.Chunk(r.Results, len(r.Functions)) {
		p.Blank()
		p.Heading("%d MB, %.3f vCPUs", size[0].MemoryMB, size[0].VCPUs)
		r.printAWSSize(p, size)
	}
	p.Blank()
	p.Definitions([][2]string{
		{"  INIT", "Init Duration of the REPORT line; Restore Duration of a snapshot"},
		{"  INIT + invocation", "that and Duration: what is billed, before it is rounded up"},
		{"  client saw", "from the request to the answer, as this machine saw it over its network"},
		{"  peak memory", "Max Memory Used"},
	})
	p.Note("Milliseconds, p50 and p90; memory at p50. Starts that were not cold are in %s and in no figure.", r.AWS.Record)
	if len(r.Functions) > 1 {
		p.Note("Ratios are of medians, with 95%% intervals (of %d samples or more): under 1, %s is faster.", FewStarts, r.Functions[0].Name)
	}
	return p.Flush()
}

func (r *Cold) printAWSSize(p *cli.Page, results []Result) {
	t := new(cli.Table)
	line1, line2 := []string{"cold of", ""}, []string{"starts", "INIT"}
	for _, figure := range awsFigures()[1:] {
		line1, line2 = append(line1, figure.line1), append(line2, figure.line2)
	}
	t.Row("", append(line1, "peak")...)
	t.Row("", append(line2, "memory")...)
	t.Rule()
	for i := range results {
		f := &results[i]
		cells := []string{fmt.Sprintf("%d of %d", len(f.Samples), f.Starts)}
		for _, figure := range awsFigures() {
			cells = append(cells, percentiles(*figure.summaryRef(f)))
		}
		t.Row("  "+f.Function, append(cells, f.peak())...)
	}
	for _, f := range results[1:] {
		values, intervals := []string{""}, []string{""}
		for _, ratio := range r.Ratios {
			if ratio.Peer == f.Function && ratio.MemoryMB == f.MemoryMB {
				values = append(values, fmt.Sprintf("%.2f", ratio.Value))
				if !ratio.Few {
					intervals = append(intervals, fmt.Sprintf("%.2f-%.2f", ratio.Low, ratio.High))
				}
			}
		}
		if len(values) > 1 {
			t.Row("  "+results[0].Function+" / "+f.Function, values...)
		}
		if len(intervals) > 1 {
			t.Row("", intervals...)
		}
	}
	p.Table(t)
	for _, f := range results {
		if f.Failed != "" {
			p.Bad("  %s %s", f.Function, f.Failed)
		}
	}
}

func (r *Tune) printAWS(p *cli.Page) error {
	p.Heading("By memory size, on %s", r.Where)
	p.Note("n = %d; an event of %s; asked from %s; %s", r.N, cli.Size(int64(r.AWS.EventBytes)), r.Machine, day(r.Date))
	for _, note := range r.AWS.notes() {
		p.Note("%s", note)
	}
	p.Note("AWS's prices for %s in %s, %s", r.Prices.Architecture, r.Prices.Region, r.Prices.Date)
	p.Blank()
	r.printTable(p)
	if r.PowerTuning != nil {
		p.Blank()
		p.Text("Cheapest %d MB, fastest %d MB, balanced (weight %v) %d MB, by time and compute.", r.Best.Cost, r.Best.Speed, r.Weight, r.Best.Balanced)
		p.Note("Milliseconds, of the REPORT lines. The intervals are of the %d invocations of one execution environment. "+
			"A million invocations cost compute and requests; what the function makes other services charge is not known here.", r.N)
		p.Blank()
		p.Text("%s", r.PowerTuning.StateMachine.Visualization)
	}
	return p.Flush()
}

// Summarise sets the figures of a memory size from the sample at it, which has warm invocations.
func (t *TunedSize) Summarise(cold *Sample) {
	estimate := func(statistic func([]float64) float64) *stats.Interval {
		i := stats.Estimate(cold.Warm, statistic)
		return &i
	}
	t.Cold, t.MaxMemory = cold, cold.MaxMemory
	t.Mean = estimate(func(sorted []float64) float64 { return stats.TrimmedMean(sorted, powertuning.Discard) })
	t.P50 = estimate(func(sorted []float64) float64 { return stats.Quantile(sorted, 0.50) })
	t.P95 = estimate(func(sorted []float64) float64 { return stats.Quantile(sorted, 0.95) })
}
