package report

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/published"
)

// Compare is the report of `lab compare`: several functions in one run, over files of several
// sizes, at several memory sizes, cold and warm. Its results are sorted by round trip, then by
// rows, memory size and function.
type Compare struct {
	Kind string `json:"kind"` // KindCompare
	Conditions
	RoundTrips []float64             `json:"roundTripsMs"` // the usual one first
	Rows       []int64               `json:"rows"`
	Memory     []int                 `json:"memoryMB"`
	Functions  []Program             `json:"functions"` // ours, or another; the same again; then its peers
	LeftOut    []LeftOut             `json:"leftOut"`   // not built here
	Budget     float64               `json:"budgetSeconds"`
	Took       float64               `json:"tookSeconds"` // all parts of a resumed run
	Planned    int                   `json:"plannedStarts"`
	Done       int                   `json:"doneStarts"`
	Results    []Result              `json:"cells"`               // in the order of the lists above
	Ratios     []Ratio               `json:"ratios"`              // of each other to the first
	Published  *published.Experiment `json:"published,omitempty"` // measured by others, on AWS
	OK         bool                  `json:"ok"`
}

// LeftOut is a function that could not take part.
type LeftOut struct {
	Name  string `json:"name"`
	Why   string `json:"why"`
	Build string `json:"build,omitempty"` // the command that builds it
}

// ManyTrips bounds what is measured without emulated latency as well. A start makes about
// twenty round trips. Where it takes longer than 500, the difference would be a few percent
// of it, and less than noise.
const ManyTrips = 500

// SetRatios sets the ratios of the results.
func (r *Compare) SetRatios() { r.Ratios = ratios(r.Results, r.Functions) }

// result returns the result of a function, memory size, file and round trip.
func (r *Compare) result(function string, memory int, rows int64, trip float64) *Result {
	i := slices.IndexFunc(r.Results, func(f Result) bool {
		return f.Function == function && f.MemoryMB == memory && f.Rows == rows && f.RoundTrip == trip
	})
	return &r.Results[i]
}

// Print writes the report as text.
func (r *Compare) Print(p *cli.Page) error {
	p.Heading("Beside %s, on %s", r.Functions[0].Name, r.Where)
	for _, note := range append(r.notes(), r.legend()...) {
		p.Note("%s", note)
	}
	for _, c := range r.chapters() {
		p.Blank()
		p.Heading("%s", c.title)
		for _, note := range c.notes {
			p.Note("%s", note)
		}
		for i, t := range c.tables {
			if i > 0 {
				p.Blank()
			}
			if t.title != "" {
				p.Text("%s", t.title)
			}
			p.Table(t.text())
		}
	}
	if missing := r.missing(); len(missing) > 0 {
		p.Blank()
		p.Heading("Left out, failed or wrong")
		for _, line := range missing {
			p.Bad("  %s", line)
		}
	}
	if r.OK {
		r.verdict(p)
	}
	return p.Flush()
}

// SaveMarkdown writes the report to a file as Markdown. Without a name it does nothing.
func (r *Compare) SaveMarkdown(file string) error {
	if file == "" {
		return nil
	}
	return os.WriteFile(file, []byte(r.Markdown()), 0o644)
}

// Markdown returns what the terminal shows, and then every result with all its figures.
func (r *Compare) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Beside %s\n\nOn %s. %s\n\n", r.Functions[0].Name, r.Where, r.Date)
	for _, note := range append(r.notes(), r.legend()...) {
		fmt.Fprintf(&b, "- %s\n", note)
	}
	for _, c := range append(r.chapters(), r.details()) {
		fmt.Fprintf(&b, "\n## %s\n", c.title)
		for _, note := range c.notes {
			fmt.Fprintf(&b, "\n%s\n", note)
		}
		for _, t := range c.tables {
			t.markdown(&b)
		}
	}
	if missing := r.missing(); len(missing) > 0 {
		b.WriteString("\n## Left out, failed or wrong\n\n")
		for _, line := range missing {
			fmt.Fprintf(&b, "- %s\n", line)
		}
	}
	return b.String()
}

// notes returns the conditions and how much was measured, a line each.
func (r *Compare) notes() []string {
	notes := []string{fmt.Sprintf("%s; page cache %s; %s; seed %d", r.transport(), r.Cache, r.Machine, r.Seed)}
	if r.Event != "" {
		notes = append(notes, "event "+r.Event)
	}
	notes = append(notes, r.Conditions.notes()...)
	done := fmt.Sprintf("%s starts of %s planned, in %s of %s", cli.Thousands(int64(r.Done)), cli.Thousands(int64(r.Planned)), cli.RoughTime(r.Took), cli.RoughTime(r.Budget))
	if r.Done < r.Planned {
		done += ": the rest was not measured"
	}
	return append(notes, done)
}

// legend explains the tables.
func (r *Compare) legend() []string {
	first, again := r.Functions[0].Name, r.Functions[1].Name
	out := []string{
		"Medians in milliseconds; (n) is how many starts, where they are too few for an interval of 95%.",
		fmt.Sprintf("Times %s: how many times its median the other's is; over 1, %[1]s is faster.", first),
		fmt.Sprintf("%s is the same program: what it differs by is chance. No difference: within the interval of %[1]s.", again),
		"AWS bills the time. CPU time is what a small memory size makes a function wait for.",
	}
	if slices.Contains(r.RoundTrips, 0) && len(r.RoundTrips) > 1 {
		out = append(out, fmt.Sprintf("Round trip 0 ms: measured again without the emulated latency; left out where a start takes more than %d round trips.", ManyTrips))
	}
	return out
}

// missing says why functions have no times, or times that do not count, each reason once.
func (r *Compare) missing() []string {
	var out []string
	for _, l := range r.LeftOut {
		out = append(out, l.String())
	}
	usual := slices.DeleteFunc(slices.Clone(r.Results), func(f Result) bool { return f.RoundTrip != r.RoundTrips[0] })
	return append(out, Failures(usual)...)
}

func (l LeftOut) String() string {
	return fmt.Sprintf("%s: left out, %s; %s builds it", l.Name, l.Why, l.Build)
}
