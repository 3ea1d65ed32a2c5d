// Package reportline reads what Lambda logs at the end of an invocation, in both of its forms: the
// REPORT line, and the JSON object of type platform.report that takes its place in a function whose
// log format is JSON.
//
// The sources are the AWS Lambda Developer Guide, "Viewing CloudWatch logs for Lambda functions",
// "Monitoring for Lambda SnapStart", "Lambda execution environment lifecycle", and "Lambda Telemetry
// API Event schema reference".
package reportline

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
)

// A Report is what Lambda says of one invocation. Times are milliseconds, sizes MB.
type Report struct {
	RequestID string  `json:"requestId"`
	Duration  float64 `json:"durationMs"`
	Billed    float64 `json:"billedDurationMs"`
	MemoryMB  int     `json:"memorySizeMB"`
	UsedMB    int     `json:"maxMemoryUsedMB"`

	// Init, Restore and BilledRestore are nil where the line does not have them. One with Init or
	// Restore is of a cold start.
	Init          *float64 `json:"initDurationMs,omitempty"`
	Restore       *float64 `json:"restoreDurationMs,omitempty"`
	BilledRestore *float64 `json:"billedRestoreDurationMs,omitempty"`

	Status    string `json:"status,omitempty"` // success, error, timeout or failure; text leaves success out
	ErrorType string `json:"errorType,omitempty"`

	// FailedInit says how INIT ended where it failed: Lambda then repeats it within the invocation,
	// whose Duration holds it, and which has no Init. "" is an INIT that did not fail, or none.
	FailedInit string `json:"failedInit,omitempty"`

	Line string `json:"-"` // as it was logged
}

// Cold reports whether the execution environment was started, or restored, for the invocation.
func (r *Report) Cold() bool { return r.Init != nil || r.Restore != nil || r.FailedInit != "" }

// Failed reports whether the function did not end as it should.
func (r *Report) Failed() bool { return r.Status != "" && r.Status != success }

const success = "success"

// Kinds of failure of Find.
var (
	// ErrNone says that the log has no report of the request.
	ErrNone = errors.New("no REPORT line")

	// ErrCut says that the report is there in part only, or has a number that is none.
	ErrCut = errors.New("the REPORT line is incomplete")
)

// Find returns the report of a request in a log, among whatever else was logged. A log is what
// Invoke returns as LogResult, decoded: the last 4 KB, which may begin in the middle of a line.
// Without a request ID the last report is taken.
//
// A function can log a text that looks like a report, so that the last one counts, and one at the
// beginning of a line before one within a line.
func Find(log []byte, requestID string) (*Report, error) {
	var best *Report
	other := "" // the request of a report that is not asked for
	cut := false
	consider := func(r *Report, err error) {
		switch {
		case err != nil:
			cut = cut || requestID == "" || r.RequestID == "" || r.RequestID == requestID
		case requestID != "" && r.RequestID != requestID:
			other = r.RequestID
		default:
			best = r
		}
	}
	failedInit := ""
	texts(log, false, consider)
	if best == nil && !cut {
		texts(log, true, consider)
	}
	objects(log, consider, func(status string) { failedInit = status })
	switch {
	case best != nil:
		best.FailedInit = cmp.Or(failedInit, failedInitText(log))
		return best, nil
	case cut:
		return nil, fmt.Errorf("%w in the last %d bytes of the log", ErrCut, len(log))
	case other != "":
		return nil, fmt.Errorf("%w of request %s in the last %d bytes of the log, but one of %s", ErrNone, requestID, len(log), other)
	case len(bytes.TrimSpace(log)) == 0:
		return nil, fmt.Errorf("%w: the log is empty", ErrNone)
	}
	return nil, fmt.Errorf("%w in the last %d bytes of the log", ErrNone, len(log))
}
