// Package report has what lab's commands report: the types of their JSON files, and the same as
// text for a terminal and as Markdown. Times are milliseconds, sizes bytes, costs US dollars.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/internal/machine"
)

// The kinds of reports, by which a file is recognised.
const (
	KindCold    = "lab cold"
	KindTune    = "lab tune"
	KindCompare = "lab compare"
	KindLadder  = "lab ladder"
)

// Conditions are what a reader needs to judge the figures: where, when and how they were
// measured.
type Conditions struct {
	Where    string        `json:"where"`   // whose figures these are: this machine's, not AWS's
	Date     string        `json:"date"`    // RFC 3339, of the start
	Machine  string        `json:"machine"` // system, architecture, CPUs
	Sandbox  []string      `json:"sandbox"` // what was as on Lambda, and what was not
	Limited  bool          `json:"limited"`
	PeriodMs float64       `json:"periodMs"` // of the CPU quota
	TLS      bool          `json:"tls"`
	Cache    string        `json:"pageCache"` // its state before a start
	Seed     uint64        `json:"seed"`      // of the data and of the order
	Load     *machine.Load `json:"load,omitempty"`
	AWS      *Account      `json:"aws,omitempty"` // nil: in a sandbox on this machine

	Certificates string `json:"certificates,omitempty"` // the servers': rsa or ecdsa; "" in older reports, whose were ecdsa

	// What the functions were given, and what was expected of them.
	Event  string   `json:"event,omitempty"`  // the name of the file with the event; "" is {}
	Env    []string `json:"env,omitempty"`    // the names of variables that were added
	Expect string   `json:"expect,omitempty"` // ExpectStatus, ExpectNone or the name of a file; "" is the reference

	Interrupted bool `json:"interrupted,omitempty"` // by the user, before all was measured
}

// What is expected of a function before its times count, unless it is the name of a file with the
// answer.
const (
	ExpectReference = "reference" // the items that the reference says
	ExpectStatus    = "status"    // any answer but an error
	ExpectNone      = "none"      // any answer
)

// ownJob reports whether the functions did this project's job.
func (c *Conditions) ownJob() bool { return c.Expect == "" || c.Expect == ExpectReference }

// job says what the functions did.
func (c *Conditions) job(rows, bytes int64) string {
	if c.Event != "" {
		return "event " + c.Event
	}
	return fmt.Sprintf("%s rows, %s", cli.Thousands(rows), cli.Size(bytes))
}

// verdict says of what was measured that it is right.
func (c *Conditions) verdict(p *cli.Page) {
	p.Blank()
	switch {
	case c.ownJob():
		p.Good("Every item of every invocation is what the reference says.")
	case c.Expect == ExpectStatus:
		p.Good("Every invocation was answered without an error. What the answers say was not checked.")
	case c.Expect == ExpectNone:
		p.Note("What the functions answered was not checked.")
	default:
		p.Good("Every answer is what %s says.", c.Expect)
	}
}

// printEnd prints why functions have no times, and whether all is measured and right.
func (c *Conditions) printEnd(p *cli.Page, failures []string, ok bool) error {
	if len(failures) > 0 {
		p.Blank()
	}
	for _, line := range failures {
		p.Bad("%s", line)
	}
	switch {
	case c.Interrupted:
		p.Blank()
		p.Bad("Interrupted: this is what was measured until then.")
	case ok && c.AWS == nil:
		c.verdict(p)
	}
	return p.Flush()
}

// notes returns the conditions that no headline has, a line each.
func (c *Conditions) notes() []string {
	notes := slices.Clone(c.Sandbox)
	if len(c.Env) > 0 {
		notes = append(notes, "added to the environment: "+strings.Join(c.Env, ", "))
	}
	if c.Load != nil {
		notes = append(notes, c.Load.String())
	}
	return notes
}

// Method returns the conditions and more in one sentence.
func (c *Conditions) Method(more ...string) string {
	if c.AWS != nil {
		return Sentence(slices.Concat([]string{"Measured on " + c.Where, day(c.Date)}, c.AWS.notes(), more)...)
	}
	parts := []string{"Measured on " + Or(c.Where, "a machine not named"), c.Machine, day(c.Date)}
	if !c.Limited {
		parts = append(parts, "CPU and memory not limited")
	} else if c.PeriodMs > 0 {
		parts = append(parts, fmt.Sprintf("CPU quota in periods of %v ms", c.PeriodMs))
	}
	parts = append(parts, c.transport(), "page cache "+Or(c.Cache, "not said"))
	return Sentence(append(parts, more...)...)
}

// transport says how S3 and DynamoDB are reached.
func (c *Conditions) transport() string {
	switch {
	case !c.TLS:
		return "no TLS"
	case c.Certificates == "":
		return "TLS"
	}
	return "TLS, " + strings.ToUpper(c.Certificates)
}

// day returns the date of an RFC 3339 time. Any other text stays as it is.
func day(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return t.UTC().Format("2 January 2006")
}

// RoundTripText writes a round trip.
func RoundTripText(ms float64) string {
	switch ms {
	case 0:
		return "no round trip"
	case OnAWS:
		return ""
	}
	return fmt.Sprintf("round trip %v ms", ms)
}

// Sentence joins the parts that are not empty.
func Sentence(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "; ") + "."
}

// Or returns s, or another text if s is empty.
func Or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// Slug joins words to a name for a file: small letters, digits and single dashes.
func Slug(words ...string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.Join(words, "-")) {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// Ms returns a duration in milliseconds.
func Ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
