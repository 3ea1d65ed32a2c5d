package report

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
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

// awsColumns are those of starts on AWS: what Lambda's report has, and what the client saw.
func awsColumns() []column {
	out := []column{{"cold of", "starts", "", func(r *Result) string { return fmt.Sprintf("%d of %d", len(r.Samples), r.Starts) }}}
	for _, f := range StartFigures {
		if f.Name != FigureStart {
			out = append(out, column{f.line1, f.line2, f.Name, func(r *Result) string { return percentiles(*f.summaryRef(r)) }})
		}
	}
	return append(out, column{"peak", "memory", "", (*Result).peak})
}

// printAbout prints how the functions were measured.
func (c *Conditions) printAbout(p *cli.Page, n int) {
	p.Note("n = %d; an event of %s; asked from %s; %s", n, cli.Size(int64(c.AWS.EventBytes)), c.Machine, day(c.Date))
	for _, note := range c.AWS.notes() {
		p.Note("%s", note)
	}
}

func (r *Cold) printAWS(p *cli.Page) error {
	p.Heading("From start to first answer, on %s", r.Where)
	r.printAbout(p, r.N)
	for size := range slices.Chunk(r.Results, len(r.Functions)) {
		if measured(size) {
			p.Blank()
			p.Heading("%d MB, %.3f vCPUs", size[0].MemoryMB, size[0].VCPUs)
			r.printTable(p, awsColumns(), size)
		}
	}
	if measured(r.Results) {
		p.Blank()
		p.Definitions([][2]string{
			{"  INIT", "Init Duration of the REPORT line; Restore Duration of a snapshot"},
			{"  INIT + invocation", "that and Duration: what is billed, before it is rounded up"},
			{"  client saw", "from the request to the answer, as this machine saw it over its network"},
			{"  peak memory", "Max Memory Used"},
		})
		r.printLegend(p)
	}
	printFailures(p, Failures(r.Results))
	p.Note("%s has a line for each invocation, also for those that are in no figure: starts that were not cold.", r.AWS.Record)
	if r.Interrupted {
		p.Bad("Interrupted: these are the samples that were taken until then.")
	}
	return p.Flush()
}

func (r *Tune) printAWS(p *cli.Page) error {
	p.Heading("By memory size, on %s", r.Where)
	r.printAbout(p, r.N)
	p.Note("AWS's prices for %s in %s, %s", r.Prices.Architecture, r.Prices.Region, r.Prices.Date)
	if slices.ContainsFunc(r.Sizes, func(t TunedSize) bool { return t.Mean != nil }) {
		r.printTable(p)
	}
	if r.PowerTuning != nil {
		p.Blank()
		p.Text("Cheapest %d MB, fastest %d MB, balanced (weight %v) %d MB, by time and compute.", r.Best.Cost, r.Best.Speed, r.Weight, r.Best.Balanced)
		p.Note("What the function makes other services charge is not in the price.")
		p.Blank()
		p.Text("%s", r.PowerTuning.StateMachine.Visualization)
	}
	printFailures(p, r.Failures())
	if r.Interrupted {
		p.Blank()
		p.Bad("Interrupted: these are the sizes and the invocations that were measured until then.")
	}
	return p.Flush()
}
