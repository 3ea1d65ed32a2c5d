package event

import (
	"errors"
	"strconv"

	"reduction/internal/json"
)

// Result says what became of an object. Summary is a JSON object about the run, and Err the error
// if it failed.
type Result struct {
	Outcome Outcome
	Summary []byte
	Err     error
}

// Outcome says whether an object was read, or was not read because it was replaced or deleted after
// the event, or is a folder marker.
type Outcome int

const (
	Read       Outcome = iota
	Superseded         // a newer object has replaced it, which has an event of its own
	NotNeeded          // it was deleted, or is a folder marker: counted as ignored
)

// ErrNotRun is the error of an object that has no Result.
var ErrNotRun = errors.New("event: the object was not read")

// FailedError says that some objects of an event failed.
type FailedError struct {
	Failed, Of int
	First      error
}

func (e *FailedError) Error() string {
	return "event: " + strconv.Itoa(e.Failed) + " of " + strconv.Itoa(e.Of) + " objects failed: " + e.First.Error()
}

func (e *FailedError) Unwrap() error { return e.First }

// Refused returns the errors of SQS messages that could not be read. The answer of Respond names
// these messages but not the errors: the caller must log them.
func (e *Event) Refused() []error {
	var errs []error
	for _, m := range e.messages {
		if m.err != nil {
			errs = append(errs, m.err)
		}
	}
	return errs
}

// Ordered reports whether the objects came from a FIFO queue. They must then be read one after
// another, and reading must stop after a failure.
func (e *Event) Ordered() bool { return e.fifo }

// Respond appends the answer that the event's sender expects. results are those of Objects, in the
// same order; an object without a result counts as failed. The answer for a single object is its
// summary. Other answers have the summaries of the objects that were read, and count the rest:
//
//	{"objects":[{"rows":2000},{"rows":1900}],"ignored":1,"superseded":1}
//
// If Respond returns an error, the invocation must fail with it. The sender then decides whether to
// deliver the event again.
//
// For SQS with Environment.SQSPartial, the answer lists the messages that SQS must deliver again.
// Then there is no error.
func (e *Event) Respond(dst []byte, results []Result) ([]byte, error) {
	if e.Sender == SQS && e.env.SQSPartial {
		return e.appendFailures(dst, results), nil
	}
	failed, first := 0, error(nil)
	var counts [NotNeeded + 1]int
	for i := range e.Objects {
		r := result(results, i)
		if r.Err == nil {
			counts[r.Outcome]++
		} else if failed++; first == nil {
			first = r.Err
		}
	}
	switch {
	case failed > 0 && len(e.Objects) == 1:
		return dst, first
	case failed > 0:
		return dst, &FailedError{failed, len(e.Objects), first}
	case len(e.Objects) == 1 && counts[Read] == 1:
		return append(dst, results[0].Summary...), nil
	}
	dst = append(dst, `{"objects":[`...)
	comma := false
	for i := range e.Objects {
		if results[i].Outcome != Read {
			continue
		}
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		dst = append(dst, results[i].Summary...)
	}
	dst = append(dst, `],"ignored":`...)
	dst = strconv.AppendInt(dst, int64(len(e.Ignored)+counts[NotNeeded]), 10)
	if n := counts[Superseded]; n > 0 {
		dst = append(dst, `,"superseded":`...)
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return append(dst, '}'), nil
}

func result(results []Result, i int) Result {
	if i >= len(results) {
		return Result{Err: ErrNotRun}
	}
	return results[i]
}

// appendFailures appends the list of messages that must be delivered again. For a FIFO queue these
// are the first that failed and all after it, or their order would be lost. Lambda Developer Guide,
// "Handling errors for an SQS event source in Lambda".
//
//	{"batchItemFailures":[{"itemIdentifier":"059f36b4-87a3-44ab-83d2-661975830a7d"}]}
func (e *Event) appendFailures(dst []byte, results []Result) []byte {
	failed := make([]bool, len(e.messages))
	for i, m := range e.messages {
		failed[i] = m.err != nil
	}
	for i, o := range e.Objects {
		if result(results, i).Err != nil {
			failed[o.message] = true
		}
	}
	dst = append(dst, `{"batchItemFailures":[`...)
	first := true
	for i, m := range e.messages {
		if e.fifo && i > 0 && failed[i-1] {
			failed[i] = true
		}
		if !failed[i] {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, `{"itemIdentifier":`...)
		dst = json.AppendString(dst, m.id)
		dst = append(dst, '}')
	}
	return append(dst, "]}"...)
}
