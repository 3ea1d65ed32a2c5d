package chart

import (
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/report"
)

// A source is what a reader needs to judge the figures of a file.
type source struct {
	File    string
	Method  string
	Details []string // the sandbox, and what is missing
	OK      bool
}

// sourcesOf returns the source of each input.
func sourcesOf(in []*input) []source {
	var out []source
	for _, in := range in {
		s := source{File: in.file + ".json", OK: true}
		about := func(c *report.Conditions, ok bool, failures []string, more ...string) {
			s.Method, s.Details, s.OK = c.Method(more...), slices.Concat(c.Sandbox, failures), ok
		}
		switch {
		case in.cold != nil:
			r := in.cold
			about(&r.Conditions, r.OK, report.Failures(r.Results), report.KindCold, report.RoundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N), fmt.Sprintf("seed %d", r.Seed))
		case in.tune != nil:
			r := in.tune
			about(&r.Conditions, r.OK, r.Failures(), report.KindTune, r.Function.Name, report.RoundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N), fmt.Sprintf("seed %d", r.Seed))
		case in.compare != nil:
			r := in.compare
			about(&r.Conditions, r.OK, report.Failures(r.Results), report.KindCompare, fmt.Sprintf("%d of %d planned starts in %.0f s", r.Done, r.Planned, r.Took), fmt.Sprintf("seed %d", r.Seed))
			for _, out := range r.LeftOut {
				s.Details = append(s.Details, fmt.Sprintf("left out: %s, %s", out.Name, out.Why))
			}
		case in.ladder != nil:
			r := in.ladder
			about(&r.Conditions, r.OK, report.Failures(r.Results), report.KindLadder, report.RoundTripText(r.RoundTrip), fmt.Sprintf("n = %d", r.N), fmt.Sprintf("seed %d", r.Seed))
		case in.run != nil:
			s.Method, s.OK = report.Sentence("Measured on "+in.run.Where, in.run.Machine, "lab run"), in.run.OK
		case in.others != nil:
			s.Method = report.Sentence("Measured on AWS by others: "+in.others.Source, in.others.Region, in.others.Architecture)
		case in.tool != nil:
			s.Method = "Output of AWS Lambda Power Tuning, which does not say what was measured."
		case in.bars != nil:
			s.Method = strings.Join(in.bars.Notes, " ")
		}
		out = append(out, s)
	}
	return out
}
