package reduce

import (
	"encoding/json"
	"fmt"
	"io"

	"reduction/cmd/lab/internal/cli"
	"reduction/internal/job"
)

// summary is what PrintSummary writes. Its members have the names that the function's response has.
type summary struct {
	Rows       int64            `json:"rows"`                 // that count in the result
	Groups     int              `json:"groups"`               // of the result
	Suppressed int              `json:"suppressed,omitempty"` // groups that MIN_RECORDS leaves out
	Skipped    int64            `json:"skipped"`              // bad rows
	Reasons    map[string]int64 `json:"reasons"`              // of the bad rows
	NoValue    int64            `json:"noValue"`              // rows without a recovery time, left out by NO_VALUE=skip
	Headers    int64            `json:"headers"`              // later records that were the header again
	Bytes      int64            `json:"bytes"`                // of CSV
	Bad        []string         `json:"bad"`                  // the first bad rows that were left out
	Error      string           `json:"error,omitempty"`
}

// PrintSummary writes what became of the file as one JSON object, with the error that it failed
// with, if it did.
func (r *Reduction) PrintSummary(w io.Writer, failed error) error {
	s := summary{Groups: len(r.Sorted), Bytes: r.Bytes, Reasons: map[string]int64{}, Bad: []string{}}
	if r.Reducer != nil {
		s.Rows, s.Skipped, s.NoValue, s.Headers = r.Rows, r.Skipped, r.NoValue, r.Headers
		s.Suppressed = r.Suppressed
		for reason, n := range r.Reasons {
			if n > 0 {
				s.Reasons[job.Reason(reason).String()] = n
			}
		}
		for _, bad := range r.Bad {
			s.Bad = append(s.Bad, bad.Error())
		}
	}
	if failed != nil {
		s.Error = failed.Error()
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(s)
}

// PrintSkipped writes how many rows were left out and where the first of them are; nothing, if none
// was.
func (r *Reduction) PrintSkipped(w io.Writer) {
	if r.Skipped > 0 {
		fmt.Fprintf(w, "%s bad rows left out, of %s: %s\n", cli.Thousands(r.Skipped), cli.Thousands(r.Skipped+r.Rows), r.AppendReasons(nil))
		for _, bad := range r.Bad {
			fmt.Fprintf(w, "  %v\n", bad)
		}
		if more := r.Skipped - int64(len(r.Bad)); more > 0 {
			fmt.Fprintf(w, "  and %s more\n", cli.Thousands(more))
		}
	}
	if r.NoValue > 0 {
		fmt.Fprintf(w, "%s rows without a recovery time left out\n", cli.Thousands(r.NoValue))
	}
	if r.Suppressed > 0 {
		fmt.Fprintf(w, "%s groups of fewer than %s rows left out\n", cli.Thousands(int64(r.Suppressed)), cli.Thousands(int64(r.Options.MinRecords)))
	}
	if r.Headers > 0 {
		fmt.Fprintf(w, "%s repeated headers passed over\n", cli.Thousands(r.Headers))
	}
}
