package report

import (
	"fmt"

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
			out = append(out, f.column())
		}
	}
	return append(out, column{"peak", "memory", "", (*Result).peak})
}

// awsLegend explains them.
var awsLegend = [][2]string{
	{"  INIT", "Init Duration of the REPORT line; Restore Duration of a snapshot"},
	{"  INIT + invocation", "that and Duration: what is billed, before it is rounded up"},
	{"  client saw", "from the request to the answer, as this machine saw it over its network"},
	{"  peak memory", "Max Memory Used"},
}

// printAbout prints how the functions were measured.
func (c *Conditions) printAbout(p *cli.Page, n int) {
	p.Note("n = %d; an event of %s; asked from %s; %s", n, cli.Size(int64(c.AWS.EventBytes)), c.Machine, day(c.Date))
	for _, note := range c.AWS.notes() {
		p.Note("%s", note)
	}
}
